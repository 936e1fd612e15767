/// Names one thing wrong with a value, and where.
package struct Fault: Sendable, Hashable, CustomStringConvertible {
  package let pointer: JSONPointer
  package let message: String

  package init(pointer: JSONPointer, message: String) {
    self.pointer = pointer
    self.message = message
  }

  package var description: String {
    pointer.isRoot ? message : "\(pointer): \(message)"
  }
}

/// Says that a value does not have the shape asked for; it holds at least one fault.
package struct Mismatch: Error, Sendable, Hashable, CustomStringConvertible {
  package let faults: [Fault]

  package init(faults: [Fault]) {
    precondition(!faults.isEmpty, "a mismatch names what is wrong")
    self.faults = faults
  }

  package var description: String { faults.map(\.description).joined(separator: "; ") }
}

/// Collects what is wrong with a value while it is read: everything, up to a bound.
///
/// A place is added to a fault only when there is one, so reading a good value costs nothing here.
@usableFromInline
package struct Faults: Sendable {
  package static let limit = 20

  @usableFromInline var found: [(tokens: [String], message: String)] = []
  /// Counts all faults, also those behind the bound.
  @usableFromInline package private(set) var count = 0

  @usableFromInline package init() {}

  @usableFromInline package var isEmpty: Bool { count == 0 }

  package var all: [Fault] {
    found.map { Fault(pointer: JSONPointer(tokens: $0.tokens.reversed()), message: $0.message) }
  }

  /// Notes a fault of the value at hand.
  @usableFromInline package mutating func add(_ message: String) {
    count += 1
    if found.count < Self.limit { found.append((tokens: [], message: message)) }
  }

  /// Takes over faults that were collected apart, at the place at hand.
  mutating func add(contentsOf others: Faults) {
    count += others.count
    found.append(contentsOf: others.found.prefix(Self.limit - found.count))
  }

  /// Reads a member's value; faults found inside are placed under its key.
  @inlinable package mutating func at<Result>(
    _ key: String, _ body: (inout Faults) -> Result
  ) -> Result {
    let before = found.count
    let result = body(&self)
    place(from: before, key)
    return result
  }

  /// Reads an item; faults found inside are placed under its index.
  @inlinable package mutating func at<Result>(
    _ index: Int, _ body: (inout Faults) -> Result
  ) -> Result {
    let before = found.count
    let result = body(&self)
    if before < found.count { place(from: before, String(index)) }
    return result
  }

  @usableFromInline mutating func place(from before: Int, _ token: String) {
    guard before < found.count else { return }
    // Written from the inside out; `all` turns the order.
    for index in before..<found.count { found[index].tokens.append(token) }
  }
}

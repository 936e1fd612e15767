/// Holds an object's members in order, each key once; keys are compared byte by byte.
///
/// Equality keeps the order: the same members in another order are another object.
@usableFromInline
package struct JSONObject: Sendable {
  @usableFromInline package typealias Member = (key: String, value: JSONValue)

  @usableFromInline package private(set) var members: [Member]
  /// Positions by key, kept only once there are more members than a scan should visit.
  private var positions: [ExactKey: Int]?

  /// Above this many members, keys are found by hash.
  static let scanLimit = 16

  @usableFromInline package init() { members = [] }

  /// Takes members in order; a repeated key keeps its first place and its last value.
  package init(_ pairs: some Sequence<Member>) {
    members = []
    for (key, value) in pairs { self[key] = value }
  }

  @usableFromInline package subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  package var keys: [String] { members.map(\.key) }

  /// Finds where a key stands; constant time for large objects, a short scan for small ones.
  package func position(of key: String) -> Int? {
    if let positions { return positions[ExactKey(key)] }
    return members.firstIndex { $0.key.isExactly(key) }
  }

  /// Appends a member whose key is known to be new.
  mutating func append(_ key: String, _ value: JSONValue) {
    members.append((key: key, value: value))
    if positions != nil {
      positions?[ExactKey(key)] = members.count - 1
    } else if members.count > Self.scanLimit {
      index()
    }
  }

  mutating func reserve(_ capacity: Int) { members.reserveCapacity(capacity) }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    positions = nil
    if members.count > Self.scanLimit { index() }
  }

  private mutating func index() {
    var made: [ExactKey: Int] = [:]
    made.reserveCapacity(members.count * 2)
    for (position, member) in members.enumerated() { made[ExactKey(member.key)] = position }
    positions = made
  }
}

extension JSONObject: RandomAccessCollection {
  @usableFromInline package var startIndex: Int { 0 }
  @usableFromInline package var endIndex: Int { members.count }
  @usableFromInline package subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  @usableFromInline package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }
}

extension JSONObject: Hashable {
  @usableFromInline package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && left.members.elementsEqual(right.members) { left, right in
        left.key.isExactly(right.key) && left.value == right.value
      }
  }

  @usableFromInline package func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
    for (key, value) in members {
      hasher.combine(key)
      hasher.combine(value)
    }
  }
}

/// Takes known secret values out of what an agent prints, before anything of it is stored.
package struct Redactor: Sendable {
  /// Shorter values would hit ordinary words.
  package static let shortest = 6

  private let secrets: [(value: [UInt8], mark: [UInt8])]
  /// Where a secret may begin, by its first byte, so that ordinary bytes cost one look.
  private let firsts: [Bool]
  private let longest: Int
  private var kept: [UInt8] = []

  /// Takes secret values by the names of their variables.
  package init(_ values: [String: String]) {
    secrets =
      values
      .filter { $0.value.utf8.count >= Self.shortest }
      .sorted { ($0.value.utf8.count, $1.key) > ($1.value.utf8.count, $0.key) }
      .map { (Array($0.value.utf8), Array("[secret \($0.key)]".utf8)) }
    var firsts = [Bool](repeating: false, count: 256)
    for secret in secrets { firsts[Int(secret.value[0])] = true }
    self.firsts = firsts
    longest = secrets.map(\.value.count).max() ?? 0
  }

  package var isEmpty: Bool { secrets.isEmpty }

  /// Marks every secret in bytes that are whole in themselves, such as a line.
  package func redacted(_ bytes: [UInt8]) -> [UInt8] {
    guard !isEmpty else { return bytes }
    return scan(bytes[...], upTo: bytes.count).clean
  }

  /// Marks secrets in a stream; an end in which a secret may have begun is kept back.
  package mutating func pass(_ piece: [UInt8]) -> [UInt8] {
    guard !isEmpty else { return piece }
    let bytes = kept + piece
    let (clean, used) = scan(bytes[...], upTo: bytes.count - longest + 1)
    kept = Array(bytes[used...])
    return clean
  }

  /// Gives what was kept back, since nothing follows.
  package mutating func finish() -> [UInt8] {
    defer { kept = [] }
    return redacted(kept)
  }

  /// Copies bytes that begin before `end`, secrets replaced; answers how many bytes were used.
  private func scan(_ bytes: ArraySlice<UInt8>, upTo end: Int) -> (clean: [UInt8], used: Int) {
    var clean: [UInt8] = []
    clean.reserveCapacity(bytes.count)
    var index = 0
    while index < end {
      if firsts[Int(bytes[index])],
        let found = secrets.first(where: { bytes[index...].starts(with: $0.value) })
      {
        clean += found.mark
        index += found.value.count
      } else {
        clean.append(bytes[index])
        index += 1
      }
    }
    return (clean, index)
  }
}

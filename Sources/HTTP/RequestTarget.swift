/// Is what a request is about: a path in whole segments, and named values after it.
package struct RequestTarget: Sendable, Hashable {
  /// Holds decoded segments; none is empty, `.` or `..`, or holds a slash or control characters.
  package var path: [String]
  package var query: [String: String]

  private static let mostValues = 32

  /// Reads the origin form, `/a/b?c=d`, and no other.
  init(_ text: ArraySlice<UInt8>) throws(RequestError) {
    guard text.first == UInt8(ascii: "/"),
      text.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
    else { throw .malformed("its target is no path") }
    let parts = text.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    path = try Self.segments(parts[0].dropFirst())
    query = parts.count > 1 ? try Self.values(parts[1]) : [:]
  }

  private static func segments(_ path: ArraySlice<UInt8>) throws(RequestError) -> [String] {
    if path.isEmpty { return [] }
    var segments: [String] = []
    for piece in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      let segment = try decoded(piece)
      guard !["", ".", ".."].contains(segment), !segment.utf8.contains(UInt8(ascii: "/")) else {
        throw .malformed("its path is not plain")
      }
      segments.append(segment)
    }
    return segments
  }

  private static func values(_ query: ArraySlice<UInt8>) throws(RequestError) -> [String: String] {
    var values: [String: String] = [:]
    for pair in query.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try decoded(parts[0])
      let value = parts.count > 1 ? try decoded(parts[1]) : ""
      guard values.updateValue(value, forKey: name) == nil, values.count <= mostValues else {
        throw .malformed("its query is not plain")
      }
    }
    return values
  }

  /// Takes percent signs off; what then is no clean UTF-8 is refused.
  private static func decoded(_ text: ArraySlice<UInt8>) throws(RequestError) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
      else { throw .malformed("a percent sign stands alone") }
      bytes.append(high << 4 | low)
    }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
      let string = String(validating: bytes, as: UTF8.self)
    else { throw .malformed("its target is no text") }
    return string
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
  }
}

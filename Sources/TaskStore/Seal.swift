import JSON

/// Chains the journal's lines: each seal hashes its line and the seal before.
enum Seal {
  static let first = String(repeating: "0", count: 64)
  private static let opening = Array(#","seal":""#.utf8)
  private static let closing = Array(#""}"#.utf8)
  static let length = opening.count + 64 + closing.count

  /// Closes a line's body with its seal and a newline.
  static func sealed(_ body: [UInt8], after previous: String) -> (line: [UInt8], seal: String) {
    let seal = hash(body[...], previous)
    return (body + opening + Array(seal.utf8) + closing + [UInt8(ascii: "\n")], seal)
  }

  /// Splits a line into its body and seal; nil if it has no seal where one must be.
  static func split(_ line: ArraySlice<UInt8>) -> (body: ArraySlice<UInt8>, seal: String)? {
    guard line.count > length, line.suffix(closing.count).elementsEqual(closing) else { return nil }
    let body = line.dropLast(length)
    let rest = line.suffix(length)
    guard rest.prefix(opening.count).elementsEqual(opening) else { return nil }
    return (body, String(decoding: rest.dropFirst(opening.count).prefix(64), as: UTF8.self))
  }

  /// Finds the byte that was a newline between two whole lines, where only that byte is damaged.
  static func damagedNewline(in line: ArraySlice<UInt8>) -> Int? {
    let beginning = Array(#"{"n":"#.utf8)
    var start = line.startIndex + length
    while start + beginning.count < line.endIndex {
      guard let brace = line[start...].firstIndex(of: beginning[0]) else { return nil }
      if line[brace...].starts(with: beginning), split(line[..<(brace - 1)]) != nil {
        return brace - 1
      }
      start = brace + 1
    }
    return nil
  }

  static func hash(_ body: ArraySlice<UInt8>, _ previous: String) -> String {
    var hash = SHA256()
    hash.update(body)
    hash.update(previous)
    return Hex.encode(hash.finish())
  }
}

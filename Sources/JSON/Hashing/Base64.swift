/// Says why a text is not base 64.
package enum Base64Error: Error, Sendable, Equatable {
  case foreignCharacter(offset: Int)
  case wrongLength
  case wrongPadding
  /// Bits that belong to no byte are set: the same bytes have a shorter, canonical spelling.
  case strayBits
}

/// Writes and reads RFC 4648 base 64, strictly: one spelling for each sequence of bytes.
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String {
    encode(bytes, standard, padded: true)
  }

  package static func decode(_ text: String) throws(Base64Error) -> [UInt8] {
    var digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4) else { throw .wrongLength }
    let padding = digits.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
    digits.removeLast(padding)
    return try decode(digits, UInt8(ascii: "+"), UInt8(ascii: "/"))
  }

  /// Uses the alphabet that is safe in URLs and file names, without padding.
  package static func urlEncode(_ bytes: [UInt8]) -> String {
    encode(bytes, urlSafe, padded: false)
  }

  package static func urlDecode(_ text: String) throws(Base64Error) -> [UInt8] {
    try decode(Array(text.utf8), UInt8(ascii: "-"), UInt8(ascii: "_"))
  }

  private static let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standard = Array((common + "+/").utf8)
  private static let urlSafe = Array((common + "-_").utf8)

  private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8], padded: Bool) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let left = min(3, bytes.count - index)
      var group = UInt32(bytes[index]) << 16
      if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
      if left > 2 { group |= UInt32(bytes[index + 2]) }
      for place in 0...left { text.append(alphabet[Int(group >> UInt32(18 - 6 * place) & 63)]) }
      if padded, left < 3 {
        text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - left))
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func decode(
    _ digits: [UInt8], _ plus: UInt8, _ slash: UInt8
  ) throws(Base64Error) -> [UInt8] {
    guard digits.count % 4 != 1 else { throw .wrongLength }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3 + 2)
    var pending: UInt32 = 0
    var bits: UInt32 = 0
    for (offset, digit) in digits.enumerated() {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = digit - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = digit - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0") + 52
      case plus: value = 62
      case slash: value = 63
      case UInt8(ascii: "="): throw .wrongPadding
      default: throw .foreignCharacter(offset: offset)
      }
      pending = pending << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
      }
    }
    guard pending & ((1 << bits) - 1) == 0 else { throw .strayBits }
    return bytes
  }
}

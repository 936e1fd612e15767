import JSON

/// Identifies a task: a lower-case UUIDv7, so that ids sort by creation.
package struct TaskID: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let description: String

  /// Accepts exactly the 36-character lower-case form, since ids become folder names.
  package init?(_ text: String) {
    guard text.utf8.count == 36 else { return nil }
    var index = 0
    for byte in text.utf8 {
      switch index {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
      default: guard Self.isLowerHex(byte) else { return nil }
      }
      index += 1
    }
    description = text
  }

  /// Makes an id from the creation time and 74 random bits (RFC 9562, section 5.7).
  package static func make(
    at time: Timestamp, using random: inout some RandomNumberGenerator
  ) -> TaskID {
    var bytes = [UInt8](repeating: 0, count: 16)
    let milliseconds = UInt64(bitPattern: time.milliseconds)
    for index in 0..<6 {
      bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * index))
    }
    // Two draws for all ten bytes: one for each byte would be most of what an id costs.
    let (low, high) = (random.next(), random.next())
    for index in 6..<8 { bytes[index] = UInt8(truncatingIfNeeded: high >> (8 * index)) }
    for index in 8..<16 { bytes[index] = UInt8(truncatingIfNeeded: low >> (8 * (index - 8))) }
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    return TaskID(bytes: bytes)
  }

  /// Takes the 16 bytes an index keeps.
  package init(bytes: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in bytes.enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    description = String(decoding: text, as: UTF8.self)
  }

  /// Gives the 16 bytes, for an index.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    var high: UInt8?
    for digit in description.utf8 where digit != UInt8(ascii: "-") {
      let value = digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - 87
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  package static func < (left: TaskID, right: TaskID) -> Bool {
    left.description < right.description
  }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

extension TaskID: JSONCodable {
  package static let json = Codec<String>.string.map(
    { TaskID($0) }, expected: "a task id", from: { $0.description })
}

/// Marks a stretch of a string's bytes that needs no translation, in either direction.
struct PlainRun {
  let end: Int
  let isASCII: Bool

  /// Looks at this many bytes at once, which the compiler makes a few instructions of.
  private static let block = 32

  /// Goes from `start` to the first quote, backslash or control character, or to the end.
  init(_ bytes: Span<UInt8>, from start: Int) {
    var index = start
    var seen: UInt8 = 0
    while index + Self.block <= bytes.count {
      let block = bytes.extracting(index..<index + Self.block)
      var stops: UInt8 = 0
      var all: UInt8 = 0
      for place in 0..<Self.block {
        // No way out of the loop and no short cut in it: only so it becomes few instructions.
        stops |= Self.stops(block[place]) ? 1 : 0
        all |= block[place]
      }
      if stops != 0 { break }
      seen |= all
      index += Self.block
    }
    while index < bytes.count, !Self.stops(bytes[index]) {
      seen |= bytes[index]
      index += 1
    }
    end = index
    isASCII = seen < 0x80
  }

  @inline(__always) private static func stops(_ byte: UInt8) -> Bool {
    (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0)
      | (byte == UInt8(ascii: "\\") ? 1 : 0) != 0
  }
}

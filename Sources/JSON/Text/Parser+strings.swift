extension Parser {
  /// Reads a string; `position` stands on its opening quote.
  mutating func string() throws(JSONSyntaxError) -> String {
    let start = position + 1
    let run = PlainRun(source.span, from: start)
    guard run.end < source.count, source[run.end] == UInt8(ascii: "\"") else {
      return try escapedString(from: start, run)
    }
    hadEscape = false
    position = run.end + 1
    return try text(from: start, run)
  }

  /// Makes text of a run, refusing invalid UTF-8 by its exact place.
  private func text(from start: Int, _ run: PlainRun) throws(JSONSyntaxError) -> String {
    if !run.isASCII { try checkUTF8(from: start, to: run.end) }
    return String(decoding: source[start..<run.end], as: UTF8.self)
  }

  /// Accepts what table 3-7 of the Unicode standard lists: no overlong form, no surrogate.
  private func checkUTF8(from start: Int, to end: Int) throws(JSONSyntaxError) {
    let bytes = source.span
    var index = start
    while index < end {
      let lead = bytes[index]
      if lead < 0x80 {
        index &+= 1
        continue
      }
      let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
      guard lead >= 0xC2, lead <= 0xF4, index + length <= end,
        Self.secondBytes(lead).contains(bytes[index + 1])
      else { throw error(.invalidUTF8, at: index) }
      for place in 2..<max(2, length) where bytes[index + place] & 0xC0 != 0x80 {
        throw error(.invalidUTF8, at: index)
      }
      index += length
    }
  }

  private static func secondBytes(_ lead: UInt8) -> ClosedRange<UInt8> {
    switch lead {
    case 0xE0: 0xA0...0xBF
    case 0xED: 0x80...0x9F
    case 0xF0: 0x90...0xBF
    case 0xF4: 0x80...0x8F
    default: 0x80...0xBF
    }
  }

  private mutating func escapedString(
    from start: Int, _ first: PlainRun
  ) throws(JSONSyntaxError) -> String {
    hadEscape = true
    var buffer: [UInt8] = []
    var run = first
    position = start
    while true {
      // Each run is checked where it stands, so that an error names the source's byte.
      if !run.isASCII { try checkUTF8(from: position, to: run.end) }
      buffer.append(contentsOf: source[position..<run.end])
      position = run.end
      guard position < source.count else { throw error(.unexpectedEnd) }
      switch source[position] {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: buffer, as: UTF8.self)
      case UInt8(ascii: "\\"):
        try escape(into: &buffer)
      default:
        throw error(.controlCharacter)
      }
      run = PlainRun(source.span, from: position)
    }
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONSyntaxError) {
    let start = position
    position += 2
    guard position <= source.count else { throw error(.unexpectedEnd, at: source.count) }
    switch source[start + 1] {
    case UInt8(ascii: "\""): buffer.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): buffer.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): buffer.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"): buffer.append(contentsOf: String(try scalar(from: start)).utf8)
    default: throw error(.invalidEscape, at: start)
    }
  }

  /// Reads `\u` with its four digits, and the second half where the first is a leading surrogate.
  private mutating func scalar(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
    let first = try hexUnit(escapeAt: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    if UTF16.isLeadSurrogate(first), position + 1 < source.count,
      source[position] == UInt8(ascii: "\\"), source[position + 1] == UInt8(ascii: "u")
    {
      let second = position
      position += 2
      let trail = try hexUnit(escapeAt: second)
      if UTF16.isTrailSurrogate(trail) {
        return UTF16.decode(UTF16.EncodedScalar([first, trail]))
      }
      // What follows is an escape of its own.
      position = second
    }
    guard surrogates == .replaced else { throw error(.loneSurrogate, at: start) }
    return "\u{FFFD}"
  }

  private mutating func hexUnit(escapeAt start: Int) throws(JSONSyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < source.count else { throw error(.unexpectedEnd) }
      guard let digit = Hex.value(of: source[position]) else {
        throw error(.invalidEscape, at: start)
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}

/// Reads one JSON text (RFC 8259) strictly, in one pass over its bytes.
///
/// It descends by recursion, which the depth limit keeps small.
struct Parser {
  let source: [UInt8]
  let surrogates: LoneSurrogates
  private let depthLimit: Int
  var position = 0
  /// Tells whether the string read last was written with an escape.
  var hadEscape = false
  private var depth = 0

  init(_ source: [UInt8], surrogates: LoneSurrogates, depthLimit: Int) {
    self.source = source
    self.depthLimit = depthLimit
    self.surrogates = surrogates
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    if source.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark) }
    let value = try value()
    skipSpace()
    guard position == source.count else { throw error(.trailingBytes) }
    return value
  }

  func error(_ reason: JSONSyntaxError.Reason, at offset: Int? = nil) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, offset: offset ?? position)
  }

  /// Explains a byte that cannot stand here.
  private func unexpected() -> JSONSyntaxError {
    error(position < source.count ? .unexpectedByte : .unexpectedEnd)
  }

  /// Gives the byte at hand, or 0 at the end: no token starts with it.
  private var next: UInt8 { position < source.count ? source[position] : 0 }

  private mutating func skipSpace() {
    while position < source.count {
      switch source[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      default: return
      }
    }
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word(Self.trueBytes, .bool(true))
    case UInt8(ascii: "f"): return try word(Self.falseBytes, .bool(false))
    case UInt8(ascii: "n"): return try word(Self.nullBytes, .null)
    default: throw unexpected()
    }
  }

  private mutating func word(
    _ word: [UInt8], _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    for expected in word {
      guard next == expected else { throw unexpected() }
      position += 1
    }
    return value
  }

  private static let trueBytes = Array("true".utf8)
  private static let falseBytes = Array("false".utf8)
  private static let nullBytes = Array("null".utf8)

  private mutating func descend() throws(JSONSyntaxError) {
    guard depth < depthLimit else { throw error(.tooDeep) }
    depth += 1
    position += 1
    skipSpace()
  }

  /// Steps over a comma (true) or the closing byte (false).
  private mutating func goesOn(until close: UInt8) throws(JSONSyntaxError) -> Bool {
    skipSpace()
    let byte = next
    guard byte == UInt8(ascii: ",") || byte == close else { throw unexpected() }
    position += 1
    if byte == close { depth -= 1 }
    return byte != close
  }

  private mutating func array() throws(JSONSyntaxError) -> [JSONValue] {
    try descend()
    var items: [JSONValue] = []
    if next == UInt8(ascii: "]") {
      _ = try goesOn(until: UInt8(ascii: "]"))
      return items
    }
    repeat { items.append(try value()) } while try goesOn(until: UInt8(ascii: "]"))
    return items
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONObject {
    try descend()
    var object = JSONObject()
    object.reserve(8)
    if next == UInt8(ascii: "}") {
      _ = try goesOn(until: UInt8(ascii: "}"))
      return object
    }
    // One bit for each key seen: a bit not yet set proves the key new without a search.
    var seen: UInt64 = 0
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw unexpected() }
      let start = position
      let key = try string()
      let bit = hadEscape ? UInt64.max : bit(forKeyAt: start)
      if seen & bit != 0, object.position(of: key) != nil {
        throw error(.duplicateKey, at: start)
      }
      seen |= bit
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw unexpected() }
      position += 1
      object.append(key, try value())
    } while try goesOn(until: UInt8(ascii: "}"))
    return object
  }

  /// Picks one of 64 bits from a few bytes of a key as written; a key with an escape can be spelled
  /// in other bytes and therefore takes all 64.
  private func bit(forKeyAt start: Int) -> UInt64 {
    // `position` stands behind the closing quote.
    let length = position - start
    guard length > 2 else { return 1 }
    let first = Int(source[start + 1])
    let last = Int(source[position - 2])
    let middle = Int(source[start + length / 2])
    return 1 << UInt64((first &* 31 &+ last &* 7 &+ middle &* 3 &+ length) & 63)
  }
}

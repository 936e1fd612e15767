extension Parser {
  /// Reads a number; `position` stands on its sign or first digit.
  mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    guard let lexeme = NumberLexeme(source.span, from: start) else {
      throw error(.invalidNumber, at: start)
    }
    position = lexeme.end
    if let integer = lexeme.integer { return .integer(integer) }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    // "-0" stays what it says: a double, as no integer has that sign.
    if lexeme.isWhole, text != "-0" { return .bigInteger(text) }
    guard let double = lexeme.exactDouble ?? Double(text), double.isFinite else {
      throw error(.numberOutOfRange, at: start)
    }
    return .double(double)
  }
}

/// Splits a number's text as RFC 8259 allows it.
struct NumberLexeme {
  private(set) var end: Int
  /// Tells that there is neither a fraction nor an exponent.
  private(set) var isWhole = true
  private var isNegative = false
  private var digits: UInt64 = 0
  private var digitCount = 0
  private var scale = 0

  /// Makes nil of what is no number.
  init?(_ bytes: Span<UInt8>, from start: Int) {
    end = start
    if end < bytes.count, bytes[end] == UInt8(ascii: "-") {
      isNegative = true
      end += 1
    }
    let first = end
    guard takeDigits(bytes) > 0 else { return nil }
    if bytes[first] == UInt8(ascii: "0"), end > first + 1 { return nil }
    if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
      isWhole = false
      end += 1
      let fraction = takeDigits(bytes)
      guard fraction > 0 else { return nil }
      scale = -fraction
    }
    guard end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") else { return }
    isWhole = false
    end += 1
    guard takeExponent(bytes) else { return nil }
  }

  /// Gives the number where it is an `Int`.
  var integer: Int? {
    guard isWhole, digitCount <= 19 else { return nil }
    if isNegative {
      guard digits > 0, digits <= UInt64(Int.max) + 1 else { return nil }
      return Int(truncatingIfNeeded: 0 &- digits)
    }
    return Int(exactly: digits)
  }

  /// Gives the number where one exact multiplication or division of doubles makes it.
  var exactDouble: Double? {
    guard digitCount <= 19, digits <= 1 << 53, scale.magnitude <= 22 else { return nil }
    let power = Self.powersOfTen[Int(scale.magnitude)]
    let magnitude = scale < 0 ? Double(digits) / power : Double(digits) * power
    return isNegative ? -magnitude : magnitude
  }

  private mutating func takeDigits(_ bytes: Span<UInt8>) -> Int {
    let start = end
    while end < bytes.count {
      let digit = bytes[end] &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      digits = digits &* 10 &+ UInt64(digit)
      // Leading zeros carry nothing; behind 19 digits `digits` may have wrapped and is not used.
      if digits != 0 || digitCount != 0 { digitCount += 1 }
      end += 1
    }
    return end - start
  }

  private mutating func takeExponent(_ bytes: Span<UInt8>) -> Bool {
    var isDown = false
    if end < bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") {
      isDown = bytes[end] == UInt8(ascii: "-")
      end += 1
    }
    let start = end
    var exponent = 0
    while end < bytes.count {
      let digit = bytes[end] &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      // Past any double's range the exact size no longer matters.
      if exponent < 100_000 { exponent = exponent * 10 + Int(digit) }
      end += 1
    }
    scale += isDown ? -exponent : exponent
    return end > start
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}

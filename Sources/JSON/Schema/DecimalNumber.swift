/// Holds a number by its decimal digits, so that 0.3 is a multiple of 0.1.
struct DecimalNumber: Sendable {
  /// Holds the digits without zeros at either end; none for zero.
  private let digits: [UInt8]
  private let exponent: Int

  /// Makes nil of what is no number.
  init?(_ value: JSONValue) {
    switch value {
    case .integer(let number): self.init(parsing: String(number))
    case .bigInteger(let text): self.init(parsing: text)
    case .double(let number) where number.isFinite: self.init(parsing: number.description)
    default: return nil
    }
  }

  private init(parsing text: String) {
    let parts = text.split(separator: "e")
    let halves = parts[0].split(separator: ".")
    let fraction = halves.count > 1 ? halves[1].utf8.count : 0
    var digits = halves.joined().utf8.filter { $0 != UInt8(ascii: "-") }.map { $0 - 0x30 }
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    self.digits = Array(digits.drop { $0 == 0 })
    self.exponent = digits.isEmpty ? 0 : exponent
  }

  var isZero: Bool { digits.isEmpty }

  /// Gives the digits as one number, if they are few enough to divide by.
  var significand: UInt64? {
    guard digits.count <= 18 else { return nil }
    return digits.reduce(0) { $0 * 10 + UInt64($1) }
  }

  /// Tells whether this is a whole number of times the divisor, which needs a `significand`.
  func isMultiple(of divisor: DecimalNumber) -> Bool {
    guard !isZero else { return true }
    // Without zeros at the end, a finer number is never a multiple of a coarser one.
    guard let modulus = divisor.significand, modulus > 0, exponent >= divisor.exponent else {
      return false
    }
    var rest: UInt64 = 0
    for digit in digits { rest = Self.shifted(rest, digit, modulus) }
    for _ in 0..<(exponent - divisor.exponent) { rest = Self.shifted(rest, 0, modulus) }
    return rest == 0
  }

  /// Appends a digit, modulo a number below 10^18.
  private static func shifted(_ rest: UInt64, _ digit: UInt8, _ modulus: UInt64) -> UInt64 {
    let (high, low) = rest.multipliedFullWidth(by: 10)
    let (sum, carry) = low.addingReportingOverflow(UInt64(digit))
    return modulus.dividingFullWidth((high + (carry ? 1 : 0), sum)).remainder
  }
}

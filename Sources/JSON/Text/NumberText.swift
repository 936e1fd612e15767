/// Spells doubles as ECMAScript does, which is what the canonical form asks for.
enum NumberText {
  /// Gives the shortest digits that read back as the same double, laid out by ECMA-262 6.1.6.1.20.
  static func ecmaScript(_ number: Double) -> String {
    if number == 0 { return "0" }
    let sign = number < 0 ? "-" : ""
    let (digits, point) = shortest(number.magnitude)
    let count = digits.utf8.count
    switch point {
    case count...21 where count <= 21:
      return sign + digits + String(repeating: "0", count: point - count)
    case 1...21:
      return sign + String(digits.prefix(point)) + "." + String(digits.dropFirst(point))
    case -5...0:
      return sign + "0." + String(repeating: "0", count: -point) + digits
    default:
      let exponent = point - 1
      let fraction = count > 1 ? "." + String(digits.dropFirst()) : ""
      return sign + String(digits.prefix(1)) + fraction + (exponent < 0 ? "e-" : "e+")
        + String(exponent.magnitude)
    }
  }

  /// Gives the significant digits, and how many of them stand before the decimal point.
  private static func shortest(_ number: Double) -> (digits: String, point: Int) {
    let parts = number.description.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(halves[0])
    let fraction = halves.count > 1 ? String(halves[1]) : ""
    let all = whole + fraction
    let significant = all.drop { $0 == "0" }
    let point = whole.utf8.count + exponent - (all.utf8.count - significant.utf8.count)
    let trailing = significant.reversed().prefix { $0 == "0" }.count
    return (String(significant.dropLast(trailing)), point)
  }
}

/// Reads the parts of RFC 3339: a full date, a full time, and both.
enum RFC3339 {
  /// Gives milliseconds since 1970, nil for anything that is not a date-time.
  static func instant(_ bytes: [UInt8]) -> Int64? {
    guard bytes.count > 11, bytes[10] | 0x20 == UInt8(ascii: "t"),
      let date = date(bytes[..<10]), let time = time(bytes[11...])
    else { return nil }
    return date.daysSince1970 * 86_400_000 + time
  }

  static func date(_ bytes: ArraySlice<UInt8>) -> CivilDate? {
    var digits = Digits(bytes)
    guard bytes.count == 10, let year = digits.take(4), digits.skip("-"),
      let month = digits.take(2), digits.skip("-"), let day = digits.take(2)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// Gives the milliseconds since midnight UTC, which an offset may carry below 0 or over a day.
  static func time(_ bytes: ArraySlice<UInt8>) -> Int64? {
    var digits = Digits(bytes)
    guard let hour = digits.take(2), hour < 24, digits.skip(":"),
      let minute = digits.take(2), minute < 60, digits.skip(":"),
      let second = digits.take(2), second <= 60
    else { return nil }
    var thousandths: Int64 = 0
    if digits.skip(".") {
      guard let read = digits.takeThousandths() else { return nil }
      thousandths = read
    }
    guard let offset = offset(&digits), digits.isAtEnd else { return nil }
    let minutes = hour * 60 + minute - offset
    // A leap second is the last one of a day in UTC.
    if second == 60, (minutes + 1440) % 1440 != 1439 { return nil }
    return minutes * 60_000 + second * 1000 + thousandths
  }

  /// Gives minutes east of UTC.
  private static func offset(_ digits: inout Digits) -> Int64? {
    if digits.skip("Z") || digits.skip("z") { return 0 }
    let isWest = digits.skip("-")
    guard isWest || digits.skip("+"), let hours = digits.take(2), hours < 24, digits.skip(":"),
      let minutes = digits.take(2), minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 60 + minutes)
  }

  /// Takes digits of fixed width from the front.
  private struct Digits {
    var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func take(_ width: Int) -> Int64? {
      guard rest.count >= width else { return nil }
      var number: Int64 = 0
      for _ in 0..<width {
        let digit = rest.removeFirst() &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        number = number * 10 + Int64(digit)
      }
      return number
    }

    /// Takes one digit or more and keeps the first three.
    mutating func takeThousandths() -> Int64? {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard !digits.isEmpty else { return nil }
      rest = rest.dropFirst(digits.count)
      let kept = digits.prefix(3).map { Int64($0 - UInt8(ascii: "0")) }
      return zip(kept, [100, 10, 1]).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}

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
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
      self.bytes = bytes
      place = bytes.startIndex
    }

    var isAtEnd: Bool { place == bytes.endIndex }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard place < bytes.endIndex, bytes[place] == UInt8(ascii: character) else { return false }
      place += 1
      return true
    }

    /// Takes the next digit; nil if there is none.
    private mutating func next() -> Int64? {
      guard place < bytes.endIndex, case let digit = bytes[place] &- UInt8(ascii: "0"), digit <= 9
      else { return nil }
      place += 1
      return Int64(digit)
    }

    mutating func take(_ width: Int) -> Int64? {
      var number: Int64 = 0
      for _ in 0..<width {
        guard let digit = next() else { return nil }
        number = number * 10 + digit
      }
      return number
    }

    /// Takes one digit or more and keeps the first three.
    mutating func takeThousandths() -> Int64? {
      guard var number = next() else { return nil }
      number *= 100
      var unit: Int64 = 10
      while let digit = next() {
        number += digit * unit
        unit /= 10
      }
      return number
    }
  }
}

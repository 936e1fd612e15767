/// Marks an instant in whole milliseconds since 1970 UTC.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package func adding(milliseconds more: Int64) -> Timestamp {
    Timestamp(milliseconds: milliseconds + more)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// Reads RFC 3339 with any offset; digits behind the milliseconds are dropped, a leap second
  /// counts as the second after it.
  package init?(rfc3339 text: String) {
    guard let instant = RFC3339.instant(Array(text.utf8)) else { return nil }
    milliseconds = instant
  }

  /// Writes UTC with three digits of a second: "2026-11-21T09:30:00.123Z".
  package var description: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the text: several stand in every record, so they are not made strings first.
  func write(to bytes: inout [UInt8]) {
    let day = milliseconds.floorDivided(by: 86_400_000)
    let rest = milliseconds - day * 86_400_000
    CivilDate(daysSince1970: day).write(to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    Self.write(rest / 3_600_000, 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Self.write(rest / 60_000 % 60, 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Self.write(rest / 1000 % 60, 2, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    Self.write(rest % 1000, 3, to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
  }

  /// Appends a number with zeros before it; one with more digits is written whole.
  fileprivate static func write(_ number: Int64, _ width: Int, to bytes: inout [UInt8]) {
    guard (0...9999).contains(number) else {
      bytes += Array(String(number).utf8)
      return
    }
    var scale: Int64 = width == 4 ? 1000 : width == 3 ? 100 : 10
    while scale > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10))
      scale /= 10
    }
  }
}

/// Counts days in the Gregorian calendar (Hinnant's algorithms), so that no C library is asked.
package struct CivilDate: Equatable {
  package let year: Int64
  package let month: Int64
  package let day: Int64

  /// Makes nil of a day that the month does not have.
  package init?(year: Int64, month: Int64, day: Int64) {
    guard (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[Int(month) - 1] else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  package init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  package var daysSince1970: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear.floorDivided(by: 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  func write(to bytes: inout [UInt8]) {
    Timestamp.write(year, 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Timestamp.write(month, 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Timestamp.write(day, 2, to: &bytes)
  }
}

extension Int64 {
  package func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

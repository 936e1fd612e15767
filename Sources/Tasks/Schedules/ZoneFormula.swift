import JSON

/// Says how a zone's clocks go on every year, in the words of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneFormula: Sendable, Hashable {
  /// Seconds east of UTC.
  private let standard: Int64
  private let summer: Summer?

  private struct Summer: Sendable, Hashable {
    var offset: Int64
    var start: Turn
    var end: Turn
  }

  /// Is the moment of a year at which the clocks are set.
  private struct Turn: Sendable, Hashable {
    enum Day: Sendable, Hashable {
      /// Counted from 1, without the 29th of February.
      case julian(Int64)
      /// Counted from 0, with it.
      case ordinal(Int64)
      /// The fifth is the last.
      case weekday(month: Int64, week: Int64, day: Int64)
    }

    var day: Day
    /// Seconds behind the day's midnight, by the clocks as they are before.
    var time: Int64

    /// Gives the local second in a year.
    func local(in year: Int64) -> Int64 { date(in: year) * 86_400 + time }

    private func date(in year: Int64) -> Int64 {
      let first = Self.days(year, 1)
      switch day {
      case .julian(let number):
        let isLeap = Self.days(year + 1, 1) - first == 366
        return first + number - 1 + (isLeap && number >= 60 ? 1 : 0)
      case .ordinal(let number): return first + number
      case .weekday(let month, let week, let day):
        let begin = Self.days(year, month)
        let end = month == 12 ? Self.days(year + 1, 1) : Self.days(year, month + 1)
        let wanted = begin + (day - CivilDate.weekday(ofDay: begin) + 7) % 7 + (week - 1) * 7
        return wanted < end ? wanted : wanted - 7
      }
    }

    private static func days(_ year: Int64, _ month: Int64) -> Int64 {
      CivilDate(year: year, month: month, day: 1)?.daysSince1970 ?? 0
    }
  }

  /// Reads a formula; nil for what is none.
  init?(_ text: String) {
    var parser = Parser(text)
    guard parser.name(), let west = parser.time(most: 24) else { return nil }
    standard = -west
    if parser.isAtEnd {
      summer = nil
      return
    }
    guard parser.name() else { return nil }
    var offset = standard + 3600
    if !parser.isAt(",") {
      guard let west = parser.time(most: 24) else { return nil }
      offset = -west
    }
    guard parser.skip(","), let start = parser.turn(), parser.skip(","), let end = parser.turn(),
      parser.isAtEnd
    else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  /// Gives the seconds east of UTC at a moment.
  func offset(at moment: Int64) -> Int64 {
    guard let summer else { return standard }
    let day = (moment + standard).floorDivided(by: 86_400)
    let year = CivilDate(daysSince1970: day).year
    let start = summer.start.local(in: year) - standard
    let end = summer.end.local(in: year) - summer.offset
    let isSummer =
      start < end ? start <= moment && moment < end : !(end <= moment && moment < start)
    return isSummer ? summer.offset : standard
  }

  private struct Parser {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func isAt(_ character: Character) -> Bool { rest.first == character }

    mutating func skip(_ character: Character) -> Bool {
      guard isAt(character) else { return false }
      rest.removeFirst()
      return true
    }

    /// Passes over a name: letters, or anything between angle brackets.
    mutating func name() -> Bool {
      if skip("<") {
        guard let end = rest.firstIndex(of: ">") else { return false }
        rest = rest[rest.index(after: end)...]
        return true
      }
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      return name.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard digits.count <= 4, let number = Int64(digits), range.contains(number) else {
        return nil
      }
      rest = rest.dropFirst(digits.count)
      return number
    }

    /// Reads `[+-]hh[:mm[:ss]]` as seconds.
    mutating func time(most hours: Int64) -> Int64? {
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      guard var seconds = number(0...hours).map({ $0 * 3600 }) else { return nil }
      for unit: Int64 in [60, 1] where skip(":") {
        guard let part = number(0...59) else { return nil }
        seconds += part * unit
      }
      return isNegative ? -seconds : seconds
    }

    mutating func turn() -> Turn? {
      guard let day = day() else { return nil }
      guard skip("/") else { return Turn(day: day, time: 7200) }
      return time(most: 167).map { Turn(day: day, time: $0) }
    }

    private mutating func day() -> Turn.Day? {
      if skip("J") { return number(1...365).map { .julian($0) } }
      guard skip("M") else { return number(0...365).map { .ordinal($0) } }
      guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
        let day = number(0...6)
      else { return nil }
      return .weekday(month: month, week: week, day: day)
    }
  }
}

extension CivilDate {
  /// Gives the day of the week of a day since 1970, Sunday being 0.
  static func weekday(ofDay day: Int64) -> Int64 { (day + 4) - (day + 4).floorDivided(by: 7) * 7 }
}

import JSON

/// Is a rhythm in the words of cron: minute, hour, day of the month, month, day of the week.
package struct CronLine: Sendable, Hashable {
  package let text: String
  private let minutes: [Int64]
  private let hours: [Int64]
  private let days: Set<Int64>
  private let months: Set<Int64>
  private let weekdays: Set<Int64>
  /// Tells that either day will do, since both are said.
  private let takesEitherDay: Bool
  /// Tells that it comes by the passing of time, not at an hour of the day: then it keeps its pace
  /// when clocks are set, as cron does.
  private let keepsPace: Bool

  /// Says what of a line cannot be read.
  package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
  }

  private static let nicknames = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
  ]

  package init(_ text: String) throws(Fault) {
    let line = Self.nicknames[text.lowercased()] ?? text
    let fields = line.split { $0 == " " || $0 == "\t" }
    guard fields.count == 5 else {
      throw Fault(
        description: line.hasPrefix("@")
          ? "there is \(Self.nicknames.keys.sorted().joined(separator: ", ")), no \(text)"
          : "it has \(fields.count) fields, not the five of cron: minute hour day month weekday")
    }
    self.text = text
    minutes = try CronField.minute.read(fields[0]).sorted()
    hours = try CronField.hour.read(fields[1]).sorted()
    days = try CronField.day.read(fields[2])
    months = try CronField.month.read(fields[3])
    weekdays = Set(try CronField.weekday.read(fields[4]).map { $0 % 7 })
    takesEitherDay = fields[2].first != "*" && fields[4].first != "*"
    keepsPace = fields[0].first == "*" || fields[1].first == "*"
  }

  /// Gives the first moment after one, in seconds since 1970; nil if none comes in many years.
  func next(after moment: Int64, in zone: ZoneRules) -> Int64? {
    // What a change of the clocks moves may belong to the local day before.
    let first = (moment + zone.offset(at: moment)).floorDivided(by: 86_400) - 1
    for day in first...(first + Self.horizon) where takes(day) {
      if let found = self.first(on: day, after: moment, in: zone) { return found }
    }
    return nil
  }

  /// The 29th of February is at most eight years away; one on a given weekday, forty.
  private static let horizon: Int64 = 366 * 41

  private func takes(_ day: Int64) -> Bool {
    let date = CivilDate(daysSince1970: day)
    guard months.contains(date.month) else { return false }
    let isDay = days.contains(date.day)
    let isWeekday = weekdays.contains(CivilDate.weekday(ofDay: day))
    return takesEitherDay ? isDay || isWeekday : isDay && isWeekday
  }

  private func first(on day: Int64, after moment: Int64, in zone: ZoneRules) -> Int64? {
    var first: Int64?
    for hour in hours {
      for minute in minutes {
        let local = day * 86_400 + hour * 3600 + minute * 60
        if local + Self.farthest <= moment { continue }
        if let first, local - Self.farthest > first { return first }
        let moments =
          keepsPace ? zone.moments(showing: local) : [zone.firstMoment(showing: local)]
        for one in moments where one > moment && one < first ?? .max { first = one }
      }
    }
    return first
  }

  /// No clock is farther from UTC, with what it is set by.
  private static let farthest: Int64 = 2 * 86_400
}

/// Is one of the five fields of a cron line: what it may say.
private struct CronField {
  let name: String
  let range: ClosedRange<Int64>
  var words: [String] = []

  static let minute = CronField(name: "minute", range: 0...59)
  static let hour = CronField(name: "hour", range: 0...23)
  static let day = CronField(name: "day of the month", range: 1...31)
  static let month = CronField(
    name: "month", range: 1...12,
    words: [
      "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ])
  static let weekday = CronField(
    name: "day of the week", range: 0...7,
    words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

  func read(_ text: Substring) throws(CronLine.Fault) -> Set<Int64> {
    var values: Set<Int64> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", omittingEmptySubsequences: false)
      guard halves.count <= 2, let span = try span(halves[0], hasStep: halves.count == 2) else {
        throw fault(part, "is no number, range or step")
      }
      let step = halves.count == 2 ? Int64(halves[1]) ?? 0 : 1
      guard (1...range.upperBound).contains(step) else {
        throw fault(part, "has a step that is not from 1 to \(range.upperBound)")
      }
      values.formUnion(stride(from: span.lowerBound, through: span.upperBound, by: Int(step)))
    }
    return values
  }

  /// Reads `*`, `3`, `mon` or `3-5`; a step from one value goes to the end.
  private func span(
    _ text: Substring, hasStep: Bool
  ) throws(CronLine.Fault) -> ClosedRange<Int64>? {
    if text == "*" { return name == Self.weekday.name ? 0...6 : range }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let low = value(ends[0]),
      let high = ends.count == 2 ? value(ends[1]) : low
    else { return nil }
    guard range.contains(low), range.contains(high) else {
      throw fault(text, "is not within \(range.lowerBound) to \(range.upperBound)")
    }
    guard low <= high else { throw fault(text, "ends before it begins; write two ranges") }
    return hasStep && ends.count == 1 ? low...range.upperBound : low...high
  }

  private func value(_ text: Substring) -> Int64? {
    if let place = words.firstIndex(of: text.lowercased()), !text.isEmpty { return Int64(place) }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int64(text)
  }

  private func fault(_ part: Substring, _ what: String) -> CronLine.Fault {
    CronLine.Fault(description: "the field for the \(name), \"\(part)\", \(what)")
  }
}

import JSON
import Tasks
import Testing

/// Checks when lines of cron come due, above all where clocks are set.
struct CronTests {
  struct Times: Sendable {
    var line: String
    var zone: ZoneSample? = nil
    var after: String
    /// By the clocks of the zone, with their offset where that matters.
    var come: [String]
  }

  @Test(arguments: [
    Times(
      line: "0 9 * * mon-fri", after: "2026-11-27T10:00:00Z",
      come: ["2026-11-30T09:00:00+00:00", "2026-12-01T09:00:00+00:00"]),
    Times(
      line: "*/20 8-9 * * *", after: "2026-11-28T08:10:00Z",
      come: [
        "2026-11-28T08:20:00+00:00", "2026-11-28T08:40:00+00:00", "2026-11-28T09:00:00+00:00",
        "2026-11-28T09:20:00+00:00", "2026-11-28T09:40:00+00:00", "2026-11-29T08:00:00+00:00",
      ]),
    Times(
      line: "5/25 0 1,15 JAN,Jul *", after: "2026-07-01T00:05:00Z",
      come: [
        "2026-07-01T00:30:00+00:00", "2026-07-01T00:55:00+00:00", "2026-07-15T00:05:00+00:00",
      ]),
    // Both days said: either will do. One of them a star: both must hold.
    Times(
      line: "0 0 13 * fri", after: "2026-11-01T00:00:00Z",
      come: [
        "2026-11-06T00:00:00+00:00", "2026-11-13T00:00:00+00:00", "2026-11-20T00:00:00+00:00",
        "2026-11-27T00:00:00+00:00", "2026-12-04T00:00:00+00:00", "2026-12-11T00:00:00+00:00",
        "2026-12-13T00:00:00+00:00",
      ]),
    Times(line: "0 0 29 2 *", after: "2096-03-01T00:00:00Z", come: ["2104-02-29T00:00:00+00:00"]),
    Times(
      line: "@weekly", after: "2026-11-28T00:00:00Z",
      come: ["2026-11-29T00:00:00+00:00", "2026-12-06T00:00:00+00:00"]),
    Times(line: "0 0 * * 7", after: "2026-11-28T00:00:00Z", come: ["2026-11-29T00:00:00+00:00"]),
    Times(line: "59 23 31 * *", after: "2026-11-01T00:00:00Z", come: ["2026-12-31T23:59:00+00:00"]),
    // Clocks skip 02:00 to 03:00: it comes once, when they have been set.
    Times(
      line: "15,45 2 * * *", zone: .berlin, after: "2026-03-28T01:00:00Z",
      come: [
        "2026-03-28T02:15:00+01:00", "2026-03-28T02:45:00+01:00", "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:15:00+02:00",
      ]),
    Times(
      line: "30 2 * * *", zone: .newYork, after: "2026-03-07T12:00:00Z",
      come: ["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"]),
    // Clocks show 02:00 to 03:00 twice: it comes once, the first time.
    Times(
      line: "30 2 * * *", zone: .berlin, after: "2026-10-24T12:00:00Z",
      come: ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]),
    // What comes every half hour goes on every half hour, whatever the clocks show.
    Times(
      line: "*/30 * * * *", zone: .berlin, after: "2026-10-24T23:45:00Z",
      come: [
        "2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:30:00+01:00", "2026-10-25T03:00:00+01:00",
      ]),
    Times(
      line: "0 * * * *", zone: .berlin, after: "2026-03-28T23:30:00Z",
      come: [
        "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00",
      ]),
    Times(
      line: "15 2 * * *", zone: .lordHowe, after: "2026-10-03T00:00:00Z",
      come: ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"]),
    // The day that never was gives its run to the moment at which it would have begun.
    Times(
      line: "0 12 * * *", zone: .apia, after: "2011-12-29T00:00:00Z",
      come: [
        "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00",
      ]),
  ])
  func itComesWhenItSays(_ times: Times) throws {
    let zone = try times.zone?.rules ?? .utc
    let rhythm = Rhythm.cron(try CronLine(times.line))
    var moment = try #require(Timestamp(rfc3339: times.after))
    for expected in times.come {
      moment = try #require(rhythm.next(after: moment, in: zone))
      #expect(moment.text(in: zone) == expected)
    }
  }

  @Test(arguments: [
    ("* * * *", "4 fields"), ("60 * * * *", "minute, \"60\""), ("* 24 * * *", "hour"),
    ("* * 0 * *", "day of the month"), ("* * * 13 *", "month"), ("* * * * 8", "day of the week"),
    ("5-1 * * * *", "ends before"), ("*/0 * * * *", "step"), ("a * * * *", "minute"),
    ("1,,2 * * * *", "minute"), ("@often", "@daily"), ("1-2-3 * * * *", "minute"),
    ("* * * mon *", "month"), ("-1 * * * *", "minute"), ("", "0 fields"),
    ("*/2/3 * * * *", "minute"),
    ("99999999999999999999 * * * *", "minute"),
  ])
  func aLineThatCannotBeReadSaysWhere(_ line: String, _ says: String) {
    let fault = #expect(throws: CronLine.Fault.self) { try CronLine(line) }
    #expect(fault?.description.contains(says) == true, "\(line): \(fault?.description ?? "")")
  }

  @Test func whatNeverComesIsNotWaitedFor() throws {
    let start = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
    #expect(Rhythm.cron(try CronLine("0 0 30 2 *")).next(after: start, in: .utc) == nil)
    #expect(Rhythm.once(start).next(after: start, in: .utc) == nil)
  }

  @Test func theLastOfManyThatWentByIsFoundAtOnce() throws {
    let start = try #require(Timestamp(rfc3339: "2016-01-01T00:00:00Z"))
    let now = try #require(Timestamp(rfc3339: "2026-01-01T00:00:30.250Z"))
    let zone = try ZoneSample.berlin.rules
    for (line, last) in [
      ("* * * * *", "2026-01-01T00:00:00Z"), ("0 3 * * *", "2025-12-31T02:00:00Z"),
      ("0 0 29 2 *", "2024-02-28T23:00:00Z"),
    ] {
      let found = Rhythm.cron(try CronLine(line)).last(after: start, until: now, in: zone)
      #expect(found == Timestamp(rfc3339: last), "\(line)")
    }
    let paced = Rhythm.interval(seconds: 90, from: start)
    #expect(
      paced.last(after: start, until: now, in: zone) == Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
    #expect(paced.last(after: now, until: now, in: zone) == nil)
    #expect(paced.next(after: start.adding(milliseconds: -5), in: zone) == start)
  }
}

import JSON
import Posix
import Tasks
import TestSupport
import Testing

/// Checks that local time is what the tz database says, in the past and by the rules that go on.
struct ZoneTests {
  @Test(arguments: ZoneSample.allCases)
  func offsetsAreThoseOfTheDatabase(_ zone: ZoneSample) throws {
    let rules = try zone.rules
    for (moment, offset) in zone.offsets {
      #expect(rules.offset(at: moment) == offset, "\(zone) at \(moment)")
    }
  }

  struct Clock: Sendable {
    var zone: ZoneSample
    var shows: String
    var at: [String]
    var first: String
  }

  @Test(arguments: [
    Clock(
      zone: .berlin, shows: "2026-07-01T12:00", at: ["2026-07-01T10:00:00Z"],
      first: "2026-07-01T10:00:00Z"),
    // Set back from 03:00 to 02:00.
    Clock(
      zone: .berlin, shows: "2026-10-25T02:30",
      at: ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"], first: "2026-10-25T00:30:00Z"),
    // Set forward from 02:00 to 03:00.
    Clock(zone: .berlin, shows: "2026-03-29T02:30", at: [], first: "2026-03-29T01:00:00Z"),
    // By half an hour only.
    Clock(zone: .lordHowe, shows: "2026-10-04T02:15", at: [], first: "2026-10-03T15:30:00Z"),
    Clock(
      zone: .lordHowe, shows: "2026-04-05T01:45",
      at: ["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"], first: "2026-04-04T14:45:00Z"),
    // A whole day that never was.
    Clock(zone: .apia, shows: "2011-12-30T12:00", at: [], first: "2011-12-30T10:00:00Z"),
  ])
  func clocksShowATimeOnceTwiceOrNever(_ clock: Clock) throws {
    let rules = try clock.zone.rules
    let local = try #require(Timestamp(rfc3339: clock.shows + ":00Z")).milliseconds / 1000
    let found = rules.moments(showing: local).map { Timestamp(milliseconds: $0 * 1000) }
    #expect(found == clock.at.compactMap(Timestamp.init(rfc3339:)))
    let first = try #require(Timestamp(clock.shows, in: rules))
    #expect(first == Timestamp(rfc3339: clock.first))
  }

  @Test(arguments: [
    ("2026-07-01T10:00:00Z", "2026-07-01T12:00:00+02:00"),
    ("2026-12-31T23:30:00.5Z", "2027-01-01T00:30:00+01:00"),
  ])
  func aMomentIsWrittenByTheClocksOfItsZone(_ moment: String, _ text: String) throws {
    let time = try #require(Timestamp(rfc3339: moment))
    #expect(time.text(in: try ZoneSample.berlin.rules) == text)
    #expect(try Timestamp(text, in: .utc)?.text(in: ZoneSample.berlin.rules) == text)
  }

  @Test func whatIsNoZoneFileIsRefused() throws {
    let whole = try ZoneSample.dublin.bytes
    #expect(ZoneRules(tzif: []) == nil && ZoneRules(tzif: Array("TZif".utf8)) == nil)
    // Cut anywhere it is none, and nothing breaks.
    for length in 0..<whole.count { #expect(ZoneRules(tzif: Array(whole.prefix(length))) == nil) }
    var random = SeededRandom(7)
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: .min ... .max, using: &random)
      }
      _ = ZoneRules(tzif: bytes)?.firstMoment(showing: 1_900_000_000)
    }
  }

  private static let dump = "/usr/bin/zdump"
  private static let folder = "/usr/share/zoneinfo"

  /// Compares every change of the clocks from 1900 to 2100 with what the system's own tool tells.
  @Test(
    .enabled(if: FileSystemLook.hasFile(dump) && FileSystemLook.hasFile(folder + "/Europe/Dublin")),
    arguments: [
      "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Nuuk", "Asia/Kathmandu",
      "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll", "Asia/Gaza",
      "America/Sao_Paulo", "Asia/Tehran", "Pacific/Chatham", "Africa/Monrovia", "Europe/Lisbon",
    ])
  func everyChangeIsWhatTheSystemTells(_ name: String) throws {
    let path = Self.folder + "/" + name
    guard FileSystemLook.hasFile(path) else { return }
    let rules = try #require(ZoneRules(tzif: try RealFileSystem().read(path)))
    let told = try Program.run(["-v", "-c", "1900,2100", path], executable: Self.dump).text
    var checked = 0
    for line in told.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard let mark = words.firstIndex(of: "UT"), mark >= 5,
        let moment = Self.moment(Array(words[(mark - 4)..<mark])),
        let offset = words.last?.split(separator: "=").last.flatMap({ Int64($0) })
      else { continue }
      #expect(rules.offset(at: moment) == offset, "\(line)")
      checked += 1
    }
    #expect(checked > 0 || name == "Asia/Kathmandu", "\(told.prefix(300))")
  }

  /// Reads `Mar 29 00:59:59 2026`.
  private static func moment(_ words: [String]) -> Int64? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    guard let month = months.firstIndex(of: words[0]), let day = Int64(words[1]),
      let year = Int64(words[3]), (1900...2100).contains(year),
      let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
    else { return nil }
    let time = words[2].split(separator: ":").compactMap { Int64($0) }
    return date.daysSince1970 * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
  }
}

private enum FileSystemLook {
  static func hasFile(_ path: String) -> Bool {
    // What cannot be looked at is as good as missing here.
    (try? RealFileSystem().exists(path)) ?? false
  }
}

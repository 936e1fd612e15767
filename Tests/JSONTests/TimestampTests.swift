import JSON
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (1_795_253_400_123, "2026-11-21T09:30:00.123Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func writesUTCAndReadsItBack(_ milliseconds: Int64, _ text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
    #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
  }

  @Test(arguments: [
    ("2026-11-21T10:30:00.123+01:00", "2026-11-21T09:30:00.123Z"),
    ("2026-11-21t04:00:00-05:30", "2026-11-21T09:30:00.000Z"),
    ("2026-11-21T09:30:00.1239999z", "2026-11-21T09:30:00.123Z"),
    ("2026-11-21T09:30:00.5Z", "2026-11-21T09:30:00.500Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
    ("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000Z"),
  ])
  func readsEveryOffset(_ text: String, _ utc: String) {
    #expect(Timestamp(rfc3339: text)?.description == utc)
  }

  @Test(arguments: [
    "", "2026-11-21", "2026-11-21T09:30:00", "2026-11-21 09:30:00Z", "2026-11-21T24:00:00Z",
    "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:60Z",
    "2026-11-21T09:30:00.Z", "2026-11-21T09:30:00+1:00", "2026-11-21T09:30:00+24:00",
    "2026-11-21T09:30:00Zx", "26-11-21T09:30:00Z", "2026-11-21T09:30Z", "２026-11-21T09:30:00Z",
  ])
  func refusesTheRest(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func everyDayOfFourCenturiesReadsBack() {
    for day in stride(from: Int64(-719_162), through: 146_097 * 2, by: 97) {
      let time = Timestamp(milliseconds: day * 86_400_000 + 43_200_001)
      #expect(Timestamp(rfc3339: time.description) == time)
    }
  }

  @Test func timesAddAndCompare() {
    let time = Timestamp(milliseconds: 5)
    #expect(time.adding(milliseconds: 3) == Timestamp(milliseconds: 8))
    #expect(time < time.adding(milliseconds: 1))
  }
}

import Posix
import TestSupport
import Testing

/// Checks that what was harmed in a file is noticed by whoever reads it, and by nobody else.
struct CheckedFileTests {
  private static let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7 / 3) }

  private static func file(
    _ bytes: [UInt8], checks: [UInt8] = PageChecks.of(Self.bytes).bytes, count: Int = 10_000
  ) throws -> CheckedFile? {
    CheckedFile(
      try MappedFile(bytes), count: count, checks: try MappedFile([9, 9] + checks), at: 2)
  }

  @Test func whatWasNotHarmedIsReadAsItIs() throws {
    let file = try #require(try Self.file(Self.bytes))
    #expect(file.bytes(0..<10_000) == Self.bytes)
    #expect(file.bytes(5..<5) == [])
    #expect(file.loadUInt32(at: 4_094) == (try MappedFile(Self.bytes)).loadUInt32(at: 4_094))
    #expect(file.loadUInt64(at: 9_992) == (try MappedFile(Self.bytes)).loadUInt64(at: 9_992))
    #expect(file.withSpan(1..<3) { $0[0] } == Self.bytes[1])
    file.checkAll()
    #expect(file.isIntact)
  }

  @Test(arguments: [0, 4_095, 4_096, 8_191, 8_192, 9_999])
  func oneBitIsNoticedByWhoeverReadsItsPage(_ place: Int) throws {
    var harmed = Self.bytes
    harmed[place] ^= 0x10
    let file = try #require(try Self.file(harmed))
    let elsewhere = place < 4_096 ? 5_000 : 10
    _ = file.bytes(elsewhere..<elsewhere + 1)
    #expect(file.isIntact)
    let page = place / 4_096 * 4_096
    _ = file.bytes(page..<page + 1)
    #expect(!file.isIntact)
  }

  @Test func checksForFewerPagesAreNone() throws {
    let checks = PageChecks.of(Self.bytes).bytes
    #expect(try Self.file(Self.bytes, checks: checks.dropLast()) == nil)
    #expect(try Self.file(Self.bytes, count: 10_001) == nil)
    let empty = try #require(try Self.file([], checks: [], count: 0))
    empty.checkAll()
    #expect(empty.isIntact && empty.count == 0)
  }

  @Test(arguments: [1, 7, 4_095, 4_096, 4_097, 9_000, 10_000])
  func checksMadePieceByPieceAreThoseOfTheWhole(_ size: Int) {
    var checks = PageChecks()
    var start = 0
    while start < Self.bytes.count {
      let end = min(start + size, Self.bytes.count)
      checks.add(Array(Self.bytes[start..<end]))
      start = end
    }
    checks.finish()
    #expect(checks.bytes == PageChecks.of(Self.bytes).bytes && checks.bytes.count == 12)
  }
}

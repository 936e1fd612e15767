import CPosix
import Synchronization

/// Lends the bytes of a mapped file each page of which has a check, that is held against the page
/// when it is first read. Where one does not fit, nothing read may be believed: `isIntact` tells.
@safe package final class CheckedFile: Sendable {
  /// Counts the bytes that may be read: not the checks, where they stand in the same file.
  package let count: Int
  private let file: MappedFile
  private let checks: MappedFile
  private let firstCheck: Int
  private let hasBroken = Atomic(false)
  // One for each page, true once it was checked; lives as long as this object.
  nonisolated(unsafe) private let seen: UnsafeMutablePointer<Atomic<Bool>>
  private let pages: Int

  /// Takes the first `count` bytes of a file; their checks stand in another, or behind them, from
  /// `firstCheck` on. Nil where there is no room for them.
  package init?(_ file: MappedFile, count: Int, checks: MappedFile, at firstCheck: Int) {
    pages = PageChecks.count(forBytes: count)
    guard count >= 0, count <= file.count, firstCheck >= 0,
      pages <= (checks.count - firstCheck) / 4
    else { return nil }
    self.file = file
    self.count = count
    self.checks = checks
    self.firstCheck = firstCheck
    unsafe seen = .allocate(capacity: pages)
    for page in 0..<pages { unsafe (seen + page).initialize(to: Atomic(false)) }
  }

  deinit {
    unsafe seen.deinitialize(count: pages)
    unsafe seen.deallocate()
  }

  /// Tells whether everything read so far was what was written, and still stands in the file.
  package var isIntact: Bool { !hasBroken.load(ordering: .acquiring) && file.isIntact }

  /// Looks at all of it; `isIntact` tells what it found.
  package func checkAll() { check(0..<count) }

  private func check(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "outside the checked file")
    guard !range.isEmpty else { return }
    for page in Self.pages(of: range) where unsafe !seen[page].load(ordering: .acquiring) {
      if !fits(page) { hasBroken.store(true, ordering: .releasing) }
      unsafe seen[page].store(true, ordering: .releasing)
    }
  }

  /// Tells whether these bytes are as they were written, whatever became of others.
  package func isSound(_ range: Range<Int>) -> Bool {
    range.isEmpty || Self.pages(of: range).allSatisfy(fits)
  }

  private static func pages(of range: Range<Int>) -> ClosedRange<Int> {
    range.lowerBound / PageChecks.pageSize...(range.upperBound - 1) / PageChecks.pageSize
  }

  private func fits(_ page: Int) -> Bool {
    let start = page * PageChecks.pageSize
    let found = file.withSpan(start..<min(start + PageChecks.pageSize, count)) { bytes in
      unsafe bytes.withUnsafeBytes { unsafe cposix_page_check($0.baseAddress, $0.count) }
    }
    return found == checks.loadUInt32(at: firstCheck + page * 4)
  }

  /// Copies out a range, which must lie inside.
  package func bytes(_ range: Range<Int>) -> [UInt8] {
    check(range)
    return file.bytes(range)
  }

  /// Lends a range as a span for the length of a closure.
  package func withSpan<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(range)
    return try file.withSpan(range, body)
  }

  /// Reads a little-endian number at any offset.
  package func loadUInt32(at offset: Int) -> UInt32 {
    check(offset..<offset + 4)
    return file.loadUInt32(at: offset)
  }

  /// Reads a little-endian number at any offset.
  package func loadUInt64(at offset: Int) -> UInt64 {
    check(offset..<offset + 8)
    return file.loadUInt64(at: offset)
  }
}

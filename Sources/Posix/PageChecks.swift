import CPosix

/// Makes the checks of a file's pages while the file is written. They tell a page from one that a
/// disk or a hand has changed, not from one that was forged.
package struct PageChecks: Sendable {
  package static let pageSize = 4096

  package private(set) var checks: [UInt32] = []
  /// What does not fill a page yet.
  private var rest: [UInt8] = []

  package init() {}

  /// Makes those of a whole file.
  package static func of(_ bytes: [UInt8]) -> [UInt32] {
    var checks = PageChecks()
    checks.add(bytes)
    checks.finish()
    return checks.checks
  }

  package static func count(forBytes bytes: Int) -> Int { (bytes + pageSize - 1) / pageSize }

  package mutating func add(_ bytes: [UInt8]) {
    var start = 0
    if !rest.isEmpty {
      start = min(Self.pageSize - rest.count, bytes.count)
      rest += bytes[..<start]
      guard rest.count == Self.pageSize else { return }
      checks.append(Self.check(rest[...]))
      rest = []
    }
    while bytes.count - start >= Self.pageSize {
      checks.append(Self.check(bytes[start..<start + Self.pageSize]))
      start += Self.pageSize
    }
    rest = Array(bytes[start...])
  }

  /// Adds the check of the last page, where it is not full.
  package mutating func finish() {
    if !rest.isEmpty { checks.append(Self.check(rest[...])) }
    rest = []
  }

  private static func check(_ page: ArraySlice<UInt8>) -> UInt32 {
    unsafe page.withUnsafeBytes { unsafe cposix_page_check($0.baseAddress, $0.count) }
  }
}

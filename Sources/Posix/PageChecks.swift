import CPosix

/// Makes the checks of a file's pages while the file is written. They tell a page from one that a
/// disk or a hand has changed, not from one that was forged.
package struct PageChecks: Sendable {
  package static let pageSize = 4096

  /// Holds the checks of the full pages, as they stand in a file: four bytes each, little-endian.
  package private(set) var bytes: [UInt8] = []
  /// What does not fill a page yet.
  private var rest: [UInt8] = []

  package init() {}

  /// Makes those of a whole file.
  package static func of(_ file: [UInt8]) -> PageChecks {
    var checks = PageChecks()
    checks.add(file)
    checks.finish()
    return checks
  }

  package static func count(forBytes bytes: Int) -> Int { (bytes + pageSize - 1) / pageSize }

  package mutating func add(_ bytes: [UInt8]) {
    var start = 0
    if !rest.isEmpty {
      start = min(Self.pageSize - rest.count, bytes.count)
      rest += bytes[..<start]
      guard rest.count == Self.pageSize else { return }
      append(rest[...])
      rest = []
    }
    while bytes.count - start >= Self.pageSize {
      append(bytes[start..<start + Self.pageSize])
      start += Self.pageSize
    }
    rest = Array(bytes[start...])
  }

  /// Adds the check of the last page, where it is not full.
  package mutating func finish() {
    if !rest.isEmpty { append(rest[...]) }
    rest = []
  }

  private mutating func append(_ page: ArraySlice<UInt8>) {
    let check = unsafe page.withUnsafeBytes { unsafe cposix_page_check($0.baseAddress, $0.count) }
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: check >> shift))
    }
  }
}

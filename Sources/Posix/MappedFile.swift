import CPosix

/// Lends the bytes of a file without reading them in; for files that are replaced, never cut or
/// rewritten. If somebody does cut one, zeros are read, and `isIntact` tells.
@safe package final class MappedFile: Sendable {
  package let count: Int
  // Read only, and mapped until this object goes.
  nonisolated(unsafe) private let base: UnsafeRawPointer?
  nonisolated(unsafe) private let mapping: OpaquePointer?
  // Nil for memory.
  private let descriptor: Descriptor?
  private let modified: Int64

  /// Maps what the file holds now.
  package init(path: String) throws(SystemError) {
    let descriptor = try Descriptor.open(path, .nonBlocking)
    let status = try descriptor.status()
    count = status.size
    unsafe (base, mapping) = try Self.map(descriptor.rawValue, count, path)
    modified = status.modified
    self.descriptor = consume descriptor
  }

  /// Holds a copy of bytes that no file can change.
  package init(_ bytes: [UInt8]) throws(SystemError) {
    count = bytes.count
    unsafe (base, mapping) = try Self.map(-1, count, "memory")
    descriptor = nil
    modified = 0
    guard let base = unsafe base else { return }
    unsafe UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(mutating: base), count: count
    ).copyBytes(from: bytes)
  }

  deinit { if let mapping = unsafe mapping { unsafe cposix_unmap(mapping) } }

  private static func map(
    _ number: Int32, _ count: Int, _ subject: String
  ) throws(SystemError) -> (UnsafeRawPointer?, OpaquePointer?) {
    guard count > 0 else { return (nil, nil) }
    var mapping: OpaquePointer?
    try checked("mmap", subject, unsafe cposix_map(number, count, &mapping))
    return unsafe (UnsafeRawPointer(cposix_mapping_base(mapping)), mapping)
  }

  /// Tells whether everything read so far was in the file as it was mapped; nothing read may be
  /// believed before this was asked.
  package var isIntact: Bool {
    if let mapping = unsafe mapping, unsafe cposix_mapping_is_torn(mapping) == 1 { return false }
    switch descriptor {
    case .none: return true
    case .some(let descriptor):
      // What cannot be looked at is not believed either.
      guard let now = try? descriptor.status() else { return false }
      return now.size == count && now.modified == modified
    }
  }

  /// Copies out a range, which must lie inside.
  package func bytes(_ range: Range<Int>) -> [UInt8] {
    check(range)
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: count)[range])
  }

  /// Lends a range as a span for the length of a closure.
  package func withSpan<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(range)
    let buffer = unsafe UnsafeRawBufferPointer(
      rebasing: UnsafeRawBufferPointer(start: base, count: count)[range])
    return try unsafe body(Span(_unsafeBytes: buffer))
  }

  /// Reads a little-endian number at any offset.
  package func loadUInt32(at offset: Int) -> UInt32 {
    check(offset..<offset + 4)
    return unsafe UInt32(littleEndian: base!.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Reads a little-endian number at any offset.
  package func loadUInt64(at offset: Int) -> UInt64 {
    check(offset..<offset + 8)
    return unsafe UInt64(littleEndian: base!.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private func check(_ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "outside the mapped file")
  }
}

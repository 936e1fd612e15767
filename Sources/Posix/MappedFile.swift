#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Lends the bytes of a file without reading them in; for files that are replaced, never cut or
/// rewritten.
@safe package final class MappedFile: Sendable {
  package let count: Int
  // Read only, and mapped until this object goes.
  nonisolated(unsafe) private let base: UnsafeRawPointer?

  package convenience init(path: String) throws(SystemError) {
    try self.init(Descriptor.open(path))
  }

  /// Maps what the file holds now; the descriptor is not needed afterwards.
  package init(_ descriptor: borrowing Descriptor) throws(SystemError) {
    count = try descriptor.size()
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let mapped = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, descriptor.rawValue, 0)
    if unsafe mapped == MAP_FAILED {
      throw SystemError("mmap", errno, "\(descriptor.rawValue)")
    }
    unsafe base = UnsafeRawPointer(mapped!)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
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

import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Owns an open file descriptor and closes it when it goes.
package struct Descriptor: ~Copyable, Sendable {
  /// Lends the number; it is valid only while this value lives.
  package let rawValue: Int32

  /// Takes over a number that nobody else will close.
  package init(owning rawValue: Int32) { self.rawValue = rawValue }

  /// Takes over a number that this process was started with; from now on no child inherits it.
  package init(inherited rawValue: Int32) {
    self.init(owning: rawValue)
    _ = fcntl(rawValue, F_SETFD, FD_CLOEXEC)
  }

  deinit { _ = close(rawValue) }

  /// Gives the number away; from now on the caller closes it.
  package consuming func take() -> Int32 {
    let number = rawValue
    discard self
    return number
  }

  /// Opens a file, close-on-exec.
  package static func open(
    _ path: String, _ options: OpenOptions = .read, permissions: UInt32 = 0o600
  ) throws(SystemError) -> Descriptor {
    let raw = unsafe cposix_open(path, options.rawValue, permissions)
    return Descriptor(owning: try checked("open", path, raw))
  }

  /// Opens a second, private number for the same open description.
  package borrowing func duplicate() throws(SystemError) -> Descriptor {
    try Descriptor(duplicating: rawValue)
  }

  /// Opens a private number for a description somebody else owns.
  package init(duplicating rawValue: Int32) throws(SystemError) {
    self.init(owning: try checked("dup", "\(rawValue)", cposix_duplicate(rawValue, 3)))
  }

  /// Puts this description behind another number, closing what that was; unlike all others it is
  /// inherited across exec. Meant for the standard streams of this process.
  package borrowing func redirect(to number: Int32) throws(SystemError) {
    try checked("dup2", "\(number)", cposix_redirect(rawValue, number))
  }

  /// Reads once, at most `count` bytes; empty at the end.
  package borrowing func read(upTo count: Int) throws(SystemError) -> [UInt8] {
    let number = rawValue
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      (filled, failure) = unsafe Self.read(number, UnsafeMutableRawBufferPointer(buffer))
    }
    if failure != 0 { throw SystemError("read", failure, "\(rawValue)") }
    return bytes
  }

  /// Reads once into `buffer` from index `start` on; returns the count, zero at the end.
  package borrowing func read(
    into buffer: inout [UInt8], at start: Int = 0
  ) throws(SystemError) -> Int {
    let number = rawValue
    let (count, failure) = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe Self.read(number, UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
    }
    if failure != 0 { throw SystemError("read", failure, "\(rawValue)") }
    return count
  }

  /// Reads all that is left, refusing more than `limit` bytes.
  package borrowing func readToEnd(limit: Int) throws(SystemError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let piece = try read(upTo: min(65536, limit - all.count + 1))
      if piece.isEmpty { return all }
      all += piece
      if all.count > limit { throw SystemError("read", EFBIG, "\(rawValue)") }
    }
  }

  /// Reads `count` bytes from `offset`, fewer only at the end of the file; the position stays.
  package borrowing func read(
    _ count: Int, at offset: Int
  ) throws(SystemError) -> [UInt8] {
    let number = rawValue
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = unsafe pread(
          number, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    if failure != 0 { throw SystemError("pread", failure, "\(rawValue)") }
    return bytes
  }

  /// Writes every byte, over short writes and interruptions.
  package borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
    try write(bytes[...])
  }

  /// Writes every byte, over short writes and interruptions.
  package borrowing func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) {
    try Self.writeAll(bytes, to: rawValue)
  }

  static func writeAll(_ bytes: ArraySlice<UInt8>, to number: Int32) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      do throws(SystemError) {
        rest = rest.dropFirst(try writeOnce(rest, to: number))
      } catch {
        // Whoever gave us the descriptor had made it non-blocking; that is not ours to change.
        guard error.isWouldBlock else { throw error }
        _ = try Poller.wait([(number, .writable)])
      }
    }
  }

  /// Writes once; returns how many bytes went.
  package borrowing func writeOnce(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
    try Self.writeOnce(bytes, to: rawValue)
  }

  /// Writes what there is room for without waiting, whatever the description's flags; nil where the
  /// system cannot promise that.
  static func writeNow(_ bytes: [UInt8], to number: Int32) throws(SystemError) -> Int? {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe cposix_write_now(number, $0.baseAddress, $0.count)
    }
    if count >= 0 { return Int(count) }
    let code = Int32(-count)
    switch code {
    case ENOTSUP: return nil
    case EAGAIN: return 0
    default: throw SystemError("write", code, "\(number)")
    }
  }

  static func writeOnce(
    _ bytes: ArraySlice<UInt8>, to number: Int32
  ) throws(SystemError) -> Int {
    try retrying("write", "\(number)") {
      unsafe bytes.withUnsafeBytes { unsafe Posix.write(number, $0.baseAddress, $0.count) }
    }
  }

  package borrowing func seek(to offset: Int) throws(SystemError) {
    try retrying("lseek", "\(rawValue)") { lseek(rawValue, off_t(offset), SEEK_SET) }
  }

  package borrowing func size() throws(SystemError) -> Int { try status().size }

  package borrowing func status() throws(SystemError) -> FileStatus {
    var found = cposix_status()
    try checked("fstat", "\(rawValue)", unsafe cposix_status_of_descriptor(rawValue, &found))
    return FileStatus(found)
  }

  package borrowing func truncate(to size: Int) throws(SystemError) {
    try retrying("ftruncate", "\(rawValue)") { ftruncate(rawValue, off_t(size)) }
  }

  /// Returns once the data are on the medium, so that a power cut cannot take them.
  package borrowing func sync() throws(SystemError) {
    try checked("fsync", "\(rawValue)", cposix_sync(rawValue))
  }

  /// Tells whether this is a pipe or FIFO.
  package borrowing func isPipe() -> Bool { cposix_is_pipe(rawValue) == 1 }

  /// Says that no more bytes will be written on a socket.
  package borrowing func shutdownWriting() throws(SystemError) {
    try checked("shutdown", "\(rawValue)", cposix_shutdown_writing(rawValue))
  }

  /// Reads once; answers the count and the error number.
  private static func read(
    _ number: Int32, _ buffer: UnsafeMutableRawBufferPointer
  ) -> (Int, Int32) {
    while true {
      let count = unsafe Posix.read(number, buffer.baseAddress, buffer.count)
      if count >= 0 { return (count, 0) }
      let code = errno
      if code != EINTR { return (0, code) }
    }
  }
}

// The names of the calls are hidden inside `Descriptor` by its own members.
private func read(_ number: Int32, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    unsafe Darwin.read(number, to, count)
  #else
    unsafe Glibc.read(number, to, count)
  #endif
}

private func write(_ number: Int32, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    unsafe Darwin.write(number, from, count)
  #else
    unsafe Glibc.write(number, from, count)
  #endif
}

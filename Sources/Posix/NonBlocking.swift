import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Descriptor {
  /// Makes reads and writes return at once, on every descriptor of the same description: only for
  /// one of our own.
  package borrowing func stopBlocking() throws(SystemError) {
    try checked("fcntl", "\(rawValue)", cposix_set_nonblocking(rawValue))
  }

  /// Writes every byte to a descriptor that does not block; fails when the deadline passes first.
  package borrowing func write(
    _ bytes: ArraySlice<UInt8>, until deadline: MonotonicTime
  ) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      do throws(SystemError) {
        rest = rest.dropFirst(try writeOnce(rest))
      } catch {
        guard error.isWouldBlock else { throw error }
        let ready = try Poller.wait([(rawValue, .writable)], until: deadline)
        if ready.isEmpty { throw SystemError.timedOut("write", "\(rawValue)") }
      }
      // One who takes a byte at a time must not get more time for it.
      if !rest.isEmpty, deadline <= .now { throw SystemError.timedOut("write", "\(rawValue)") }
    }
  }
}

import Posix

extension FileLock {
  /// Takes a lock that nobody holds.
  package static func take(_ path: String) throws(SystemError) -> FileLock {
    guard let lock = try tryAcquire(path) else { throw .timedOut("flock", path) }
    return lock
  }
}

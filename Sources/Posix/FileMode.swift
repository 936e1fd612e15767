#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension FileStatus {
  /// Sets the permission bits of a file or folder of one's own, following links.
  package static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
    try retrying("chmod", path) { unsafe chmod(path, mode_t(mode)) }
  }
}

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Says how a file is opened; close-on-exec always holds.
package struct OpenOptions: OptionSet, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Reads; the default, since its value is zero.
  package static let read = OpenOptions([])
  package static let write = OpenOptions(rawValue: O_WRONLY)
  package static let readWrite = OpenOptions(rawValue: O_RDWR)
  /// Moves every write to the end of the file, whoever else writes.
  package static let append = OpenOptions(rawValue: O_APPEND)
  package static let create = OpenOptions(rawValue: O_CREAT)
  /// Fails if the file exists.
  package static let exclusive = OpenOptions(rawValue: O_EXCL)
  package static let truncate = OpenOptions(rawValue: O_TRUNC)
  /// Fails if the last part of the path is a symbolic link.
  package static let noFollow = OpenOptions(rawValue: O_NOFOLLOW)
  package static let directory = OpenOptions(rawValue: O_DIRECTORY)
  /// Returns at once from opening a FIFO or device nobody serves.
  package static let nonBlocking = OpenOptions(rawValue: O_NONBLOCK)
}

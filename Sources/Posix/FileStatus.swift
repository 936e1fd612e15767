import CPosix

/// Describes a file as the system sees it.
package struct FileStatus: Sendable, Equatable {
  package enum Kind: Sendable { case file, directory, symbolicLink, fifo, socket, other }

  package let kind: Kind
  /// Holds the size in bytes.
  package let size: Int
  /// Holds the permission bits, without the kind.
  package let mode: UInt32
  package let owner: UInt32
  /// Holds the time of the last change of content, in nanoseconds since 1970.
  package let modified: Int64
  /// Holds the file's number on its device; both together are its identity.
  package let inode: UInt64
  package let device: UInt64
  package let links: UInt64

  package init(
    kind: Kind, size: Int, mode: UInt32, owner: UInt32, modified: Int64, inode: UInt64,
    device: UInt64, links: UInt64
  ) {
    self.kind = kind
    self.size = size
    self.mode = mode
    self.owner = owner
    self.modified = modified
    self.inode = inode
    self.device = device
    self.links = links
  }

  init(_ found: cposix_status) {
    kind =
      switch cposix_kind(UInt32(found.kind)) {
      case cposix_file: .file
      case cposix_directory: .directory
      case cposix_link: .symbolicLink
      case cposix_fifo: .fifo
      case cposix_socket: .socket
      default: .other
      }
    size = Int(found.size)
    mode = found.mode
    owner = found.owner
    modified = found.modified_ns
    inode = found.inode
    device = found.device
    links = found.links
  }

  /// Describes a path; nil if there is nothing, an error if that cannot be known.
  package static func of(
    _ path: String, followingLinks: Bool = true
  ) throws(SystemError) -> FileStatus? {
    var found = cposix_status()
    let result = unsafe cposix_status_of_path(path, followingLinks ? 1 : 0, &found)
    if result < 0 {
      let error = SystemError("stat", -result, path)
      // A part of the path that is a file means the same as one that is missing.
      if error.isNotFound || error.isNotDirectory { return nil }
      throw error
    }
    return FileStatus(found)
  }

  /// Tells whether two descriptions are of one and the same file.
  package func isSameFile(as other: FileStatus) -> Bool {
    inode == other.inode && device == other.device
  }
}

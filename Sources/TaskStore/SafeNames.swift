import Posix
import Synchronization

/// Remembers which files' names this process knows to be on the medium.
///
/// Who wrote a file that is found may have died, or failed, before its name was safe.
final class SafeNames: Sendable {
  private let inodes = Mutex<Set<UInt64>>([])

  /// More are forgotten, and synced once more.
  private static let limit = 4096

  /// Makes a found file's name safe, once in a process.
  func keep(
    _ path: String, _ files: any FileSystem, isSynced: Bool = false
  ) throws(SystemError) {
    guard let inode = try files.status(path, followingLinks: false)?.inode else { return }
    if inodes.withLock({ $0.contains(inode) }) { return }
    if !isSynced { try files.syncDirectory(Path.parent(path)) }
    inodes.withLock { inodes in
      if inodes.count >= Self.limit { inodes = [] }
      inodes.insert(inode)
    }
  }
}

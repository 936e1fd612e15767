import Posix
import Synchronization

/// Remembers which files' names this process knows to be on the medium.
///
/// Who wrote a file that is found may have died, or failed, before its name was safe.
final class SafeNames: Sendable {
  private let known = Mutex<Set<File>>([])

  /// Is what tells a file from one that has its number after it.
  private struct File: Hashable {
    let inode: UInt64
    let modified: Int64
  }

  /// More are forgotten, and synced once more.
  private static let limit = 4096

  /// Makes a found file's name safe, once in a process.
  func keep(
    _ path: String, _ files: any FileSystem, isSynced: Bool = false
  ) throws(SystemError) {
    guard let found = try files.status(path, followingLinks: false) else { return }
    let file = File(inode: found.inode, modified: found.modified)
    if known.withLock({ $0.contains(file) }) { return }
    if !isSynced { try files.syncDirectory(Path.parent(path)) }
    known.withLock { known in
      if known.count >= Self.limit { known = [] }
      known.insert(file)
    }
  }
}

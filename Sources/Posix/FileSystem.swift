/// Is the narrow seam through which everything durable goes, so that tests can make each single
/// step fail.
///
/// Each requirement is one step; what takes several steps is built from them in the extension.
/// Files are made 0600, directories 0700. Final symbolic links are never followed when a file is
/// made or appended to.
package protocol FileSystem: Sendable {
  /// Opens a file for appending, making it if it is missing.
  func openForAppending(_ path: String) throws(SystemError) -> any AppendFile
  /// Makes a file that must not exist yet.
  func createFile(_ path: String) throws(SystemError) -> any AppendFile
  func openForReading(_ path: String) throws(SystemError) -> any ReadFile
  /// Maps a file for reading.
  func map(_ path: String) throws(SystemError) -> MappedFile
  /// Opens a file to be locked again and again, making it if it is missing.
  func openLock(_ path: String) throws(SystemError) -> any LockableFile
  /// Takes a lock for as long as the value lives; nil if somebody holds it.
  func tryLock(_ path: String) throws(SystemError) -> FileLock?
  /// Makes one directory; one that exists already is fine.
  func createDirectory(_ path: String) throws(SystemError)
  /// Moves over whatever is at the target.
  func rename(_ path: String, to target: String) throws(SystemError)
  /// Gives a file a second name, which must be free.
  func link(_ path: String, to target: String) throws(SystemError)
  /// Removes a file or a symbolic link; a missing one is an error.
  func remove(_ path: String) throws(SystemError)
  /// Removes an empty directory.
  func removeDirectory(_ path: String) throws(SystemError)
  /// Removes a directory with all that is in it, following no links.
  func removeTree(_ path: String) throws(SystemError)
  /// Brings the names in a directory to the medium.
  func syncDirectory(_ path: String) throws(SystemError)
  /// Gives the names in a directory, sorted.
  func list(_ path: String) throws(SystemError) -> [String]
  /// Describes what is there; nil if nothing is.
  func status(_ path: String, followingLinks: Bool) throws(SystemError) -> FileStatus?
}

/// Is a file that only grows, but for being cut back; closed when it goes.
package protocol AppendFile: AnyObject, Sendable {
  /// Appends every byte. After an error some may have gone in: cut back to the old end.
  func append(_ bytes: [UInt8]) throws(SystemError)
  /// Returns once what was appended cannot be lost by a power cut.
  func sync() throws(SystemError)
  func truncate(to size: Int) throws(SystemError)
  func size() throws(SystemError) -> Int
  func status() throws(SystemError) -> FileStatus
  /// Reads `count` bytes from `offset`, fewer only at the end.
  func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8]
}

/// Is a file open for reading at any place; closed when it goes.
package protocol ReadFile: AnyObject, Sendable {
  func size() throws(SystemError) -> Int
  func status() throws(SystemError) -> FileStatus
  /// Reads `count` bytes from `offset`, fewer only at the end.
  func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8]
}

/// Is a file that is locked again and again; closed, and with it unlocked, when it goes.
package protocol LockableFile: AnyObject, Sendable {
  /// Waits for the lock; a holder that keeps it longer, as one that was stopped, is an error.
  func lock(within patience: Duration) throws(SystemError)
  func unlock() throws(SystemError)
  /// Tells whether the path still names the file that is locked.
  func isInPlace() throws(SystemError) -> Bool
}

extension FileSystem {
  /// Gives a path at which nothing is: this one, or it with a number.
  package func freePath(_ path: String) throws(SystemError) -> String {
    var free = path
    var number = 1
    while try status(free, followingLinks: false) != nil {
      number += 1
      free = "\(path).\(number)"
    }
    return free
  }

  /// Keeps a copy at a path, or where others stand at it with a number; once, however often the same
  /// is kept.
  package func keepCopy(_ bytes: [UInt8], at path: String) throws(SystemError) {
    let free = try freePath(path)
    var (place, number) = (path, 1)
    while place != free {
      let kind = try status(place, followingLinks: false)?.kind
      if kind == .file, try read(place) == bytes { return }
      number += 1
      place = "\(path).\(number)"
    }
    try replace(free, with: bytes)
  }

  /// Puts bytes in place of a file, so that at any time either the old or the new is there, whole.
  package func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    try replace(path) { (file) throws(SystemError) in try file.append(bytes) }
  }

  /// Puts what is written piece by piece in place of a file in the same way.
  package func replace(
    _ path: String, writing: (any AppendFile) throws(SystemError) -> Void
  ) throws(SystemError) {
    let directory = Path.parent(path)
    let temporary = Path.join(directory, ".\(Path.name(path)).\(UInt64.random(in: 0 ... .max)).tmp")
    do throws(SystemError) {
      let file = try createFile(temporary)
      try writing(file)
      try file.sync()
      try rename(temporary, to: path)
    } catch {
      // The first error is the one to tell; a leftover with a unique name can harm nobody.
      try? remove(temporary)
      throw error
    }
    try syncDirectory(directory)
  }

  /// Makes a directory with all that is missing above it, each name synced.
  package func createDirectories(_ path: String) throws(SystemError) {
    if try status(path, followingLinks: true)?.kind == .directory { return }
    let parent = Path.parent(path)
    if parent != path { try createDirectories(parent) }
    try createDirectory(path)
    do throws(SystemError) { try syncDirectory(parent) } catch {
      // Whoever finds it believes that its name is safe. The first error is the one to tell.
      try? removeDirectory(path)
      throw error
    }
  }

  /// Waits for a lock until a deadline; nil if somebody still holds it then.
  package func lock(_ path: String, until deadline: MonotonicTime) throws(SystemError) -> FileLock?
  {
    var pause = 1
    while true {
      if let lock = try tryLock(path) { return lock }
      let left = Int(clamping: deadline.remaining.milliseconds)
      if left <= 0 { return nil }
      _ = try Poller.wait([], timeoutMilliseconds: min(pause, left))
      pause = min(pause * 2, 20)
    }
  }

  /// Makes a directory with all that is missing above it; no name is safe before `syncNames`.
  package func makeDirectories(_ path: String) throws(SystemError) {
    if try status(path, followingLinks: true)?.kind == .directory { return }
    let parent = Path.parent(path)
    if parent != path { try makeDirectories(parent) }
    try createDirectory(path)
  }

  /// Brings the names in a directory to the medium, and its own and those above it up to a root.
  package func syncNames(in path: String, below root: String) throws(SystemError) {
    try syncDirectory(path)
    if path != root, Path.isInside(path, root) {
      try syncNames(in: Path.parent(path), below: root)
    }
  }

  /// Reads a whole file, refusing more than `limit` bytes.
  package func read(_ path: String, limit: Int = 256 << 20) throws(SystemError) -> [UInt8] {
    let file = try openForReading(path)
    let size = try file.size()
    if size > limit { throw .tooLarge("read", path) }
    return try file.read(size, at: 0)
  }

  /// Reads a part of a file; fewer bytes only at its end.
  package func read(_ path: String, _ range: Range<Int>) throws(SystemError) -> [UInt8] {
    try openForReading(path).read(range.count, at: range.lowerBound)
  }

  package func status(_ path: String) throws(SystemError) -> FileStatus? {
    try status(path, followingLinks: true)
  }

  package func exists(_ path: String) throws(SystemError) -> Bool {
    try status(path, followingLinks: false) != nil
  }

  /// Gives the names in a directory, sorted; none where there is no directory.
  package func names(in path: String) throws(SystemError) -> [String] {
    do throws(SystemError) { return try list(path) } catch {
      if error.isNotFound || error.isNotDirectory { return [] }
      throw error
    }
  }

  package func size(_ path: String) throws(SystemError) -> Int {
    guard let found = try status(path) else { throw .notFound("stat", path) }
    return found.size
  }

  /// Removes a file if it is there.
  package func removeIfPresent(_ path: String) throws(SystemError) {
    do throws(SystemError) { try remove(path) } catch { if !error.isNotFound { throw error } }
  }

  /// Does it in steps.
  package func removeTree(_ path: String) throws(SystemError) {
    for name in try list(path) {
      let inner = Path.join(path, name)
      if try status(inner, followingLinks: false)?.kind == .directory {
        try removeTree(inner)
      } else {
        try removeIfPresent(inner)
      }
    }
    try removeDirectory(path)
  }
}

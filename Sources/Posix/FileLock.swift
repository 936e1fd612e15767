import CPosix

/// Holds an exclusive lock on a file for as long as any descriptor of its open description lives.
///
/// The lock belongs to the description: a child that was given `rawValue` holds it on after this
/// value, and this process, are gone. A lock that can be taken therefore proves that no holder
/// lives. The reverse holds but for an instant where it was not given up with `release()`: a child
/// another thread is just starting has copies of all descriptors until it execs, so a lock may look
/// held a little longer than it is.
package struct FileLock: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Takes over a descriptor that carries the lock already, as handed down by the parent.
  package init(adopting descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Lends the number, to hand it to a child.
  package var rawValue: Int32 { descriptor.rawValue }

  /// Takes the lock if it is free, making the file if it is missing; nil if somebody holds it.
  package static func tryAcquire(_ path: String) throws(SystemError) -> FileLock? {
    while true {
      let descriptor = try Descriptor.open(path, [.readWrite, .create, .noFollow])
      guard try take(descriptor, path) else { return nil }
      if try isStillAt(path, descriptor) { return FileLock(adopting: descriptor) }
    }
  }

  /// Tells whether somebody holds the lock; writes nothing, so that a read-only disk can be asked.
  package static func isHeld(_ path: String) throws(SystemError) -> Bool {
    let descriptor: Descriptor
    do throws(SystemError) {
      descriptor = try Descriptor.open(path, [.read, .noFollow, .nonBlocking])
    } catch {
      guard error.isNotFound else { throw error }
      return false
    }
    guard try take(descriptor, path) else { return true }
    // Not with its file: a child being born would hold it on.
    _ = cposix_give_up_lock(descriptor.rawValue)
    return false
  }

  /// Takes the lock at once; false if somebody holds it.
  private static func take(
    _ descriptor: borrowing Descriptor, _ path: String
  ) throws(SystemError) -> Bool {
    let result = cposix_try_lock(descriptor.rawValue)
    guard result < 0 else { return true }
    let error = SystemError("flock", -result, path)
    guard error.isWouldBlock else { throw error }
    return false
  }

  /// Waits for the lock until a deadline; nil if somebody still holds it then.
  package static func acquire(
    _ path: String, until deadline: MonotonicTime
  ) throws(SystemError) -> FileLock? {
    try RealFileSystem().lock(path, until: deadline)
  }

  /// Gives the lock up for every holder of the description, also a child that was given it or that
  /// another thread is just starting. To be the last thing done with it.
  package func release() { _ = cposix_give_up_lock(descriptor.rawValue) }

  /// A lock on a file that was moved or removed meanwhile guards nothing.
  private static func isStillAt(
    _ path: String, _ descriptor: borrowing Descriptor
  ) throws(SystemError) -> Bool {
    guard let named = try FileStatus.of(path, followingLinks: false) else { return false }
    return named.isSameFile(as: try descriptor.status())
  }
}

/// Is a file of the machine, kept open to be locked again and again, by one thread at a time. While
/// it is locked Ctrl-Z stops nobody: all others would wait for this process to go on.
package final class LockFile: LockableFile {
  private let descriptor: Descriptor
  private let path: String
  /// Says which file it is; that stays true while it is open.
  private let file: FileStatus

  /// Opens the file, making it if it is missing; takes no lock yet.
  package init(_ path: String) throws(SystemError) {
    descriptor = try Descriptor.open(path, [.readWrite, .create, .noFollow])
    self.path = path
    file = try descriptor.status()
  }

  package func lock(within patience: Duration) throws(SystemError) {
    try checked("flock", path, cposix_lock_within(descriptor.rawValue, patience.nanoseconds))
  }

  /// Tells whether the path still names the file that is locked.
  package func isInPlace() throws(SystemError) -> Bool {
    guard let named = try FileStatus.of(path, followingLinks: false) else { return false }
    return named.isSameFile(as: file)
  }

  package func unlock() throws(SystemError) {
    try checked("flock", path, cposix_unlock(descriptor.rawValue))
  }
}

import Posix

/// Is the machine's file system, whose syncs of files can be held back, in which something may
/// happen right before a folder is listed or a file opened for reading, and right after a lock was
/// taken, and which may have less patience with locks.
final class SlowFiles: FileSystem {
  private struct State: Sendable {
    var isHolding = false
    var held = 0
    var syncs = 0
  }

  private let real = RealFileSystem()
  private let state = Monitor(State())
  private let beforeListing: @Sendable (String) throws(SystemError) -> Void
  private let beforeOpening: @Sendable (String) throws(SystemError) -> Void
  private let afterLocking: @Sendable (borrowing FileLock) throws(SystemError) -> Void
  private let lockPatience: Duration?

  init(
    lockPatience: Duration? = nil,
    beforeListing: @escaping @Sendable (String) throws(SystemError) -> Void = { _ in },
    beforeOpening: @escaping @Sendable (String) throws(SystemError) -> Void = { _ in },
    afterLocking: @escaping @Sendable (borrowing FileLock) throws(SystemError) -> Void = { _ in }
  ) {
    self.lockPatience = lockPatience
    self.afterLocking = afterLocking
    self.beforeListing = beforeListing
    self.beforeOpening = beforeOpening
  }

  var syncs: Int { state.withLock { $0.syncs } }

  func hold() { state.withLock { $0.isHolding = true } }
  func release() { state.update { $0.isHolding = false } }

  /// Returns once a sync is being held back.
  func waitUntilHeld() { state.wait(until: .after(.seconds(10)), while: { $0.held == 0 }) }

  fileprivate func pass() {
    state.update { state in
      state.syncs += 1
      state.held += 1
    }
    state.wait(until: .after(.seconds(10)), while: { $0.isHolding })
    state.update { $0.held -= 1 }
  }

  func openForAppending(_ path: String) throws(SystemError) -> any AppendFile {
    SlowFile(try real.openForAppending(path), self)
  }

  func createFile(_ path: String) throws(SystemError) -> any AppendFile {
    try real.createFile(path)
  }
  func openForReading(_ path: String) throws(SystemError) -> any ReadFile {
    try beforeOpening(path)
    return try real.openForReading(path)
  }
  func map(_ path: String) throws(SystemError) -> MappedFile { try real.map(path) }
  func openLock(_ path: String) throws(SystemError) -> any LockableFile {
    let lock = try real.openLock(path)
    return lockPatience.map { ImpatientLock(lock, patience: $0) } ?? lock
  }
  func tryLock(_ path: String) throws(SystemError) -> FileLock? {
    guard let lock = try real.tryLock(path) else { return nil }
    try afterLocking(lock)
    return lock
  }
  func createDirectory(_ path: String) throws(SystemError) { try real.createDirectory(path) }
  func rename(_ path: String, to target: String) throws(SystemError) {
    try real.rename(path, to: target)
  }
  func link(_ path: String, to target: String) throws(SystemError) {
    try real.link(path, to: target)
  }
  func remove(_ path: String) throws(SystemError) { try real.remove(path) }
  func removeDirectory(_ path: String) throws(SystemError) { try real.removeDirectory(path) }
  func syncDirectory(_ path: String) throws(SystemError) { try real.syncDirectory(path) }
  func list(_ path: String) throws(SystemError) -> [String] {
    try beforeListing(path)
    return try real.list(path)
  }
  func status(_ path: String, followingLinks: Bool) throws(SystemError) -> FileStatus? {
    try real.status(path, followingLinks: followingLinks)
  }
}

/// Is a file whose sync waits until it is let through.
private final class SlowFile: AppendFile {
  private let file: any AppendFile
  private let files: SlowFiles

  init(_ file: any AppendFile, _ files: SlowFiles) {
    self.file = file
    self.files = files
  }

  func append(_ bytes: [UInt8]) throws(SystemError) { try file.append(bytes) }
  func sync() throws(SystemError) {
    files.pass()
    try file.sync()
  }
  func truncate(to size: Int) throws(SystemError) { try file.truncate(to: size) }
  func size() throws(SystemError) -> Int { try file.size() }
  func status() throws(SystemError) -> FileStatus { try file.status() }
  func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
    try file.read(count, at: offset)
  }
}

/// Is a lock that is waited for no longer than the test wants.
private final class ImpatientLock: LockableFile {
  private let lock: any LockableFile
  private let patience: Duration

  init(_ lock: any LockableFile, patience: Duration) {
    self.lock = lock
    self.patience = patience
  }

  func lock(within patience: Duration) throws(SystemError) {
    try lock.lock(within: min(patience, self.patience))
  }
  func unlock() throws(SystemError) { try lock.unlock() }
  func isInPlace() throws(SystemError) -> Bool { try lock.isInPlace() }
}

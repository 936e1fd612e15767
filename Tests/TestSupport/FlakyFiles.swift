import Posix
import Synchronization

/// Is the machine's file system until one chosen step, which fails; it counts the steps that change
/// something.
///
/// Run once with `.none` to learn how many steps there are, then once for each with each fault.
package final class FlakyFiles: FileSystem {
  /// Says which step goes wrong, counted from zero, and how.
  package enum Fault: Sendable {
    case none
    /// The step has no effect and throws; later ones work.
    case fail(at: Int, SystemError)
    /// This and all later steps have no effect and throw, as on a full disk.
    case failFrom(Int, SystemError)
    /// An append stores only the first bytes and throws; any other step throws.
    case shortWrite(at: Int, bytes: Int, SystemError)
    /// The process dies at this step: nothing works any more. An append has stored the first bytes.
    case crash(at: Int, keeping: Int = 0)
    /// The power goes at this step: what was appended without a sync is gone, too.
    case powerCut(at: Int)
    /// The power goes when `cutPower` is called.
    case powerCutOnCall
  }

  /// Is what every step throws after a crash.
  package static let crashed = SystemError.cancelled("crash", "simulated")

  fileprivate enum Verdict {
    case proceed
    case refuse(SystemError)
    case partial(Int, SystemError)
  }

  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  private struct State {
    var steps: [String] = []
    var isDead = false
    var synced: [Identity: (file: any AppendFile, size: Int)] = [:]
  }

  private let real = RealFileSystem()
  private let fault: Fault
  private let state = Mutex(State())

  package init(_ fault: Fault = .none) { self.fault = fault }

  /// Counts the changing steps so far, the failed one included.
  package var operations: Int { state.withLock { $0.steps.count } }

  /// Names the changing steps so far: "append /x/y".
  package var trace: [String] { state.withLock { $0.steps } }

  /// Tells whether the simulated process is dead.
  package var hasCrashed: Bool { state.withLock { $0.isDead } }

  fileprivate func judge(_ call: String, _ subject: String) -> Verdict {
    state.withLock { state in
      if state.isDead { return .refuse(Self.crashed) }
      let number = state.steps.count
      state.steps.append("\(call) \(subject)")
      switch fault {
      case .fail(let at, let error) where at == number: return .refuse(error)
      case .failFrom(let at, let error) where number >= at: return .refuse(error)
      case .shortWrite(let at, let bytes, let error) where at == number:
        return .partial(bytes, error)
      case .crash(let at, let keeping) where at == number:
        state.isDead = true
        return .partial(keeping, Self.crashed)
      case .powerCut(let at) where at == number:
        Self.cutPower(&state)
        return .refuse(Self.crashed)
      default: return .proceed
      }
    }
  }

  /// Takes away what was appended without a sync; nothing works any more.
  package func cutPower() { state.withLock { Self.cutPower(&$0) } }

  private static func cutPower(_ state: inout State) {
    state.isDead = true
    for (file, size) in state.synced.values {
      // A file that cannot be cut back keeps its bytes: also something a power cut may do.
      try? file.truncate(to: size)
    }
  }

  private var losesPower: Bool {
    switch fault {
    case .powerCut, .powerCutOnCall: true
    case .none, .fail, .failFrom, .shortWrite, .crash: false
    }
  }

  /// Counts a step that is done whole or not at all.
  private func step(_ call: String, _ subject: String) throws(SystemError) {
    switch judge(call, subject) {
    case .proceed: return
    case .refuse(let error), .partial(_, let error): throw error
    }
  }

  private func alive() throws(SystemError) { if hasCrashed { throw Self.crashed } }

  private func watched(
    _ file: any AppendFile, _ path: String
  ) throws(SystemError) -> any AppendFile {
    guard losesPower else { return FlakyFile(file, path, self) }
    let found = try file.status()
    let identity = Identity(device: found.device, inode: found.inode)
    state.withLock { state in
      if state.synced[identity] == nil { state.synced[identity] = (file, found.size) }
    }
    return FlakyFile(file, path, self)
  }

  fileprivate func didSync(_ file: any AppendFile) throws(SystemError) {
    guard losesPower else { return }
    let found = try file.status()
    let identity = Identity(device: found.device, inode: found.inode)
    state.withLock { $0.synced[identity] = (file, found.size) }
  }

  package func openForAppending(_ path: String) throws(SystemError) -> any AppendFile {
    try step("open", path)
    return try watched(real.openForAppending(path), path)
  }

  package func createFile(_ path: String) throws(SystemError) -> any AppendFile {
    try step("create", path)
    return try watched(real.createFile(path), path)
  }

  package func openForReading(_ path: String) throws(SystemError) -> any ReadFile {
    try alive()
    return try real.openForReading(path)
  }

  package func map(_ path: String) throws(SystemError) -> MappedFile {
    try alive()
    return try real.map(path)
  }

  package func openLock(_ path: String) throws(SystemError) -> any LockableFile {
    try alive()
    return try real.openLock(path)
  }

  package func tryLock(_ path: String) throws(SystemError) -> FileLock? {
    try alive()
    return try real.tryLock(path)
  }

  package func createDirectory(_ path: String) throws(SystemError) {
    try step("mkdir", path)
    try real.createDirectory(path)
  }

  package func rename(_ path: String, to target: String) throws(SystemError) {
    try step("rename", path)
    try real.rename(path, to: target)
  }

  package func link(_ path: String, to target: String) throws(SystemError) {
    try step("link", path)
    try real.link(path, to: target)
  }

  package func remove(_ path: String) throws(SystemError) {
    try step("unlink", path)
    try real.remove(path)
  }

  package func removeDirectory(_ path: String) throws(SystemError) {
    try step("rmdir", path)
    try real.removeDirectory(path)
  }

  package func syncDirectory(_ path: String) throws(SystemError) {
    try step("sync", path)
    try real.syncDirectory(path)
  }

  package func list(_ path: String) throws(SystemError) -> [String] {
    try alive()
    return try real.list(path)
  }

  package func status(
    _ path: String, followingLinks: Bool
  ) throws(SystemError) -> FileStatus? {
    try alive()
    return try real.status(path, followingLinks: followingLinks)
  }
}

/// Is a file whose changing steps are counted and may fail.
private final class FlakyFile: AppendFile {
  private let file: any AppendFile
  private let path: String
  private let files: FlakyFiles

  init(_ file: any AppendFile, _ path: String, _ files: FlakyFiles) {
    self.file = file
    self.path = path
    self.files = files
  }

  func append(_ bytes: [UInt8]) throws(SystemError) {
    switch files.judge("append", path) {
    case .proceed: try file.append(bytes)
    case .refuse(let error): throw error
    case .partial(let count, let error):
      try file.append(Array(bytes.prefix(count)))
      throw error
    }
  }

  func sync() throws(SystemError) {
    switch files.judge("sync", path) {
    case .proceed:
      try file.sync()
      try files.didSync(file)
    case .refuse(let error), .partial(_, let error): throw error
    }
  }

  func truncate(to size: Int) throws(SystemError) {
    switch files.judge("truncate", path) {
    case .proceed: try file.truncate(to: size)
    case .refuse(let error), .partial(_, let error): throw error
    }
  }

  func size() throws(SystemError) -> Int { try file.size() }
  func status() throws(SystemError) -> FileStatus { try file.status() }
  func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
    try file.read(count, at: offset)
  }
}

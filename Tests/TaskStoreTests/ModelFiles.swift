import Posix
import Synchronization

/// Is a file system on a model disk, one step of which may fail; it counts the steps that change
/// something, and the looks at what is there.
///
/// Locks shut nobody out: one thread at a time.
final class ModelFiles: FileSystem {
  /// Says which step goes wrong, counted from zero, and how.
  enum Fault: Sendable {
    case none
    /// The step has no effect and throws; a failed sync loses what it was to bring to the disk.
    case fail(at: Int, SystemError)
    /// From this step on there is no room: what needs some has no effect and throws.
    case full(from: Int)
    /// From this step on every step has no effect and throws.
    case dead(from: Int)
    /// An append stores its first half and throws; any other step throws.
    case short(at: Int, SystemError)
    /// Nothing works from this step on.
    case crash(at: Int)
    /// This look, counted from zero apart from the steps, throws.
    case blind(at: Int)
  }

  private struct State: Sendable {
    var disk: ModelDisk
    var steps: [String] = []
    var effects = 0
    var looks = 0
    var history: ModelHistory?
  }

  private let fault: Fault
  private let state: Mutex<State>

  /// With a history, what is done to the disk is told there.
  init(_ disk: ModelDisk, _ fault: Fault = .none, _ history: ModelHistory? = nil) {
    self.fault = fault
    state = Mutex(State(disk: disk, history: history))
  }

  var disk: ModelDisk { state.withLock { $0.disk } }
  /// Names the changing steps so far, the failed ones included.
  var trace: [String] { state.withLock { $0.steps } }

  /// Tells what was done to the disk, if that is kept.
  var history: Int? { state.withLock { $0.history?.value } }

  /// Counts the looks so far.
  var looks: Int { state.withLock { $0.looks } }

  /// Counts the steps so far that changed the disk.
  var effects: Int { state.withLock { $0.effects } }

  // EEXIST, the same everywhere.
  private static func existing(_ call: String, _ path: String) -> SystemError {
    SystemError(call, 17, path)
  }

  private static let needsRoom: Set = ["open", "create", "mkdir", "link", "append", "sync"]

  /// Tells whether a step of a trace is one that a full disk refuses.
  static func needsRoom(_ step: String) -> Bool {
    needsRoom.contains { step.hasPrefix("\($0) /") }
  }

  private static let crashed = SystemError.cancelled("crash", "simulated")

  /// Counts a step and gives what it throws.
  private func refusal(_ call: String, _ path: String, _ state: inout State) -> SystemError? {
    let number = state.steps.count
    if case .crash(let at) = fault, number >= at { return Self.crashed }
    state.steps.append("\(call) \(path)")
    switch fault {
    case .fail(at: number, let error), .short(at: number, let error): return error
    case .full(let from) where number >= from && Self.needsRoom.contains(call):
      return .noSpace(call, path)
    case .dead(let from) where number >= from: return .inputOutput(call, path)
    default: return nil
    }
  }

  /// Does a step, or refuses it; `detail` is what else there is to say of it.
  fileprivate func step<Result>(
    _ call: String, _ path: String, _ detail: [UInt8] = [],
    refused: (inout ModelDisk) -> Void = { _ in },
    _ body: (inout ModelDisk) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    try state.withLock { (state) throws(SystemError) in
      if let error = refusal(call, path, &state) {
        if error != Self.crashed { refused(&state.disk) }
        // A refused append may leave a part, and a refused sync loses something.
        if error != Self.crashed, call == "sync" || call == "append" && isShort {
          state.effects += 1
          state.history?.note("refused \(call)", path, detail)
        }
        throw error
      }
      state.effects += 1
      state.history?.note(call, path, detail)
      return try body(&state.disk)
    }
  }

  fileprivate func look<Result>(
    _ body: (ModelDisk) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    try state.withLock { (state) throws(SystemError) in
      if case .crash(let at) = fault, state.steps.count >= at { throw Self.crashed }
      state.looks += 1
      if case .blind(at: state.looks - 1) = fault { throw .inputOutput("look", "model") }
      return try body(state.disk)
    }
  }

  /// Tells whether an append that is refused stores a part.
  fileprivate var isShort: Bool { if case .short = fault { true } else { false } }

  private static func make(_ path: String, _ disk: inout ModelDisk) throws(SystemError) -> Int {
    guard disk.names[Path.parent(path)] != nil else { throw .notFound("open", path) }
    disk.nodes.append(ModelDisk.Node())
    disk.add(path, disk.nodes.count - 1)
    return disk.nodes.count - 1
  }

  func openForAppending(_ path: String) throws(SystemError) -> any AppendFile {
    if let node = try look({ $0.names[path] }) { return ModelFile(node, path, self) }
    let node = try step("open", path) { (disk) throws(SystemError) in try Self.make(path, &disk) }
    return ModelFile(node, path, self)
  }

  func createFile(_ path: String) throws(SystemError) -> any AppendFile {
    let node = try step("create", path) { (disk) throws(SystemError) in
      if disk.names[path] != nil { throw Self.existing("open", path) }
      return try Self.make(path, &disk)
    }
    return ModelFile(node, path, self)
  }

  private func node(_ call: String, _ path: String) throws(SystemError) -> Int {
    guard let node = try look({ $0.names[path] }) else { throw .notFound(call, path) }
    return node
  }

  func openForReading(_ path: String) throws(SystemError) -> any ReadFile {
    ModelFile(try node("open", path), path, self)
  }

  func map(_ path: String) throws(SystemError) -> MappedFile {
    let node = try node("open", path)
    return try MappedFile(try look { $0.nodes[node].bytes })
  }

  func openLock(_ path: String) throws(SystemError) -> any LockableFile {
    _ = try openForAppending(path)
    return ModelLock(try node("open", path), path, self)
  }

  func tryLock(_ path: String) throws(SystemError) -> FileLock? {
    _ = try openForAppending(path)
    return FileLock(adopting: try .open("/dev/null"))
  }

  func createDirectory(_ path: String) throws(SystemError) {
    if try look({ $0.names[path] }) != nil { return }
    try step("mkdir", path) { (disk) throws(SystemError) in
      let node = try Self.make(path, &disk)
      disk.nodes[node].isDirectory = true
    }
  }

  func rename(_ path: String, to target: String) throws(SystemError) {
    try step("rename", path, Array(target.utf8)) { (disk) throws(SystemError) in
      guard let node = disk.names[path] else { throw SystemError.notFound("rename", path) }
      disk.add(target, node, insteadOf: path)
    }
  }

  func link(_ path: String, to target: String) throws(SystemError) {
    try step("link", target, Array(path.utf8)) { (disk) throws(SystemError) in
      guard let node = disk.names[path] else { throw SystemError.notFound("link", path) }
      if disk.names[target] != nil { throw Self.existing("link", target) }
      disk.add(target, node)
    }
  }

  func remove(_ path: String) throws(SystemError) {
    _ = try node("unlink", path)
    try step("unlink", path) { $0.remove(path) }
  }

  func removeDirectory(_ path: String) throws(SystemError) {
    try step("rmdir", path) { $0.remove(path) }
  }

  func syncDirectory(_ path: String) throws(SystemError) {
    _ = try node("fsync", path)
    try step("sync names in", path) { $0.syncNames(in: path) }
  }

  func list(_ path: String) throws(SystemError) -> [String] {
    _ = try node("opendir", path)
    let start = (path == "/" ? path : path + "/").utf8
    return try look { disk in
      disk.names.keys.filter {
        $0.utf8.count > start.count && $0.utf8.starts(with: start)
          && !$0.utf8.dropFirst(start.count).contains(UInt8(ascii: "/"))
      }.map { String($0.utf8.dropFirst(start.count))! }.sorted()
    }
  }

  func status(
    _ path: String, followingLinks: Bool
  ) throws(SystemError) -> FileStatus? {
    guard let node = try look({ $0.names[path] }) else { return nil }
    return try status(of: node)
  }

  /// Gives when a file was written, whatever time a test says it is.
  private static func written(_ isOld: Bool) -> Int64 {
    (WallClock.nowMilliseconds() - (isOld ? 3 * 86_400_000 : 0)) * 1_000_000
  }

  fileprivate func status(of node: Int) throws(SystemError) -> FileStatus {
    try look { disk in
      let found = disk.nodes[node]
      return FileStatus(
        kind: found.isDirectory ? .directory : .file, size: found.bytes.count,
        mode: found.isDirectory ? 0o700 : 0o600,
        owner: Environment.userID, modified: Self.written(node < disk.youngFrom),
        inode: UInt64(node), device: 1, links: 1)
    }
  }
}

private final class ModelFile: AppendFile, ReadFile {
  private let node: Int
  private let path: String
  private let files: ModelFiles

  init(_ node: Int, _ path: String, _ files: ModelFiles) {
    self.node = node
    self.path = path
    self.files = files
  }

  private func store(_ bytes: [UInt8], _ disk: inout ModelDisk) {
    disk.nodes[node].appends.append(disk.nodes[node].bytes.count)
    disk.nodes[node].bytes += bytes
  }

  func append(_ bytes: [UInt8]) throws(SystemError) {
    try files.step(
      "append", path, bytes,
      refused: { if files.isShort { store(Array(bytes.prefix(bytes.count / 2)), &$0) } },
      { store(bytes, &$0) })
  }

  func sync() throws(SystemError) {
    try files.step("sync", path, refused: { $0.failSync(node) }, { $0.sync(node) })
  }

  func truncate(to size: Int) throws(SystemError) {
    try files.step("truncate", path, Array("\(size)".utf8)) { disk in
      disk.nodes[node].bytes.removeSubrange(min(size, disk.nodes[node].bytes.count)...)
      disk.nodes[node].appends.removeAll { $0 >= size }
      disk.nodes[node].poisoned = disk.nodes[node].poisoned.compactMap { range in
        range.lowerBound < size ? range.lowerBound..<min(size, range.upperBound) : nil
      }
    }
  }

  func size() throws(SystemError) -> Int { try files.look { $0.nodes[node].bytes.count } }
  func status() throws(SystemError) -> FileStatus { try files.status(of: node) }
  func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
    try files.look { Array($0.nodes[node].bytes.dropFirst(offset).prefix(count)) }
  }
}

private final class ModelLock: LockableFile {
  private let node: Int
  private let path: String
  private let files: ModelFiles

  init(_ node: Int, _ path: String, _ files: ModelFiles) {
    self.node = node
    self.path = path
    self.files = files
  }

  func lock(within patience: Duration) throws(SystemError) { try files.look { _ in } }
  func unlock() throws(SystemError) {}
  func isInPlace() throws(SystemError) -> Bool { try files.look { $0.names[path] == node } }
}

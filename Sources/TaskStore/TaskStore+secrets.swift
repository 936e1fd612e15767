import JSON
import Posix
import Synchronization
import Tasks

/// Keeps beside the journal what must not stand in it, and what is too common to stand there often.
extension TaskStore {
  /// Stores an environment once, however many tasks share it.
  package func storeEnvironment(_ environment: [String: String]) throws(StoreError) -> ContentID {
    if let last = lastEnvironment.withLock({ $0 }), last.environment == environment,
      try blobs.keeps(last.stored)
    {
      return last.stored.cid
    }
    let sorted = environment.sorted { $0.key < $1.key }
    let object = JSONObject(sorted.map { (key: $0.key, value: JSONValue.string($0.value)) })
    let stored = try blobs.put(JSONValue.object(object).bytes)
    lastEnvironment.withLock { $0 = (environment, stored) }
    return stored.cid
  }

  package func environment(_ content: ContentID) throws(StoreError) -> [String: String] {
    let size = try blobs.size(content) ?? 0
    return try strings(try blobs.read(content, count: size), path: layout.blob(content))
  }

  // MARK: Secrets of a task, 0600, until it ends

  private func secretsPath(_ task: TaskID) -> String {
    Path.join(layout.keys, "\(Self.secretsPrefix)\(task).json")
  }

  package func writeSecrets(_ task: TaskID, _ secrets: [String: String]) throws(StoreError) {
    try write(secrets, to: secretsPath(task))
  }

  func write(_ secrets: [String: String], to path: String) throws(StoreError) {
    let object = JSONObject(secrets.map { (key: $0.key, value: JSONValue.string($0.value)) })
    try onDisk { () throws(SystemError) in
      try files.createDirectories(layout.keys)
      try files.replace(path, with: JSONValue.object(object).bytes)
    }
  }

  package func secrets(of task: TaskID) throws(StoreError) -> [String: String] {
    try secrets(at: secretsPath(task))
  }

  func secrets(at path: String) throws(StoreError) -> [String: String] {
    let bytes = try onDisk { () throws(SystemError) -> [UInt8]? in
      try files.exists(path) ? try files.read(path, limit: Self.secretsLimit) : nil
    }
    return try bytes.map { (bytes) throws(StoreError) in try strings(bytes, path: path) } ?? [:]
  }

  package func removeSecrets(of task: TaskID) throws(StoreError) {
    try removeSecrets(at: secretsPath(task))
  }

  func removeSecrets(at path: String) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      guard try files.exists(path) else { return }
      try files.removeIfPresent(path)
      // A power cut must not bring back what was to be gone.
      try files.syncDirectory(layout.keys)
    }
  }

  /// Forgets secrets of tasks that have ended, and of such as were never created, and what let the
  /// agent of an attempt act that is over: a crash may come between the two. A file that names no
  /// task must be older than a creator ever takes.
  package func removeStraySecrets(age: Duration = .seconds(3600)) throws(StoreError) {
    let names = try onDisk { () throws(SystemError) in try files.names(in: layout.keys) }
    var unknown = try strayScheduleSecrets(among: names, age: age)
    var stray: [String] = []
    for name in names where name.hasPrefix(Self.secretsPrefix) || name.hasPrefix(".task-") {
      let path = Path.join(layout.keys, name)
      let id = TaskID(String(name.dropFirst(Self.secretsPrefix.count).prefix { $0 != "." }))
      // What a damaged task still needs is not known.
      if let id, try !damaged(among: [id]).isEmpty { continue }
      let task = try id.flatMap { (id: TaskID) throws(StoreError) -> TaskRecord? in
        try lastKnown(id: id)
      }
      if let task {
        if Self.isOver(task, name) { stray.append(path) }
      } else if try onDisk({ () throws(SystemError) in try isOlder(path, than: age) }) {
        unknown.append(path)
      }
    }
    if !unknown.isEmpty, try !mayHaveLost() { stray += unknown }
    if stray.isEmpty { return }
    // Who has ended may need them again where the line that says so is lost; and a power cut must
    // not bring back what was to be gone.
    try syncAll()
    try onDisk { () throws(SystemError) in
      for path in stray { try files.removeIfPresent(path) }
      try files.syncDirectory(layout.keys)
    }
  }

  /// Tells whether a file was written longer ago than that.
  func isOlder(_ path: String, than age: Duration) throws(SystemError) -> Bool {
    let modified = try files.status(path)?.modified ?? .max
    return modified < WallClock.nowMilliseconds() * 1_000_000 - age.nanoseconds
  }

  /// Bounds a file of secrets, in bytes.
  static let secretsLimit = 1 << 20
  static let secretsPrefix = "task-"
  static let keySuffix = ".key"
  static let scheduleSecretsPrefix = "schedule-"

  /// Tells whether nobody needs a file any more: a task's own lasts as long as that, an attempt's
  /// pass as long as the attempt.
  private static func isOver(_ task: TaskRecord, _ name: String) -> Bool {
    guard name.hasSuffix(".pass") else { return task.status.isTerminal }
    let isLatest = name.split(separator: ".").dropLast().last == "\(task.attemptCount)"
    return !(isLatest && task.status.isActive)
  }

  /// Tells whether a file in keys/ holds the secrets of a task or a schedule.
  static func isOfSecrets(_ name: String) -> Bool {
    name.hasSuffix(".json")
      && [secretsPrefix, scheduleSecretsPrefix].contains { name.hasPrefix($0) }
  }

  static func areSecrets(_ bytes: [UInt8]) -> Bool { strings(bytes) != nil }

  private static func strings(_ bytes: [UInt8]) -> [String: String]? {
    // The words of the parser would not help: the file is ours and was whole when written.
    guard let value = try? JSONValue.parse(bytes) else { return nil }
    return try? Codec.dictionary(of: .string).decode(value)
  }

  private func strings(_ bytes: [UInt8], path: String) throws(StoreError) -> [String: String] {
    guard let strings = Self.strings(bytes) else {
      throw .damaged(path: path, offset: 0, reason: "it is no object of strings")
    }
    return strings
  }

  // MARK: Keys of the store

  /// Counts the bytes of a key; one of another length would be no secret.
  static let keyLength = 32

  /// Gives 32 secret bytes by name, made once and kept, so that they outlive every process. What is
  /// no key any more is kept in damaged/, and another made in its place.
  package func key(_ name: String) throws(StoreError) -> [UInt8] {
    let path = Path.join(layout.keys, "\(name)\(Self.keySuffix)")
    while true {
      let key = try onDisk { () throws(SystemError) -> [UInt8]? in
        if let key = try safeKey(path) { return key }
        return try madeKey(path)
      }
      // One that is gone again was taken away by somebody who wants another.
      guard let key else { continue }
      if key.count == Self.keyLength { return key }
      try setHarmedKeyAside(path)
    }
  }

  /// Keeps what is no key in damaged/, and tells where; nil where another was faster.
  @discardableResult
  func setHarmedKeyAside(_ path: String) throws(StoreError) -> String? {
    let lock = try stillness()
    defer { lock.release() }
    return try onDisk { () throws(SystemError) -> String? in
      guard let key = try safeKey(path), key.count != Self.keyLength else { return nil }
      let aside = try layout.moveAside(path, files)
      try files.syncDirectory(layout.keys)
      return aside
    }
  }

  private func madeKey(_ path: String) throws(SystemError) -> [UInt8]? {
    try files.createDirectories(layout.keys)
    var random = SystemRandomNumberGenerator()
    let key = (0..<Self.keyLength).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    let draft = path + ".\(UInt64.random(in: .min ... .max)).tmp"
    let file = try files.createFile(draft)
    try file.append(key)
    try file.sync()
    // Linking fails where another process was faster: then its key is the key.
    do throws(SystemError) {
      try files.link(draft, to: path)
    } catch {
      if !error.isExisting { throw error }
    }
    try files.remove(draft)
    return try safeKey(path)
  }

  /// Reads a key whose name is safe, whoever gave it that name; nil where there is none.
  private func safeKey(_ path: String) throws(SystemError) -> [UInt8]? {
    guard try files.exists(path) else { return nil }
    try files.syncDirectory(layout.keys)
    do throws(SystemError) { return try files.read(path) } catch {
      // It was taken away meanwhile.
      if error.isNotFound { return nil }
      throw error
    }
  }

  // MARK: Attempts

  /// Takes an attempt's lock, making its folder; nil if a living process holds it, and still does
  /// at the deadline if one is given.
  package func lockAttempt(
    _ task: TaskID, _ attemptN: Int, until deadline: MonotonicTime? = nil
  ) throws(StoreError) -> FileLock? {
    let record = try self.task(.id(task), evenInDoubt: true)
    let path = layout.attemptLock(of: record, attemptN)
    let lock = try onDisk { () throws(SystemError) in
      // A lock need not outlive a power cut; who keeps things in the folder makes its name safe.
      try files.makeDirectories(Path.parent(path))
      if let deadline { return try files.lock(path, until: deadline) }
      return try files.tryLock(path)
    }
    // What was read before is too old for what is done under the lock.
    state.withLock { $0.sharing?.hasLooked = false }
    return lock
  }

  /// Writes the readable copy of a task; it is never read back.
  package func writeCopy(of record: TaskRecord) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      let folder = layout.taskFolder(of: record)
      try files.createDirectories(folder)
      let copy = TaskRecord.json.encode(record) + [UInt8(ascii: "\n")]
      try files.replace(StoreLayout.taskCopy(in: folder), with: copy)
    }
  }
}

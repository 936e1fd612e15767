import JSON
import Posix
import TaskStore
import Tasks

/// Is one thing a program asks of a store; the fault tests run all of them, in all orders.
enum FaultOperation: String, CaseIterable, Sendable {
  case create, peerCreates, claim, settle, say, putBlob, stageFile, writeSecrets, removeSecrets
  case key, makeHandle, endHandle, moveCursor, compact, reopen, copy, replay, prune, mend, heal
  case lock

  var isInJournal: Bool {
    switch self {
    case .create, .peerCreates, .claim, .settle, .makeHandle, .endHandle, .moveCursor, .replay,
      .heal:
      true
    case .say, .putBlob, .stageFile, .writeSecrets, .removeSecrets, .key, .compact, .reopen, .copy,
      .prune, .mend, .lock:
      false
    }
  }

  /// Tells that what it did goes with a task that is pruned among these.
  func isPruned(among all: [FaultOperation]) -> Bool {
    guard all.contains(.prune) else { return false }
    return switch self {
    case .settle, .say, .removeSecrets: all.contains(.settle)
    case .heal: true
    default: false
    }
  }

  /// Is what a store says of an operation after a fault.
  enum Trace: Equatable {
    case absent, whole
    /// The task it was about is served as damaged.
    case damaged
    case wrong(String)
  }
}

/// Is a process with its store open, in the middle of a sequence of operations.
final class FaultProcess {
  static let root = "/store"
  /// A file beside the store, which is staged; the staging reads it from the machine.
  let source: String
  let files: ModelFiles
  private var store: TaskStore?
  private(set) var keys: [Int: [UInt8]] = [:]

  init(_ files: ModelFiles, source: String) {
    self.files = files
    self.source = source
  }

  private func opened() throws(StoreError) -> TaskStore {
    if let store { return store }
    let opened = try TaskStore.open(Self.root, files: files)
    store = opened
    return opened
  }

  private static let slots = 0..<3

  /// Makes the store every sequence begins with, so that each operation finds what it changes.
  static func prepare(_ files: ModelFiles) throws(StoreError) {
    let store = try TaskStore.open(root, files: files)
    for slot in slots {
      try store.add("queued-\(slot)")
      let running = try store.add("running-\(slot)")
      try store.apply(Sample.claim(), to: "running-\(slot)")
      try store.writeSecrets(running.id, ["A": "old"])
      try store.makeWaitHandle(handle("old-\(slot)"), by: Sample.client)
    }
    try store.add("ended")
    for event in [Sample.claim(), Sample.started, Sample.settled()] {
      try store.apply(event, to: "ended")
    }
    for slot in slots {
      try store.add("broken-\(slot)")
      for event in [Sample.claim(), Sample.started, Sample.settled()] {
        try store.apply(event, to: "broken-\(slot)")
      }
    }
    try store.add("known")
    try store.apply(Sample.claim(), to: "known")
    for slot in slots { try spoil("started", of: "broken-\(slot)", store) }
    try TaskStore.open(root, files: files).compactIfWorthwhile(always: true)
    // From now on only the snapshot tells that it was claimed.
    try spoil("claimed", of: "known", store)
    try goOn(TaskStore.open(root, files: files))
  }

  /// Damages the line of an event.
  private static func spoil(
    _ event: String, of name: String, _ store: TaskStore
  ) throws(StoreError) {
    let id = try store.task(TaskReference(name)).id
    do throws(SystemError) {
      let path = store.layout.segment(1)
      let lines = try store.files.read(path).split(separator: 10).map { line -> [UInt8] in
        let text = String(decoding: line, as: UTF8.self)
        guard text.contains(id.description), text.contains(#""type":"\#(event)""#) else {
          return Array(line)
        }
        return Array(text.replacing(#""event":"#, with: #""evont":"#).utf8)
      }
      // In place: a store that is open would take another file for another store.
      let file = try store.files.openForAppending(path)
      try file.truncate(to: 0)
      try file.append(Array(lines.joined(separator: [10])) + [10])
      try file.sync()
    } catch {
      throw .disk(error)
    }
  }

  private static func goOn(_ store: TaskStore) throws(StoreError) {
    for slot in slots { try store.apply(Sample.started, to: "running-\(slot)") }
    let log = try MessageLog.Writer(
      folder: messages(store), below: store.layout.root, files: store.files)
    _ = try log.append(.text("before"))
    try log.sync()
  }

  private static func messages(_ store: TaskStore) throws(StoreError) -> String {
    store.layout.attemptFolder(of: try store.task(TaskReference("running-0")), 1)
  }

  private static func handle(_ id: String) -> WaitHandle {
    WaitHandle(
      id: id, tasks: [], until: .change, after: 0, cancelsWork: false, canAsk: false,
      createdAt: Timestamp(milliseconds: WallClock.nowMilliseconds()))
  }

  /// Runs an operation in its place of the sequence; it is acknowledged if this returns.
  func run(_ operation: FaultOperation, _ slot: Int) throws(StoreError) {
    if operation == .reopen { store = nil }
    let store = try opened()
    switch operation {
    case .create: try store.add("new-\(slot)")
    case .peerCreates: try TaskStore.open(Self.root, files: files).add("peer-\(slot)")
    case .claim: try store.apply(Sample.claim(), to: "queued-\(slot)")
    case .settle: try store.apply(Sample.settled(), to: "running-\(slot)")
    case .say:
      let log = try MessageLog.Writer(
        folder: Self.messages(store), below: store.layout.root, files: files)
      _ = try log.append(.text("said \(slot)"))
      try log.sync()
    case .putBlob: _ = try store.blobs.put(Self.content(slot))
    case .stageFile: _ = try store.blobs.put(path: source, limit: 1 << 10)
    case .writeSecrets: try store.writeSecrets(Self.id(slot), ["T": "secret \(slot)"])
    case .removeSecrets:
      let id = try store.task(TaskReference("running-\(slot)")).id
      // Who finds none can promise nothing: what comes back is swept away with other strays.
      if try store.secrets(of: id).isEmpty { throw .stopped("no secrets") }
      try store.removeSecrets(of: id)
    case .key: keys[slot] = try store.key("key-\(slot)")
    case .makeHandle:
      try store.makeWaitHandle(Self.handle("new-\(slot)"), by: Sample.client)
      try store.sync()
    case .endHandle:
      try store.endWaitHandle("old-\(slot)", .done(outcome: ContentID(raw: [1])), by: Sample.client)
      try store.sync()
    case .moveCursor:
      try store.moveInboxCursor(Self.reader(slot), to: 2, by: Sample.client)
      try store.sync()
    case .compact: try store.compactIfWorthwhile(always: true)
    case .reopen: _ = try store.number()
    case .copy: try store.writeCopy(of: try store.task(TaskReference("queued-\(slot)")))
    case .replay:
      try store.add("keyed") {
        $0.idempotency = IdempotencyKey(key: "key", digest: "digest")
      }
    case .prune:
      let later = WallClock.nowMilliseconds() + 2 * 86_400_000
      _ = try store.prune(Self.retention, by: Sample.client, now: later)
    case .mend:
      var mending = StoreMending(root: Self.root, files: files)
      try mending.mend(by: Sample.client)
    case .heal:
      let id = try store.lastKnown(TaskReference("broken-\(slot)")).id
      if try store.sayAnew(id, by: Sample.client) == nil { throw .stopped("nothing to say") }
    case .lock:
      let id = try store.task(TaskReference("queued-\(slot)")).id
      _ = try store.lockAttempt(id, 1)?.release()
    }
  }

  /// Takes ended tasks away, and nothing else.
  private static var retention: Retention {
    var retention = Retention()
    retention.tasksDays = 1
    retention.stagedHours = 87_600
    return retention
  }

  private static func reader(_ slot: Int) -> InboxReader {
    InboxReader(client: "client-\(slot)", team: "local")
  }

  private static func content(_ slot: Int) -> [UInt8] { Array("content \(slot)".utf8) }
  private static func id(_ slot: Int) -> TaskID { TaskID(bytes: .init(repeating: 7, count: 16)) }

  /// Looks for what an operation did.
  func trace(of operation: FaultOperation, _ slot: Int) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    switch operation {
    case .create: return try task("new-\(slot)", .queued, revision: 1)
    case .peerCreates: return try task("peer-\(slot)", .queued, revision: 1)
    case .claim: return try task("queued-\(slot)", .dispatched, revision: 2)
    case .settle: return try task("running-\(slot)", .completed, revision: 4)
    case .say:
      guard try names().contains("running-0") else { return .absent }
      let page = try MessageReader(folder: Self.messages(store), files: files).read(MessageQuery())
      let texts = page.items.map(\.body)
      guard texts.first == .text("before") else { return .wrong("\(texts)") }
      return texts.contains(.text("said \(slot)")) ? .whole : .absent
    case .putBlob: return try blob(Self.content(slot))
    case .stageFile:
      return try onModel { () throws(SystemError) in try RealFileSystem().read(source) }
        .map { (bytes) throws(StoreError) in try blob(bytes) } ?? .wrong("no source")
    case .writeSecrets:
      let found = try store.secrets(of: Self.id(slot))
      if found.isEmpty { return .absent }
      return found.values.first?.hasPrefix("secret") == true ? .whole : .wrong("\(found)")
    case .removeSecrets:
      guard try names().contains("running-\(slot)") else { return .absent }
      let id = try store.task(TaskReference("running-\(slot)")).id
      let found = try store.secrets(of: id)
      if found.isEmpty { return .whole }
      return found == ["A": "old"] ? .absent : .wrong("\(found)")
    case .key:
      let key = try store.key("key-\(slot)")
      guard let given = keys[slot] else { return key.count == 32 ? .absent : .wrong("\(key)") }
      return key == given ? .whole : .wrong("another key")
    case .makeHandle: return try store.waitHandle("new-\(slot)") == nil ? .absent : .whole
    case .endHandle: return try store.waitHandle("old-\(slot)")?.end == nil ? .absent : .whole
    case .moveCursor: return try store.inboxCursor(Self.reader(slot)) == 2 ? .whole : .absent
    case .replay: return try task("keyed", .queued, revision: 1)
    case .prune:
      return try task("ended", .completed, revision: 4) == .absent ? .whole : .absent
    case .heal:
      let trace = try task("broken-\(slot)", .completed, revision: 5)
      return trace == .damaged ? .absent : trace
    case .mend:
      let faults = StoreInspection(root: Self.root, files: files).faults
      let isNews = faults.contains { if case .journal = $0 { true } else { false } }
      return isNews ? .absent : try task("known", .dispatched, revision: 3)
    case .compact, .reopen, .lock: return .whole
    case .copy: return try copy(slot)
    }
  }

  /// Takes over what another process was told.
  func remember(_ other: FaultProcess) { keys = other.keys }

  func add(_ name: String) throws(StoreError) { try opened().add(name) }
  func names() throws(StoreError) -> [String] { try opened().all().map(\.spec.name) }

  /// Tells what contradicts itself in the store as a whole.
  func contradiction() throws(StoreError) -> String? {
    let store = try opened()
    let all = try store.all()
    let counts = all.reduce(into: [TaskStatus: Int]()) { $0[$1.status, default: 0] += 1 }
    if try store.counts() != counts { return "counts" }
    if Set(all.map(\.id)).count != all.count { return "a task twice" }
    if all.filter({ $0.spec.name.hasPrefix("queued") }).count != 3 { return "lost old tasks" }
    return nil
  }

  private func task(
    _ name: String, _ status: TaskStatus, revision: Int
  ) throws(StoreError) -> FaultOperation.Trace {
    let before: [String: (TaskStatus, Int)] = [
      "queued": (.queued, 1), "running": (.running, 3), "known": (.dispatched, 2),
    ]
    do throws(StoreError) {
      let found = try opened().task(TaskReference(name))
      if found.status == status && found.revision == revision { return .whole }
      if let (old, revision) = before[String(name.prefix { $0 != "-" })], found.status == old,
        found.revision == revision
      {
        return .absent
      }
      return .wrong("\(name) is \(found.status) at revision \(found.revision)")
    } catch {
      switch error {
      case .notFound: return .absent
      case .damagedTask: return .damaged
      default: throw error
      }
    }
  }

  private func blob(_ bytes: [UInt8]) throws(StoreError) -> FaultOperation.Trace {
    let content = ContentID(raw: bytes)
    guard let size = try opened().blobs.size(content) else { return .absent }
    let found = try opened().blobs.read(content, count: size)
    return found == bytes ? .whole : .wrong("a blob holds \(found.count) other bytes")
  }

  private func copy(_ slot: Int) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    let record = try store.task(TaskReference("queued-\(slot)"))
    let path = store.layout.taskFolder(of: record) + "/task.json"
    guard
      let bytes = try onModel({ () throws(SystemError) -> [UInt8]? in
        try files.exists(path) ? try files.read(path) : nil
      })
    else { return .absent }
    return (try? JSONValue.parse(bytes)) == nil ? .wrong("a torn copy") : .whole
  }

  private func onModel<Result>(
    _ body: () throws(SystemError) -> Result?
  ) throws(StoreError) -> Result? {
    do throws(SystemError) { return try body() } catch { throw .disk(error) }
  }
}

import JSON
import Posix
import TaskStore
import Tasks

/// Is a process with its store open, in the middle of a sequence of operations.
final class FaultProcess {
  static let root = "/store"
  let start: FaultStart
  let files: ModelFiles
  private var store: TaskStore?
  private(set) var keys: [Int: [UInt8]] = [:]
  /// Is set once what "known" says was mended, from the beginning to the end.
  private(set) var hasMendedMessages = false
  /// What it was given to enter the console by, as long as it was not told to forget that.
  var door = FaultDoor()

  init(_ files: ModelFiles, from start: FaultStart) {
    self.files = files
    self.start = start
  }

  func opened() throws(StoreError) -> TaskStore {
    if let store { return store }
    let opened = try TaskStore.open(Self.root, files: files)
    store = opened
    return opened
  }

  /// Makes the store a sequence begins with, so that each operation finds what it changes: the one
  /// in the second place in the second slot.
  static func prepare(
    _ files: ModelFiles, source: String, slots: Range<Int>
  ) throws(StoreError) {
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
    try prepareEnded(store, beside: source, slots)
    try FaultDoor.prepare(store, slots)
    try mutter(store)
    for slot in slots { try spoil("started", of: "broken-\(slot)", store) }
    try TaskStore.open(root, files: files).compactIfWorthwhile(always: true)
    // From now on only the snapshot tells that it was claimed.
    try spoil("claimed", of: "known", store)
    try goOn(TaskStore.open(root, files: files), slots)
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

  private static func goOn(_ store: TaskStore, _ slots: Range<Int>) throws(StoreError) {
    for slot in slots { try store.apply(Sample.started, to: "running-\(slot)") }
    let log = try MessageLog.Writer(
      folder: messages(store), below: store.layout.root, files: store.files)
    _ = try log.append(.text("before"))
    try log.sync()
  }

  /// Has an attempt say three things, of which the second cannot be read.
  private static func mutter(_ store: TaskStore) throws(StoreError) {
    let folder = try messages(store, of: "known")
    let log = try MessageLog.Writer(folder: folder, below: store.layout.root, files: store.files)
    try log.append([.text("first"), .text("mutters"), .text("last")])
    try log.sync()
    do throws(SystemError) {
      let path = folder + "/messages-000001.jsonl"
      let lines = String(decoding: try store.files.read(path), as: UTF8.self)
      try store.files.replace(path, with: Array(lines.replacing("mutters", with: "\"").utf8))
    } catch {
      throw .disk(error)
    }
  }

  static func messages(
    _ store: TaskStore, of name: String = "running-0"
  ) throws(StoreError) -> String {
    store.layout.attemptFolder(of: try store.lastKnown(TaskReference(name)), 1)
  }

  static func handle(_ id: String) -> WaitHandle {
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
    case .stageFile: _ = try store.blobs.put(path: start.source, limit: 1 << 10)
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
      let found = try store.verify()
      try mending.mendBeside(found, by: Sample.client)
      let folder = try Self.messages(store, of: "known")
      if found.breaks.contains(where: { Path.isInside($0.path, folder) }) {
        hasMendedMessages = true
      }
    case .heal:
      let id = try store.lastKnown(TaskReference("broken-\(slot)")).id
      if try store.sayAnew(id, by: Sample.client) == nil { throw .stopped("nothing to say") }
    case .lock:
      let id = try store.task(TaskReference("queued-\(slot)")).id
      _ = try store.lockAttempt(id, 1)?.release()
    case .delete: _ = try store.delete(TaskReference("done-\(slot)"), by: Sample.client)
    case .restore: _ = try store.restore(TaskReference("binned-\(slot)"), by: Sample.client)
    case .keepSchedule: try Self.keepSchedule("new-\(slot)", in: store)
    case .removeSchedule: try store.removeSchedule(.name("old-\(slot)"), by: Sample.client)
    case .takeOver: try Self.takeOver(Self.bundle(slot, beside: start.source), into: store)
    case .changeSchedule: try Self.changeSchedule("old-\(slot)", in: store)
    case .decide: try Self.decide("old-\(slot)", in: store)
    case .keepPlace: try store.keep(ConsolePlace(port: 7000 + slot))
    case .makeCode: try door.makeCode(slot, store)
    case .enter: try door.enter(slot, store)
    case .signOut: try door.signOut(store)
    case .sweepSecrets:
      if try sweptSecrets(of: "done-\(slot)") == .whole { throw .stopped("nothing to sweep") }
      try store.removeStraySecrets()
    case .sweepContent: try store.sweepContent(Retention())
    }
  }

  /// Takes away what ended a day ago; content stays as long as usual, also from where the clock is
  /// then.
  private static var retention: Retention {
    var retention = Retention()
    retention.tasksDays = 1
    retention.stagedHours = 48 + 48
    return retention
  }

  static func reader(_ slot: Int) -> InboxReader {
    InboxReader(client: "client-\(slot)", team: "local")
  }

  static func content(_ slot: Int) -> [UInt8] { Array("content \(slot)".utf8) }
  static func id(_ slot: Int) -> TaskID { TaskID(bytes: .init(repeating: 7, count: 16)) }

  /// Takes over what another process was told.
  func remember(_ other: FaultProcess) {
    (keys, door, hasMendedMessages) = (other.keys, other.door, other.hasMendedMessages)
  }

  func add(_ name: String) throws(StoreError) { try opened().add(name) }

  /// Tells whether there is a task, however it stands.
  func has(_ name: String) throws(StoreError) -> Bool {
    do throws(StoreError) {
      _ = try opened().lastKnown(TaskReference(name))
      return true
    } catch {
      if case .notFound = error { return false }
      throw error
    }
  }

  /// Tells what contradicts itself in the store as a whole, or is not as it was though no operation
  /// has changed it.
  func contradiction(after sequence: [FaultOperation]) throws(StoreError) -> String? {
    let store = try opened()
    let all = try store.all()
    let counts = all.reduce(into: [TaskStatus: Int]()) { $0[$1.status, default: 0] += 1 }
    if try store.counts() != counts { return "counts" }
    if Set(all.map(\.id)).count != all.count { return "a task twice" }
    if all.filter({ $0.spec.name.hasPrefix("queued") }).count != start.slots {
      return "lost old tasks"
    }
    // What is bound stays, however old it is.
    for artifact in all.flatMap(\.artifacts) where try store.blobs.size(artifact.cid) == nil {
      return "lost content"
    }
    return try start.bystanders.harmed(in: store, by: sequence)
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport

/// Does what is done with tasks that have ended, and with schedules.
extension FaultProcess {
  /// Makes ended tasks to delete, to take out of the bin and to take over, and schedules; what a
  /// wait names is not pruned.
  static func prepareEnded(
    _ store: TaskStore, beside source: String, _ slots: Range<Int>
  ) throws(StoreError) {
    var named: [TaskID] = []
    for slot in slots {
      named.append(try end("done-\(slot)", in: store).id)
      try store.writeSecrets(named[named.count - 1], ["S": "left"])
      named.append(try end("binned-\(slot)", in: store).id)
      _ = try store.delete(TaskReference("binned-\(slot)"), by: Sample.client)
      try keepSchedule("old-\(slot)", in: store)
      let other = try TaskStore.open("/other", files: store.files)
      let record = try end("bundle-\(slot)", in: other)
      named.append(record.id)
      try write(record, of: other, to: bundle(slot, beside: source))
    }
    var handle = handle("keeping")
    handle.tasks = named
    try store.makeWaitHandle(handle, by: Sample.client)
    try store.moveInboxCursor(
      FaultBystanders.reader, to: FaultBystanders.cursor, by: Sample.client)
    try store.sync()
  }

  /// Makes a store in which nothing is damaged, with content that is bound to nothing (what an
  /// operation stores, and other), tasks that are kept by a wait and one that is not, and a folder
  /// in the bin whose task nobody knows any more.
  static func prepareOld(
    _ files: ModelFiles, source: String, slots: Range<Int>
  ) throws(StoreError) {
    let store = try TaskStore.open(root, files: files)
    for slot in slots {
      try store.add("queued-\(slot)")
      _ = try store.blobs.put(content(slot))
    }
    try prepareEnded(store, beside: source, slots)
    _ = try end("ended", in: store)
    _ = try store.blobs.put(Array("stray".utf8))
    _ = try store.blobs.put(path: source, limit: 1 << 10)
    do throws(SystemError) {
      let place = Path.join(store.layout.root, "bin/2020-01-01-\(id(0))/attempts")
      try files.createDirectories(place)
      try files.replace(place + "/left", with: Array("x".utf8))
    } catch {
      throw .disk(error)
    }
  }

  /// Makes a task that has ended, with a message and an artifact.
  private static func end(_ name: String, in store: TaskStore) throws(StoreError) -> TaskRecord {
    let made = try store.add(name)
    try store.apply(Sample.claim(), to: name)
    try store.apply(Sample.started, to: name)
    let log = try MessageLog.Writer(
      folder: store.layout.attemptFolder(of: made, 1), below: store.layout.root, files: store.files)
    _ = try log.append(.text(name))
    try log.sync()
    let content = try store.blobs.put(artifact(of: name))
    try store.apply(
      .artifactBound(
        Artifact(
          id: "a", attemptN: 1, kind: "file", title: "t", contentType: "text/plain",
          sizeBytes: content.size, cid: content.cid, createdAt: Timestamp(milliseconds: 0),
          createdBy: Sample.client)), to: name)
    return try store.apply(Sample.settled(), to: name)
  }

  /// Puts a task into a bundle; its content also where the staging reads it, on the machine.
  private static func write(
    _ record: TaskRecord, of store: TaskStore, to bundle: String
  ) throws(StoreError) {
    try bundling { () throws(BundleError) in
      do throws(SystemError) {
        try store.files.createDirectories(Path.parent(bundle))
        let machine = RealFileSystem()
        let content = Path.join(bundle, TaskBundle.contentFolder)
        try machine.createDirectories(content)
        for artifact in record.artifacts {
          let path = Path.join(content, "\(artifact.cid)")
          // A start with fewer slots may have put it there before.
          if try machine.exists(path) { continue }
          try machine.createFile(path).append(Self.artifact(of: record.spec.name))
        }
      } catch {
        throw .file(error)
      }
      try store.write(record, readable: "", to: TaskBundle(bundle, files: store.files))
    }
  }

  private static func artifact(of name: String) -> [UInt8] { Array("artifact of \(name)".utf8) }

  static func bundle(_ slot: Int, beside source: String) -> String {
    "\(Path.parent(source))/bundle-\(slot)"
  }

  static func takeOver(_ bundle: String, into store: TaskStore) throws(StoreError) {
    try bundling { () throws(BundleError) in
      _ = try store.takeOver(
        TaskBundle(bundle, files: store.files), team: "local", limits: Limits(), by: Sample.client)
    }
  }

  private static func bundling(_ body: () throws(BundleError) -> Void) throws(StoreError) {
    do throws(BundleError) {
      try body()
    } catch {
      switch error {
      case .store(let error): throw error
      case .file(let error): throw .disk(error)
      default: throw .stopped("\(error)")
      }
    }
  }

  /// Keeps a schedule whose run needs a secret.
  static func keepSchedule(_ name: String, in store: TaskStore) throws(StoreError) {
    let environment = try store.storeEnvironment(["PATH": "/bin"])
    _ = try store.keep(
      Sample.schedule(name, environment: environment), nameIsGiven: true,
      secrets: ["T": "secret"], most: 100, by: Sample.client)
    try store.sync()
  }

  static func changeSchedule(_ name: String, in store: TaskStore) throws(StoreError) {
    _ = try store.change(
      schedule: .name(name), secrets: ["N": "new"], most: 100, by: Sample.client
    ) { schedule, _ in schedule.overlap = .skip }
  }

  /// Notes what became of a schedule's first time.
  static func decide(_ name: String, in store: TaskStore) throws(StoreError) {
    let id = try store.schedule(.name(name)).id
    let decision = Schedule.Decision(dueAt: decided, outcome: .skipped)
    if try !store.decide(decision, of: id, by: Sample.client) { throw .stopped("decided before") }
    try store.sync()
  }

  private static let decided = Timestamp(milliseconds: Sample.begin.milliseconds + 60_000)

  // MARK: What is left of that

  /// Tells whether a task is in the bin; one that is not has its messages.
  func inBin(_ name: String) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    do throws(StoreError) {
      let record = try store.task(TaskReference(name))
      return try says(name, record) ? .absent : .wrong("\(name) has lost its messages")
    } catch {
      if case .damagedTask = error { return .damaged(isWhole: false) }
      guard case .inBin = error else { throw error }
    }
    let isWhole = try store.deleted(TaskReference(name)).status == .completed
    return isWhole ? .whole : .wrong("another state in the bin")
  }

  /// Tells whether a task was taken over, with all that belongs to it.
  func takenOver(_ name: String) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    do throws(StoreError) {
      let record = try store.task(TaskReference(name))
      guard record.status == .completed, record.artifacts.count == 1 else {
        return .wrong("\(record)")
      }
      let content = try store.blobs.read(record.artifacts[0].cid, count: 100)
      guard content == Self.artifact(of: name) else { return .wrong("another artifact") }
      return try says(name, record) ? .whole : .wrong("\(name) has no messages")
    } catch {
      if case .damagedTask = error { return .damaged(isWhole: false) }
      guard case .notFound = error else { throw error }
      return .absent
    }
  }

  /// Tells whether what was left of an ended task's secrets is gone.
  func sweptSecrets(of name: String) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    let found = try store.secrets(of: store.lastKnown(TaskReference(name)).id)
    if found.isEmpty { return .whole }
    return found == ["S": "left"] ? .absent : .wrong("\(found)")
  }

  private func says(_ text: String, _ record: TaskRecord) throws(StoreError) -> Bool {
    let folder = try opened().layout.attemptFolder(of: record, 1)
    let page = try MessageReader(folder: folder, files: files).read(MessageQuery())
    return page.items.map(\.body) == [.text(text)]
  }

  /// Tells whether a schedule is as it was changed, and has no other secret left.
  func changed(_ name: String) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    let schedule = try store.schedule(.name(name))
    var environment = try store.environment(of: schedule)
    environment["PATH"] = nil
    guard schedule.overlap == .skip else {
      return environment["T"] == "secret" ? .absent : .wrong("\(environment)")
    }
    guard environment["N"] == "new" else { return .wrong("\(environment)") }
    // Both are there until the change is safe.
    return environment.count == 1 ? .whole : .absent
  }

  func decided(_ name: String) throws(StoreError) -> FaultOperation.Trace {
    guard let latest = try opened().schedule(.name(name)).latest else { return .absent }
    return latest.dueAt == Self.decided && latest.outcome == .skipped ? .whole : .wrong("\(latest)")
  }

  /// Tells whether a schedule is there, with its secret.
  func schedule(_ name: String) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    guard let schedule = try store.schedules().first(where: { $0.name == name }) else {
      return .absent
    }
    let environment = try store.environment(of: schedule)
    return environment == ["PATH": "/bin", "T": "secret"] ? .whole : .wrong("\(environment)")
  }
}

extension FaultOperation.Trace {
  /// Is the trace of what undoes this.
  var opposite: FaultOperation.Trace {
    switch self {
    case .absent: .whole
    case .whole: .absent
    case .damaged, .wrong: self
    }
  }
}

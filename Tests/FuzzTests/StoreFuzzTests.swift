import JSON
import Posix
import Tasks
import TestSupport
import Testing

@testable import TaskStore

/// Feeds changed files to whatever reads the store: no reader may trap, and what it cannot read it
/// must say.
struct StoreFuzzTests {
  private static let by = Actor(kind: .client, name: "fuzz")

  /// Makes a store with a few tasks in several states.
  private static func make(in folder: String) throws -> TaskStore {
    let store = try TaskStore.open(folder)
    for number in 0..<8 {
      let input: JSONValue = ["brief": .string("do \(number) \u{1F600}")]
      let cid = ContentID(raw: input.bytes)
      var spec = TaskSpec(
        name: "n-\(number)", title: "T \(number)", taskType: "freeform", input: input,
        inputCid: cid, inputSchemaCid: cid,
        launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
      spec.tags = ["a", "b\(number)"]
      _ = try store.create(spec, by: by, nameIsGiven: true)
      let name = TaskReference("n-\(number)")
      if number % 2 == 0 {
        let claim = Claim(attemptN: 1, leaseId: "l", profile: "shell")
        try store.change(name, by: by) { _ in .claimed(claim) }
      }
      if number % 4 == 0 {
        let end = Settlement(
          attemptN: 1, leaseId: "l", outcome: .failed(AttemptError(.unknown, "m")),
          output: ["a": [1, 2.5]], summary: "s")
        try store.change(name, by: by) { _ in .settled(end) }
      }
    }
    try store.sync()
    return store
  }

  /// Reads everything there is; only the room's own errors may come.
  private static func readAll(_ root: String) throws {
    do throws(StoreError) {
      let store = try TaskStore.open(root)
      _ = try store.counts()
      _ = try store.activeTasks()
      var query = TaskQuery()
      query.text = "do"
      for record in try store.list(query).items { _ = try store.task(.id(record.id)) }
      _ = try store.inbox(InboxReader(client: "c", team: "local"), limit: 5)
      for number in 0..<8 { try read("n-\(number)", in: store) }
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  private static func read(_ name: String, in store: TaskStore) throws(StoreError) {
    do throws(StoreError) {
      _ = try store.task(TaskReference(name))
    } catch .notFound {
    } catch .inBin {
    } catch .damagedTask {
    }
  }

  @Test func aChangedJournalIsReadAsFarAsItIsWholeAndWrittenOn() throws {
    try withTemporaryDirectory { folder in
      let layout = try Self.make(in: folder + "/made").layout
      let whole = try RealFileSystem().read(layout.segment(1))
      let copy = StoreLayout(root: folder + "/copy")
      try RealFileSystem().createDirectories(copy.journal)
      var round = 0
      try Fuzz.run("journal", seeds: [whole], rounds: 80) { input, _ in
        try writeFile(copy.segment(1), String(decoding: [], as: UTF8.self))
        try RealFileSystem().openForAppending(copy.segment(1)).append(input)
        try Self.readAll(copy.root)
        round += 1
        guard round % 20 == 0 else { return }
        let store = try TaskStore.open(copy.root)
        try store.moveInboxCursor(
          InboxReader(client: "x\(round)", team: "local"), to: .max, by: Self.by)
        guard try TaskStore.open(copy.root).number() == store.number() else {
          throw Fuzz.Finding("who reads the journal anew comes to another number")
        }
      }
    }
  }

  /// Is what a store says of its tasks, by each of the ways there are.
  private struct Answers: Equatable {
    var counts: [TaskStatus: Int]
    var active: [TaskRecord]
    var listed: [TaskRecord]
    var found: [TaskRecord]
    var byStatus: [[TaskRecord]]
    var named: [TaskRecord]
    var queued: Int

    init(_ root: String) throws {
      // Each is asked anew: what one has found out must not help the next.
      func store() throws -> TaskStore { try TaskStore.open(root) }
      counts = try store().counts()
      active = try store().activeTasks()
      listed = try store().list(TaskQuery()).items
      var query = TaskQuery()
      query.text = "do"
      found = try store().list(query).items
      byStatus = try [TaskStatus.queued, .dispatched, .failed].map { status in
        var query = TaskQuery()
        query.statuses = [status]
        return try store().list(query).items
      }
      named = try (0..<8).map { try store().task(TaskReference("n-\($0)")) }
      queued = try store().inbox(InboxReader(client: "c", team: "local"), limit: 5).queued.count
    }
  }

  @Test func aChangedSnapshotChangesNoAnswer() throws {
    try withTemporaryDirectory { folder in
      let store = try Self.make(in: folder)
      let answers = try Answers(folder)
      _ = try store.compactIfWorthwhile(always: true)
      for (path, whole) in try Self.snapshotFiles(of: store) {
        try Fuzz.run("snapshot \(path.suffix(6))", seeds: [whole], rounds: 30) { input, _ in
          try RealFileSystem().replace(path, with: input)
          guard try Answers(folder) == answers else {
            throw Fuzz.Finding("a harmed snapshot has changed an answer")
          }
        }
        try RealFileSystem().replace(path, with: whole)
      }
    }
  }

  /// Whoever reads an index does not rely on its checks: somebody may have made them fit.
  @Test func aForgedIndexOfASnapshotIsReadOrLeft() throws {
    try withTemporaryDirectory { folder in
      let store = try Self.make(in: folder)
      _ = try store.compactIfWorthwhile(always: true)
      let files = try Self.snapshotFiles(of: store)
      let (path, whole) = try #require(files.first { $0.path.hasSuffix(".index") })
      let size =
        SnapshotFormat.headerSize + 8 * SnapshotFormat.rowSize + 12 * SnapshotFormat.slots(for: 8)
      let ownChecks = PageChecks.count(forBytes: size) * 4
      try Fuzz.run("forged index", seeds: [Array(whole[..<size])], rounds: 60) { input, _ in
        let content = input.prefix(size) + whole[min(size, input.count)..<size]
        let recordChecks = whole[size..<whole.count - ownChecks]
        try RealFileSystem().replace(
          path, with: content + recordChecks + PageChecks.of(Array(content)).bytes)
        try Self.readAll(folder)
      }
    }
  }

  private static func snapshotFiles(
    of store: TaskStore
  ) throws -> [(path: String, bytes: [UInt8])] {
    try RealFileSystem().list(store.layout.snapshots).map { name in
      let path = Path.join(store.layout.snapshots, name)
      return (path, try RealFileSystem().read(path))
    }
  }

  @Test func aChangedSegmentOfMessagesIsReadAsFarAsItIsWhole() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder + "/made")
      for number in 0..<20 {
        _ = try log.append(.text("line \(number) \u{1F600}"))
        _ = try log.append(.error(code: "c", message: "m\n", retryable: true))
      }
      try log.sync()
      let whole = try RealFileSystem().read(MessageLog.segment(folder + "/made", 1))
      let copy = folder + "/copy"
      try RealFileSystem().createDirectory(copy)
      try Fuzz.run("messages", seeds: [whole], rounds: 100) { input, mutation in
        let path = MessageLog.segment(copy, 1)
        if try RealFileSystem().exists(path) { try RealFileSystem().remove(path) }
        try RealFileSystem().openForAppending(path).append(input)
        var query = MessageQuery()
        for tail in [nil, 0, 3, Int.max] {
          query.tail = tail
          query.after = [nil, -1, 5, .max, .min][mutation.number(below: 5)]
          query.before = [nil, 0, 7, .max, .min][mutation.number(below: 5)]
          query.limit = [1, 50, .max][mutation.number(below: 3)]
          query.maxBytes = [0, 100, .max][mutation.number(below: 3)]
          _ = try MessageReader(folder: copy).read(query)
        }
        guard mutation.number(below: 10) == 0 else { return }
        let writer = try MessageLog.Writer(folder: copy)
        let seq = try writer.append(.text("after"))
        guard try MessageReader(folder: copy).lastSeq() == seq else {
          throw Fuzz.Finding("what was written behind it is not the last")
        }
      }
    }
  }

  static let configurations = [
    #"{"profiles":[{"name":"mine","adapter":"command","executable":"/bin/x","arguments":["a"],"#
      + #""env":{"A":"b"},"passEnv":["K"],"budget":{"usd":1.5},"timeouts":{"running":60},"#
      + #""maxParallel":2,"sharedDirectory":true}],"roots":["/a","~/b"],"maxParallel":4,"#
      + #""timeouts":{"dispatch":300,"start":90,"running":7200,"grace":5},"budget":{"usd":5},"#
      + #""allowCommands":false,"env":{"pass":["X"]},"team":"local","defaultProfile":"mine"}"#,
    "{}", #"{"unknown":[1,2]}"#,
  ].map { Array($0.utf8) }

  @Test func aChangedConfigurationIsTakenOrExplained() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/config.json"
      try Fuzz.run("configuration", seeds: Self.configurations, rounds: 200) { input, _ in
        try writeFile(path, "")
        try RealFileSystem().openForAppending(path).append(input)
        do throws(ConfigurationError) {
          let (configuration, _) = try Configuration.load(environment: ["ERRAND_CONFIG": path])
          #expect(configuration.maxParallel > 0)
        } catch {
          #expect(error.description.contains(path) && !error.nextStep.isEmpty)
        }
      }
    }
  }
}

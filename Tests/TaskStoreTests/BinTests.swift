import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that a deleted task is found by nobody, comes back as it was, and goes in its time.
struct BinTests {
  static let actor = Actor(kind: .cli, name: "test")
  private static let day: Int64 = 86_400_000

  /// Makes a store with an ended task that has a folder and content, and one that is open.
  private static func prepare(_ root: String) throws -> TaskStore {
    let store = try TaskStore.open(root)
    try store.add("old") { $0.idempotency = IdempotencyKey(key: "k", digest: "1") }
    try store.add("open")
    for event in [Sample.claim(), Sample.started, Sample.settled()] {
      try store.apply(event, to: "old")
    }
    let content = try store.blobs.put(Array("kept".utf8))
    try store.apply(
      .artifactBound(
        Artifact(
          id: "a", attemptN: 1, kind: "file", title: "t", contentType: "text/plain", sizeBytes: 4,
          cid: content.cid, createdAt: Timestamp(milliseconds: 0), createdBy: actor)), to: "old")
    try store.writeCopy(of: store.task(TaskReference("old")))
    return store
  }

  private func names(_ store: TaskStore) throws -> [String] { try store.all().map(\.spec.name) }

  @Test func whatCannotBeRemovedKeepsNothingElseFromItsTurn() throws {
    func prune(_ fault: FlakyFiles.Fault) throws -> (trace: [String], left: [String], threw: Bool) {
      try withTemporaryDirectory { folder in
        let store = try TaskStore.open(folder + "/store")
        try store.add("open")
        let files = RealFileSystem()
        for day in ["2020-01-01", "2020-01-02"] {
          let place = "\(folder)/store/bin/\(day)-\(TaskID(bytes: .init(repeating: 7, count: 16)))"
          try files.createDirectories(place)
          try writeFile(place + "/left", "x")
        }
        let flaky = FlakyFiles(fault)
        let threw: Bool
        do {
          _ = try TaskStore.open(folder + "/store", files: flaky).prune(
            Retention(), by: Sample.client)
          threw = false
        } catch { threw = true }
        return (
          flaky.trace, try files.list(folder + "/store/bin").map { String($0.prefix(10)) }, threw
        )
      }
    }
    let whole = try prune(.none)
    #expect(whole.left.isEmpty && !whole.threw)
    let step = try #require(
      whole.trace.firstIndex { $0.hasPrefix("unlink") && $0.hasSuffix("left") })
    let refused = try prune(.fail(at: step, .permissionDenied("unlink", "left")))
    #expect(refused.left == ["2020-01-01"] && refused.threw)
  }

  @Test(arguments: [false, true])
  func whatIsInTheBinIsFoundByNobody(isCompacted: Bool) throws {
    try withTemporaryDirectory { folder in
      let store = try Self.prepare(folder + "/store")
      let peer = try TaskStore.open(folder + "/store")
      let before = try store.task(TaskReference("old"))
      let gone = try store.delete(TaskReference("old"), by: Self.actor)
      #expect(gone.deletion?.by == Self.actor)
      if isCompacted { try store.compactIfWorthwhile(always: true) }
      for store in [store, peer, try TaskStore.open(folder + "/store")] {
        #expect(try names(store) == ["open"])
        #expect(try store.counts() == [.queued: 1])
        #expect(try store.list(TaskQuery()).counts == [.queued: 1])
        var query = TaskQuery()
        query.statuses = [.completed]
        query.teamId = nil
        #expect(try store.list(query).total == 0)
        #expect(try store.inbox(InboxReader(client: "c", team: "local"), limit: 9).finished == [])
        #expect(throws: StoreError.self) { try store.task(TaskReference("old")) }
        #expect(throws: StoreError.self) { try store.task(.id(before.id)) }
        #expect(throws: StoreError.self) { try store.apply(Sample.settled(), to: "old") }
        #expect(try store.bin() == [gone])
        // Its name stays its own, its key is free.
        #expect(throws: StoreError.self) { try store.add("old") }
        #expect(try store.replay(IdempotencyKey(key: "k", digest: "2")) == nil)
      }
      #expect(try store.verify().isWhole)
      let bin = try RealFileSystem().list(folder + "/store/bin")
      #expect(bin.count == 1 && bin[0].hasSuffix(before.id.description))
    }
  }

  @Test(arguments: [false, true])
  func whatIsTakenOutIsAsItWas(isCompacted: Bool) throws {
    try withTemporaryDirectory { folder in
      let store = try Self.prepare(folder + "/store")
      let before = try store.task(TaskReference("old"))
      _ = try store.delete(TaskReference("old"), by: Self.actor)
      if isCompacted { try store.compactIfWorthwhile(always: true) }
      _ = try TaskStore.open(folder + "/store").restore(TaskReference("old"), by: Self.actor)
      for store in [store, try TaskStore.open(folder + "/store")] {
        let after = try store.task(TaskReference("old"))
        #expect(after.attempts == before.attempts && after.artifacts == before.artifacts)
        #expect(after.status == .completed && after.deletion == nil)
        #expect(after.revision == before.revision + 2)
        #expect(try names(store) == ["old", "open"])
        #expect(try store.counts() == [.queued: 1, .completed: 1])
        #expect(try store.bin().isEmpty)
      }
      #expect(try RealFileSystem().list(folder + "/store/bin").isEmpty)
      #expect(try RealFileSystem().exists(store.layout.taskFolder(of: before)))
      #expect(throws: StoreError.self) { try store.restore(TaskReference("old"), by: Self.actor) }
    }
  }

  @Test func onlyWhatHasEndedCanBeDeletedAndOnlyOnce() throws {
    try withTemporaryDirectory { folder in
      let store = try Self.prepare(folder + "/store")
      #expect(throws: StoreError.self) { try store.delete(TaskReference("open"), by: Self.actor) }
      _ = try store.delete(TaskReference("old"), by: Self.actor)
      #expect(throws: StoreError.self) { try store.delete(TaskReference("old"), by: Self.actor) }
    }
  }

  @Test func itGoesForGoodAfterThirtyDaysAndItsContentWithIt() throws {
    try withTemporaryDirectory { folder in
      let store = try Self.prepare(folder + "/store")
      let content = try #require(store.task(TaskReference("old")).artifacts.first?.cid)
      let gone = try store.delete(TaskReference("old"), by: Self.actor)
      for (days, isThere) in [(29, true), (31, false)] as [(Int64, Bool)] {
        let now = WallClock.nowMilliseconds() + days * Self.day
        let plan = try store.prunePlan(Retention(), now: now)
        #expect(plan.deleted == (isThere ? [] : [gone.id]))
        #expect(plan.bin.count == (isThere ? 0 : 1))
        _ = try store.prune(Retention(), by: Self.actor, now: now)
        #expect(try store.bin().isEmpty == !isThere)
        #expect(try (store.blobs.size(content) != nil) == isThere)
        #expect(try RealFileSystem().list(folder + "/store/bin").isEmpty == !isThere)
      }
      #expect(try names(store) == ["open"])
      try store.add("old")
      #expect(try store.verify().isWhole)
    }
  }

  /// Dies at every step, in each way: the task is there or in the bin, and the same again ends it.
  @Test(arguments: ["fail", "crash", "power", "full"], [true, false])
  func aMoveThatDiesAnywhereCanBeMadeAgain(_ kind: String, deletes: Bool) throws {
    let steps = try Self.steps(deletes: deletes)
    #expect(steps.count > 5)
    for step in steps {
      try withTemporaryDirectory { folder in
        let root = folder + "/store"
        let store = try Self.prepare(root)
        if !deletes { _ = try store.delete(TaskReference("old"), by: Self.actor) }
        let fault: FlakyFiles.Fault =
          switch kind {
          case "fail": .fail(at: step, .inputOutput("write", "here"))
          case "crash": .crash(at: step, keeping: 20)
          case "power": .powerCut(at: step)
          default: .failFrom(step, .noSpace("write", "here"))
          }
        let flaky = FlakyFiles(fault)
        // Whether it was told of the fault depends on the step; what it left must be right.
        _ = try? Self.move(TaskStore.open(root, files: flaky), deletes: deletes)
        let found = try TaskStore.open(root)
        let inBin = try found.bin().map(\.spec.name)
        let listed = try names(found)
        #expect((inBin == ["old"]) != (listed == ["old", "open"]), "step \(step)")
        if inBin.isEmpty == deletes { try Self.move(found, deletes: deletes) }
        // A folder that was left behind follows with the next pruning.
        _ = try found.prune(Retention(), by: Self.actor)
        #expect(try names(found) == (deletes ? ["open"] : ["old", "open"]), "step \(step)")
        let bin = RealFileSystem()
        let folders = try bin.exists(root + "/bin") ? try bin.list(root + "/bin").count : 0
        #expect(folders == (deletes ? 1 : 0), "step \(step)")
        #expect(try found.verify().isWhole, "step \(step)")
      }
    }
  }

  private static func move(_ store: TaskStore, deletes: Bool) throws {
    let task = TaskReference("old")
    _ = deletes ? try store.delete(task, by: actor) : try store.restore(task, by: actor)
  }

  private static func steps(deletes: Bool) throws -> Range<Int> {
    try withTemporaryDirectory { folder in
      let made = try prepare(folder + "/store")
      if !deletes { try move(made, deletes: true) }
      let files = FlakyFiles()
      let store = try TaskStore.open(folder + "/store", files: files)
      let start = files.operations
      try move(store, deletes: deletes)
      return start..<files.operations
    }
  }
}

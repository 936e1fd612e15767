import JSON
import Posix
import Synchronization
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that pruning takes away what had its time, keeps all else, and may die anywhere.
struct PruneTests {
  static let reader = InboxReader(client: "c", team: "local")
  static let actor = Actor(kind: .cli, name: "test")
  /// Is so far ahead that whatever ends now ended long ago.
  static let later = WallClock.nowMilliseconds() + 100 * 86_400_000
  static var tenDays: Retention {
    var retention = Retention()
    retention.tasksDays = 10
    return retention
  }

  /// Makes a store with ended and open tasks, one of the ended the parent of an open one.
  static func fill(_ store: TaskStore) throws {
    for name in ["old", "parent", "open"] { try store.add(name) }
    let parent = try store.task(TaskReference("parent")).id
    try store.add("child") { $0.parentId = parent }
    for name in ["old", "parent"] {
      try store.apply(Sample.claim(), to: name)
      try store.apply(Sample.started, to: name)
      try store.apply(Sample.settled(), to: name)
    }
    try store.moveInboxCursor(Self.reader, to: 3, by: Sample.client)
    try store.sync()
  }

  /// Makes the same store, with content that is bound to an open task, and some that is to none.
  static func fillWithContent(
    _ store: TaskStore
  ) throws -> (bound: BlobStore.Stored, staged: BlobStore.Stored) {
    try fill(store)
    let bound = try store.blobs.put(Array("bound".utf8))
    let staged = try store.blobs.put(Array("staged".utf8))
    let artifact = Artifact(
      id: "a", attemptN: nil, kind: "file", title: "t", contentType: "text/plain", sizeBytes: 5,
      cid: bound.cid, createdAt: Timestamp(milliseconds: 0), createdBy: actor)
    try store.apply(.artifactBound(artifact), to: "open")
    return (bound, staged)
  }

  @Test func byDefaultNoTaskIsEverTakenAway() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try Self.fill(store)
      #expect(try store.prunePlan(Retention(), now: Self.later).isEmpty)
      #expect(try store.prune(Retention(), by: Self.actor, now: Self.later).isEmpty)
      #expect(try store.all().count == 4)
    }
  }

  @Test func whoOpensTheJournalWhileItIsPrunedFindsItsNewBeginning() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      try Self.fill(TaskStore.open(root))
      let isPruned = Atomic(false)
      let files = SlowFiles(beforeOpening: { path in
        guard path.hasSuffix("/0000000001.jsonl"),
          !isPruned.exchange(true, ordering: .relaxed)
        else { return }
        do {
          _ = try TaskStore.open(root).prune(Self.tenDays, by: Self.actor, now: Self.later)
        } catch {
          Issue.record("\(error)")
        }
      })
      let left = try TaskStore.open(root, files: files).all().map(\.spec.name)
      let happened = isPruned.load(ordering: .relaxed)
      #expect(happened)
      #expect(Set(left) == ["parent", "open", "child"])
    }
  }

  /// As a power cut may leave them, which makes some names safe and not others, and as who opens a
  /// store at that moment may find them.
  @Test(arguments: [
    [".index"], [".jsonl"], [".json"], [".index", ".jsonl"], [".json", ".index"],
    [".json", ".jsonl"],
  ])
  func filesOfTwoSnapshotsWithOneNumberAreNotTakenForOne(_ old: [String]) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try Self.fill(store)
      let files = RealFileSystem()
      let snapshots = folder + "/store/snapshot"
      func take() throws -> [String: [UInt8]] {
        let names = try files.list(snapshots)
        return try Dictionary(
          uniqueKeysWithValues: names.map { ($0, try files.read(Path.join(snapshots, $0))) })
      }
      try store.compactIfWorthwhile(always: true)
      let before = try take()
      _ = try store.prune(Self.tenDays, by: Self.actor, now: Self.later)
      let expected = try store.all()
      try store.compactIfWorthwhile(always: true)
      #expect(try take().keys == before.keys, "they have one number")
      for (name, bytes) in before where old.contains(where: name.hasSuffix) {
        try files.replace(Path.join(snapshots, name), with: bytes)
      }
      #expect(try TaskStore.open(folder + "/store").all() == expected)
    }
  }

  @Test func anEndedTaskGoesToTheBinAndOneThatIsNamedStays() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let peer = try TaskStore.open(folder + "/store")
      try Self.fill(store)
      let old = try store.task(TaskReference("old"))
      try store.writeCopy(of: old)
      let before = try peer.all()
      try store.compactIfWorthwhile(always: true)
      let plan = try store.prunePlan(Self.tenDays, now: Self.later)
      #expect(plan.tasks == [old.id] && plan.referenced == 1 && plan.folders.count == 1)
      #expect(try store.all() == before, "a plan changes nothing")
      #expect(try store.prune(Self.tenDays, by: Self.actor, now: Self.later) == plan)

      let left = before.filter { $0.spec.name != "old" }
      let fresh = try TaskStore.open(folder + "/store")
      for store in [store, peer, fresh] {
        #expect(try store.all() == left)
        #expect(try store.inboxCursor(Self.reader) == 3)
        #expect(try store.counts() == [.queued: 2, .completed: 1])
      }
      #expect(try RealFileSystem().list(folder + "/store/journal") == ["0000000002.jsonl"])
      let bin = try RealFileSystem().list(folder + "/store/bin")
      #expect(bin.count == 1 && bin[0].hasSuffix(old.id.description))

      // Everybody goes on, and numbers with them.
      try peer.add("next")
      try store.apply(Sample.claim(), to: "open")
      let number = try #require(left.map(\.number).max())
      for store in [store, peer, fresh, try TaskStore.open(folder + "/store")] {
        #expect(try store.task(TaskReference("next")).number > number)
        #expect(try store.task(TaskReference("open")).status == .dispatched)
      }
      // A name is free again, and the bin is emptied in its time.
      try store.add("old")
      let muchLater = Self.later + 31 * 86_400_000
      #expect(try store.prunePlan(Retention(), now: muchLater).bin.count == 1)
      _ = try store.prune(Retention(), by: Self.actor, now: muchLater)
      #expect(try RealFileSystem().list(folder + "/store/bin").isEmpty)
    }
  }

  @Test func aPeerThatSleptThroughTwoPruningsSeesWhatIs() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try Self.fill(store)
      let sleepers = [
        try TaskStore.open(folder + "/store"), try TaskStore.open(folder + "/store"),
      ]
      for sleeper in sleepers { _ = try sleeper.number() }
      _ = try store.prune(Self.tenDays, by: Self.actor, now: Self.later)
      try store.add("done")
      for event in [Sample.claim(), Sample.started, Sample.settled()] {
        try store.apply(event, to: "done")
      }
      _ = try store.prune(Self.tenDays, by: Self.actor, now: Self.later)
      #expect(try sleepers[0].all() == store.all())
      try sleepers[1].add("late")
      #expect(try sleepers[0].all().map(\.spec.name) == ["parent", "open", "child", "late"])
      #expect(try TaskStore.open(folder + "/store").all() == store.all())
    }
  }

  @Test func contentIsTakenOnceItWasBoundToNothingForLong() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let (bound, staged) = try Self.fillWithContent(store)
      let hour: Int64 = 3_600_000
      for (hours, isThere) in [(47, true), (49, false)] as [(Int64, Bool)] {
        let now = WallClock.nowMilliseconds() + hours * hour
        #expect(try store.prunePlan(Retention(), now: now).content.count == (isThere ? 0 : 1))
        _ = try store.prune(Retention(), by: Self.actor, now: now)
        #expect(try (store.blobs.size(staged.cid) != nil) == isThere)
      }
      #expect(try store.blobs.read(bound.cid, count: 5) == Array("bound".utf8))
    }
  }

  @Test func contentThatOneWhoDiedHadMovedGetsItsNameBack() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let (bound, staged) = try Self.fillWithContent(store)
      for cid in [bound.cid, staged.cid] {
        let path = store.layout.blob(cid)
        let moved = Path.join(Path.parent(path), ".\(Path.name(path)).tmp")
        try RealFileSystem().rename(path, to: moved)
      }
      let now = WallClock.nowMilliseconds() + 49 * 3_600_000
      _ = try store.prune(Retention(), by: Self.actor, now: now)
      #expect(try store.blobs.read(bound.cid, count: 5) == Array("bound".utf8))
      #expect(try store.blobs.size(staged.cid) == nil, "what is bound to nothing goes all the same")
    }
  }

  @Test func aWaitThatEndedLongAgoAndAKeyThatIsFreeAreForgotten() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let key = IdempotencyKey(key: "k", digest: "1")
      let task = try store.add("a") { $0.idempotency = key }
      for id in ["over", "waiting"] {
        try store.makeWaitHandle(
          WaitHandle(
            id: id, tasks: [task.id], until: .terminal, after: 0, cancelsWork: false,
            canAsk: false, createdAt: task.queuedAt), by: Sample.client)
      }
      let outcome = try store.blobs.put(Array("what it came to".utf8)).cid
      try store.endWaitHandle("over", .done(outcome: outcome), by: Sample.client)
      for (days, handles, keys) in [(6, 0, 0), (8, 1, 0), (31, 0, 1)] as [(Int64, Int, Int)] {
        let now = WallClock.nowMilliseconds() + days * 86_400_000
        let plan = try store.prune(Retention(), by: Self.actor, now: now)
        #expect(plan.handles == handles && plan.keys == keys, "after \(days) days")
        #expect(try (store.blobs.size(outcome) != nil) == (days < 8), "after \(days) days")
      }
      #expect(try store.waitHandle("over") == nil)
      #expect(try store.waitHandle("waiting")?.tasks == [task.id])
      #expect(try store.all().map(\.spec.idempotency) == [nil])
    }
  }

  @Test func aTaskThatBeginsWhileItIsPrunedKeepsItsFolder() throws {
    try withTemporaryDirectory { folder in
      let peer = try TaskStore.open(folder + "/store")
      try peer.add("first")
      let begun = Monitor<[String]>([])
      let tasks = peer.layout.tasks
      let files = SlowFiles(beforeListing: { path in
        guard path == tasks else { return }
        let name = "begun-\(begun.withLock { $0.count })"
        // What fails here is missing below.
        if let task = try? peer.add(name), (try? peer.writeCopy(of: task)) != nil {
          begun.update { $0.append(name) }
        }
      })
      let store = try TaskStore.open(folder + "/store", files: files)
      _ = try store.prune(Retention(), by: Self.actor, now: Self.later)
      let names = begun.withLock { $0 }
      #expect(!names.isEmpty)
      for name in names {
        let task = try peer.task(TaskReference(name))
        #expect(try RealFileSystem().exists(peer.layout.taskFolder(of: task)), "\(name)")
      }
    }
  }

  @Test func writersBesidePruningLoseNothing() throws {
    try withTemporaryDirectory { folder in
      try TaskStore.open(folder + "/store").add("first")
      let done = Monitor(0)
      for writer in 0..<3 {
        try Thread.start(name: "writer") {
          // A failure shows as a task that is missing.
          let store = try? TaskStore.open(folder + "/store")
          for number in 0..<40 {
            _ = try? store?.add("w\(writer)-\(number)") {
              $0.idempotency = IdempotencyKey(key: "\(writer)-\(number)", digest: "1")
            }
          }
          done.update { $0 += 1 }
        }
      }
      // Keys are free again by then, so that a pruning finds something to take away.
      var prunings = 0
      repeat {
        let plan = try TaskStore.open(folder + "/store").prune(
          Retention(), by: Self.actor, now: Self.later)
        if plan.keys > 0 { prunings += 1 }
      } while done.withLock({ $0 }) < 3 || prunings == 0
      let store = try TaskStore.open(folder + "/store")
      #expect(prunings > 0)
      #expect(try store.all().count == 121)
      #expect(try Set(store.all().map(\.spec.name)).count == 121)
      #expect(try store.number() == 121)
      let audit = try store.verify()
      #expect(audit.isWhole && audit.tasks == 121, "\(audit.breaks)")
    }
  }

  /// Dies at every step in each way; the store then is what it was or what it shall be, and the
  /// next pruning ends what this one began.
  @Test(arguments: ["fail", "crash", "power", "full"])
  func aPruningThatDiesAnywhereLeavesAWholeStore(_ kind: String) throws {
    let steps = try Self.steps()
    #expect(steps.count > 10)
    for step in steps {
      try withTemporaryDirectory { folder in
        let store = folder + "/store"
        let before = try Self.prepare(store)
        let after = before.filter { $0.spec.name != "old" }
        let fault: FlakyFiles.Fault =
          switch kind {
          case "fail": .fail(at: step, .inputOutput("write", "here"))
          case "crash": .crash(at: step, keeping: 200)
          case "power": .powerCut(at: step)
          default: .failFrom(step, .noSpace("write", "here"))
          }
        #expect(throws: StoreError.self, "step \(step)") {
          try TaskStore.open(store, files: FlakyFiles(fault))
            .prune(Self.tenDays, by: Self.actor, now: Self.later)
        }
        let found = try TaskStore.open(store).all()
        #expect(found == before || found == after, "step \(step)")
        let next = try TaskStore.open(store)
        try next.add("next")
        _ = try next.prune(Self.tenDays, by: Self.actor, now: Self.later)
        let whole = try TaskStore.open(store)
        #expect(try whole.all().dropLast() == after[...], "step \(step)")
        #expect(try whole.verify().isWhole, "step \(step)")
        #expect(try RealFileSystem().list(store + "/bin").count == 1, "step \(step)")
      }
    }
  }

  private static func prepare(_ root: String) throws -> [TaskRecord] {
    let store = try TaskStore.open(root)
    try fill(store)
    try store.writeCopy(of: store.task(TaskReference("old")))
    try store.compactIfWorthwhile(always: true)
    return try store.all()
  }

  /// Counts the steps of a pruning that goes well.
  private static func steps() throws -> Range<Int> {
    try withTemporaryDirectory { folder in
      _ = try prepare(folder + "/store")
      let files = FlakyFiles()
      let store = try TaskStore.open(folder + "/store", files: files)
      let start = files.operations
      _ = try store.prune(tenDays, by: actor, now: later)
      return start..<files.operations
    }
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that a snapshot changes nothing but the time it takes to open.
struct CompactionTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func randomWorkWithSnapshotsInBetweenEqualsAPlainModel(_ seed: UInt64) throws {
    try withTemporaryDirectory { folder in
      var random = SeededRandom(seed)
      var model = Model()
      let stores = [
        try TaskStore.open(folder + "/store"), try TaskStore.open(folder + "/store"),
      ]
      for step in 0..<300 {
        let store = stores[Int.random(in: 0...1, using: &random)]
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7:
          let spec = Sample.spec("task-\(step)") {
            $0.priority = Int.random(in: 0...3, using: &random)
            $0.teamId = Bool.random(using: &random) ? "local" : "other"
          }
          model.take(try store.create(spec, by: Sample.client, nameIsGiven: true).record)
        case 7..<19:
          guard let record = model.records.randomElement(using: &random),
            let event = Sample.event(for: record, using: &random)
          else { continue }
          model.take(try store.change(.id(record.id), by: Sample.runner) { _ in event })
        default: try store.compactIfWorthwhile(always: true)
        }
        if step % 25 == 0 { try Self.expect(store, model, "step \(step)") }
      }
      for store in stores { try Self.expect(store, model, "before") }
      try stores[0].compactIfWorthwhile(always: true)
      for store in stores { try Self.expect(store, model, "after") }
      try Self.expect(try TaskStore.open(folder + "/store"), model, "with the snapshot")
      try RealFileSystem().removeTree(folder + "/store/snapshot")
      try Self.expect(try TaskStore.open(folder + "/store"), model, "without it")
    }
  }

  /// Compares everything a store can tell with the model.
  private static func expect(_ store: TaskStore, _ model: Model, _ when: Comment) throws {
    var query = TaskQuery()
    query.teamId = nil
    query.order = .oldest
    query.limit = 1000
    #expect(try store.list(query).items == model.records, when)
    query.order = .newest
    #expect(try store.list(query).items == model.records.reversed(), when)
    #expect(try store.counts() == model.counts, when)
    #expect(try store.activeTasks() == model.active, when)
    for status in TaskStatus.allCases {
      query.statuses = [status]
      let page = try store.list(query)
      #expect(page.items == model.records.reversed().filter { $0.status == status }, when)
      #expect(page.total == model.counts[status] ?? 0, when)
    }
    for record in model.records {
      #expect(try store.task(TaskReference(record.spec.name)) == record, when)
      #expect(try store.task(id: record.id) == record, when)
    }
  }

  enum Harm: String, CaseIterable {
    case noIndex, noRecords, noAside, halfIndex, emptyIndex, otherMagic, garbledRecords, garbledRows
    case aheadOfJournal, circle, anotherChain, lostChain, lostName, otherWord
  }

  /// Writes a word of a row into an index.
  private static func index(
    _ bytes: [UInt8], row: Int, field: Int, is word: UInt8, count: Int = 4
  ) -> [UInt8] {
    let start = 128 + row * 96 + field
    let words = [word] + [UInt8](repeating: 0, count: count - 1)
    return bytes[..<start] + words + bytes[(start + count)...]
  }

  @Test(arguments: Harm.allCases)
  func aDamagedSnapshotCostsNothingButTime(_ harm: Harm) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b", "c"] { try store.add(name) }
      try store.apply(Sample.claim(), to: "b")
      try store.compactIfWorthwhile(always: true)
      let expected = try store.all()
      let files = RealFileSystem()
      let snapshot = folder + "/store/snapshot/"
      let names = try files.list(snapshot)
      #expect(names.count == 3)
      func path(_ suffix: String) throws -> String {
        snapshot + (try #require(names.first { $0.hasSuffix(suffix) }))
      }
      func rewrite(_ suffix: String, _ change: ([UInt8]) -> [UInt8]) throws {
        try files.replace(try path(suffix), with: change(try files.read(try path(suffix))))
      }
      switch harm {
      case .noIndex: try files.remove(try path(".index"))
      case .noRecords: try files.remove(try path(".jsonl"))
      case .noAside: try files.remove(try path(".json"))
      case .halfIndex: try rewrite(".index") { Array($0.prefix($0.count / 2)) }
      case .emptyIndex: try rewrite(".index") { _ in [] }
      case .otherMagic: try rewrite(".index") { [0] + $0.dropFirst() }
      case .garbledRecords: try rewrite(".jsonl") { $0.map { _ in UInt8(ascii: "x") } }
      case .garbledRows:
        try rewrite(".index") { $0.prefix(144) + [255, 255, 255, 255] + $0.dropFirst(148) }
      case .circle: try rewrite(".index") { Self.index($0, row: 0, field: 28, is: 3) }
      case .anotherChain: try rewrite(".index") { Self.index($0, row: 2, field: 32, is: 5) }
      case .lostChain: try rewrite(".index") { Self.index($0, row: 2, field: 28, is: 0) }
      case .lostName:
        // The table of names stands behind three rows and the table of ids.
        try rewrite(".index") { Self.index($0, row: 3, field: 64, is: 0, count: 64) }
      case .otherWord:
        let text = try readText(try path(".jsonl"))
        try #require(text.contains(#""name":"b""#))
        try rewrite(".jsonl") { _ in
          Array(text.replacing(#""name":"b""#, with: #""name":"d""#).utf8)
        }
      case .aheadOfJournal:
        let journal = folder + "/store/journal/0000000001.jsonl"
        let lines = try readText(journal).split(separator: "\n")
        try writeFile(journal, lines.prefix(3).joined(separator: "\n") + "\n")
      }
      let opened = try TaskStore.open(folder + "/store")
      if harm == .aheadOfJournal {
        #expect(try opened.all().map(\.status) == [.queued, .queued, .queued])
      } else {
        #expect(try opened.all() == expected)
        #expect(try opened.task(TaskReference("b")).status == .dispatched)
        #expect(try opened.activeTasks().count == 3)
        var queued = TaskQuery()
        queued.statuses = [.queued]
        let listed = try TaskStore.open(folder + "/store").list(queued).items.map(\.spec.name)
        let reader = InboxReader(client: "c", team: "local")
        let inbox = try TaskStore.open(folder + "/store").inbox(reader, limit: 9)
        #expect(inbox.queued.count == 2)
        #expect(listed == ["c", "a"])
        try opened.compactIfWorthwhile(always: true)
        #expect(try TaskStore.open(folder + "/store").all() == expected)
      }
      try opened.add("d")
      #expect(try TaskStore.open(folder + "/store").all().count == 4)
    }
  }

  @Test func aSnapshotSaysNothingTheJournalMightLose() throws {
    try withTemporaryDirectory { folder in
      let careless = try TaskStore.open(folder + "/store")
      try careless.add("a")
      _ = try careless.create(Sample.spec("b"), by: Sample.client, nameIsGiven: true)
      let files = FlakyFiles()
      try TaskStore.open(folder + "/store", files: files).compactIfWorthwhile(always: true)
      let trace = files.trace
      let synced = trace.firstIndex { $0.hasPrefix("sync") && $0.hasSuffix("0000000001.jsonl") }
      let made = trace.firstIndex { $0.hasPrefix("create") && $0.contains("/snapshot/") }
      #expect(try #require(synced) < #require(made))
    }
  }

  @Test func aListenerHearsEachChangeOnceWhileSnapshotsAreMade() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("before")
      let heard = Monitor<[Int]>([])
      let subscription = try store.follow { changes in
        heard.update { $0 += changes.map(\.number) }
      }
      for number in 1...30 {
        try TaskStore.open(folder + "/store").add("task-\(number)")
        if number % 5 == 0 { try store.compactIfWorthwhile(always: true) }
      }
      heard.wait(until: .after(.seconds(60)), while: { $0.count < 30 })
      #expect(heard.withLock { $0 } == Array(2...31))
      subscription.cancel()
    }
  }

  @Test func aKeyIsFreeAgainAfterAMonthAndThenFindsTheTaskItMadeLast() throws {
    try withTemporaryDirectory { folder in
      let key = IdempotencyKey(key: "k", digest: "1")
      try TaskStore.open(folder + "/store").add("old") { $0.idempotency = key }
      try Self.age(folder + "/store/journal/0000000001.jsonl")
      let store = try TaskStore.open(folder + "/store")
      func create(_ name: String) throws -> TaskStore.Creation {
        try store.create(Sample.spec(name, key: key), by: Sample.client, nameIsGiven: true)
      }
      let made = try create("new")
      #expect(!made.replayed && made.record.spec.name == "new")
      for _ in 0..<2 {
        let again = try create("again")
        #expect(again.replayed && again.record.id == made.record.id)
        try store.compactIfWorthwhile(always: true)
      }
      #expect(try store.all().map(\.spec.name) == ["old", "new"])
    }
  }

  /// Dates a journal of one line back by years, under a right seal.
  private static func age(_ path: String) throws {
    let line = Array(try readText(path).replacing("\"at\":\"20", with: "\"at\":\"19").utf8)
    let body = Array(line.dropLast(76))
    let seal = Hex.encode(SHA256.hash(body + Array(String(repeating: "0", count: 64).utf8)))
    let ending = Array(",\"seal\":\"\(seal)\"}\n".utf8)
    #expect(ending.count == 76)
    try RealFileSystem().replace(path, with: body + ending)
  }

  @Test func anOldSnapshotIsRemovedAndAReaderOfItGoesOn() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b"] { try store.add(name) }
      try store.compactIfWorthwhile(always: true)
      let reader = try TaskStore.open(folder + "/store")
      #expect(try reader.all().count == 2)
      try store.add("c")
      try store.compactIfWorthwhile(always: true)
      #expect(try RealFileSystem().list(folder + "/store/snapshot").count == 3)
      #expect(try reader.all().map(\.spec.name) == ["a", "b", "c"])
      #expect(try reader.task(TaskReference("a")).spec.title == "Title of a")
    }
  }

  @Test func aLongTailIsCompactedAsideByWhoeverWrites() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for number in 0..<1100 {
        _ = try store.create(Sample.spec("t\(number)"), by: Sample.client, nameIsGiven: true)
      }
      try store.sync()
      let snapshot = folder + "/store/snapshot"
      #expect(
        try eventually {
          try RealFileSystem().exists(snapshot)
            && RealFileSystem().list(snapshot).contains { $0.hasSuffix(".index") }
        })
      #expect(try TaskStore.open(folder + "/store").all().count == 1100)
    }
  }

  /// A child that another thread is just starting holds, until it executes, a copy of each
  /// descriptor there is.
  @Test func aChildThatIsBeingBornKeepsNobodyFromCompacting() throws {
    try withTemporaryDirectory { folder in
      let copies = Monitor([Int32]())
      defer { for copy in copies.withLock({ $0 }) { _ = Descriptor(inherited: copy) } }
      let files = SlowFiles(afterLocking: { (lock) throws(SystemError) in
        let copy = try Descriptor(duplicating: lock.rawValue).take()
        copies.update { $0.append(copy) }
      })
      let store = try TaskStore.open(folder + "/store", files: files)
      for name in ["a", "b"] {
        try store.add(name)
        #expect(try store.compactIfWorthwhile(always: true))
      }
      #expect(copies.withLock { $0.count } == 2)
    }
  }
}

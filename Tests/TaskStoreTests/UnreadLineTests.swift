import JSON
import Posix
import Tasks
import TestSupport
import Testing

@testable import TaskStore

/// Checks that nothing is taken away because nobody names it, where the line that did was lost.
struct UnreadLineTests {
  static let later = WallClock.nowMilliseconds() + 90 * 86_400_000

  /// Keeps a schedule with a secret and content of its own, and harms the line that made it.
  private static func ground(_ folder: String) throws -> (store: TaskStore, content: ContentID) {
    let store = try TaskStore.open(folder + "/store")
    try store.add("task")
    let content = try store.blobs.put(Array("bound".utf8)).cid
    _ = try store.keep(
      Sample.schedule(
        "nightly", environment: store.storeEnvironment(["PATH": "/bin"]), content: [content]),
      nameIsGiven: true, secrets: ["TOKEN": "s3cret"], most: 3, by: Sample.client)
    try store.sync()
    let path = store.layout.segment(1)
    try writeFile(path, try readText(path).replacing(#""zone":"Eur"#, with: #""zone":"EUR"#))
    return (try TaskStore.open(folder + "/store"), content)
  }

  /// Does all that takes away what nobody names.
  private static func sweep(_ store: TaskStore) throws {
    _ = try store.prune(Retention(), by: Sample.client, now: later)
    try store.sweepContent(Retention(), now: later)
    try store.removeStraySecrets(age: .milliseconds(-60_000))
  }

  private static func secrets(_ store: TaskStore) throws -> Int {
    try RealFileSystem().list(store.layout.keys).count { $0.hasPrefix("schedule-") }
  }

  @Test(arguments: ["as it is", "compacted", "pruned", "pruned and compacted"])
  func whatALostScheduleNeedsStaysUntilAPersonGivesItUp(_ state: String) throws {
    try withTemporaryDirectory { folder in
      let (damaged, content) = try Self.ground(folder)
      #expect(try damaged.schedules().isEmpty)
      if state.contains("pruned") {
        var retention = Retention()
        retention.tasksDays = 0
        for event in [Sample.claim(), Sample.started, Sample.settled()] {
          try damaged.apply(event, to: "task")
        }
        #expect(try damaged.prune(retention, by: Sample.client, now: Self.later).tasks.count == 1)
      }
      if state.contains("compacted") {
        #expect(try damaged.compactIfWorthwhile(always: true))
      }
      for store in [damaged, try TaskStore.open(folder + "/store")] {
        #expect(try store.hasUnread(), "\(state)")
        try Self.sweep(store)
        #expect(try store.blobs.size(content) == 5, "\(state)")
        #expect(try Self.secrets(store) == 1, "\(state)")
      }
      var mending = StoreMending(root: folder + "/store")
      try mending.mend(by: Sample.client)
      let mended = try TaskStore.open(folder + "/store")
      #expect(try !mended.hasUnread(), "\(state): \(mending.done)")
      try Self.sweep(mended)
      #expect(try mended.blobs.size(content) == nil, "\(state)")
      #expect(try Self.secrets(mended) == 0, "\(state)")
    }
  }

  /// A snapshot knows nothing that was not in the journal, so one that does shows what was lost,
  /// however much is written since.
  @Test(arguments: [1, 8], ["as it is", "compacted", "pruned"])
  func whatAnEmptiedJournalHasToldOfStays(_ growth: Int, _ state: String) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let task = try store.add("task")
      try store.writeSecrets(task.id, ["TOKEN": "s3cret"])
      let worked = try store.add("worked")
      try store.apply(Sample.claim(), to: "worked")
      try store.writeCopy(of: worked)
      let content = try store.blobs.put(Array("bound".utf8)).cid
      _ = try store.keep(
        Sample.schedule(
          "nightly", environment: store.storeEnvironment([:]), content: [content]),
        nameIsGiven: true, secrets: ["TOKEN": "s3cret"], most: 3, by: Sample.client)
      try store.sync()
      #expect(try store.compactIfWorthwhile(always: true))
      try writeFile(store.layout.segment(1), "")
      let emptied = try TaskStore.open(folder + "/store")
      #expect(try emptied.all().isEmpty)
      for number in 0..<growth { try emptied.add("new-\(number)") }
      for event in [Sample.claim(), Sample.started, Sample.settled()] {
        try emptied.apply(event, to: "new-0")
      }
      let peer = try TaskStore.open(folder + "/store")
      #expect(try peer.all().count == growth)
      var retention = Retention()
      retention.tasksDays = 1
      switch state {
      case "compacted": #expect(try emptied.compactIfWorthwhile(always: true))
      case "pruned":
        let plan = try emptied.prune(retention, by: Sample.client, now: Self.later)
        #expect(plan.tasks.count == 1)
      default: break
      }
      for store in [emptied, peer, try TaskStore.open(folder + "/store")] {
        try Self.sweep(store)
        #expect(try store.secrets(of: task.id) == ["TOKEN": "s3cret"])
        #expect(try Self.secrets(store) == 1)
        #expect(try store.blobs.size(content) == 5)
        #expect(try RealFileSystem().exists(store.layout.taskFolder(of: worked)))
      }
      var mending = StoreMending(root: folder + "/store")
      try mending.mend(by: Sample.client)
      let mended = try TaskStore.open(folder + "/store")
      #expect(try !mended.mayHaveLost(), "\(mending.done)")
      // Behind a base nobody can tell it from one that was pruned.
      let isBack = try mended.lastKnown(id: worked.id) != nil
      #expect(isBack == (state != "pruned"))
      #expect(try RealFileSystem().exists(store.layout.taskFolder(of: worked)))
      // The sweeps above prune, and so set aside the snapshot that knows the rest.
      let aside = try RealFileSystem().list(store.layout.damaged)
      #expect(aside.contains { $0.hasPrefix("snapshot-") || $0.hasSuffix(".index") }, "\(aside)")
    }
  }

  @Test func aSnapshotOfALostJournalGivesBackTasksAndSchedules() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("task")
      _ = try store.keep(
        Sample.schedule("nightly", environment: store.storeEnvironment([:])), nameIsGiven: true,
        secrets: ["TOKEN": "s3cret"], most: 3, by: Sample.client)
      try store.sync()
      #expect(try store.compactIfWorthwhile(always: true))
      try writeFile(store.layout.segment(1), "")
      for number in 0..<5 { try TaskStore.open(folder + "/store").add("new-\(number)") }
      #expect(try !TaskStore.open(folder + "/store").compactIfWorthwhile())
      var mending = StoreMending(root: folder + "/store")
      try mending.mend(by: Sample.client)
      let mended = try TaskStore.open(folder + "/store")
      #expect(try mended.task(TaskReference("task")).status == .failed, "nothing is run twice")
      #expect(try mended.schedules().map(\.name) == ["nightly"])
      try mended.removeStraySecrets(age: .milliseconds(-60_000))
      #expect(try Self.secrets(mended) == 1)
    }
  }

  @Test func givingUpOneLineIsNotGivingUpAnother() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["first", "second"] {
        _ = try store.keep(
          Sample.schedule(name, environment: store.storeEnvironment([:])), nameIsGiven: true,
          secrets: ["TOKEN": "s3cret"], most: 3, by: Sample.client)
        // Right behind a harmed line no seal can be checked.
        try store.add("behind-\(name)")
      }
      try store.sync()
      func forget() throws {
        let path = store.layout.snapshots
        if try RealFileSystem().exists(path) { try RealFileSystem().removeTree(path) }
      }
      func harm(_ name: String) throws {
        let path = store.layout.segment(1)
        let lines = try readText(path).split(separator: "\n").map { line in
          line.contains(#""name":"\#(name)""#) && line.contains(#""schedule":{"#)
            ? String(line).replacing(#""zone":"Eur"#, with: #""zone":"EUR"#) : String(line)
        }
        try writeFile(path, lines.joined(separator: "\n") + "\n")
        try forget()
      }
      for name in ["first", "second"] {
        try harm(name)
        #expect(try TaskStore.open(folder + "/store").hasUnread(), "\(name)")
        var mending = StoreMending(root: folder + "/store")
        try mending.mend(by: Sample.client)
        try forget()
        #expect(try !TaskStore.open(folder + "/store").hasUnread(), "\(name)")
      }
    }
  }

  /// A harmed block takes the newlines of several lines along.
  @Test func linesThatWentWithANewlineLeaveOpenTasksInDoubt() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b"] { try store.add(name) }
      for name in ["a", "b"] { try store.apply(Sample.claim(), to: name) }
      try store.add("c")
      let path = store.layout.segment(1)
      var lines = try readText(path).split(separator: "\n").map(String.init)
      // Of two claims the first can still be told.
      let half = lines[2].count / 2
      lines[2...3] = [String(lines[2].prefix(half)) + String(repeating: "x", count: 300)]
      try writeFile(path, lines.joined(separator: "\n") + "\n")
      let opened = try TaskStore.open(folder + "/store")
      let claimed = try ["a", "b"].map { try store.task(TaskReference($0)).id }
      #expect(try Set(claimed).isSubset(of: opened.damagedTasks()))
    }
  }

  /// What is remembered of unreadable lines is bounded, what they make doubtful is not.
  @Test func aClaimBehindMoreBadLinesThanAreRememberedIsDoubted() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("first")
      let path = store.layout.segment(1)
      try writeFile(path, try readText(path) + String(repeating: "garbage\n", count: 1050))
      let peer = try TaskStore.open(folder + "/store")
      let task = try peer.add("task")
      try peer.apply(Sample.claim(), to: "task")
      // Nothing of it tells which task it was about.
      let lines = try readText(path).split(separator: "\n").map {
        $0.contains(#""claimed""#) ? String(repeating: "x", count: 200) : String($0)
      }
      try writeFile(path, lines.joined(separator: "\n") + "\n")
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.damagedTasks().contains(task.id))
    }
  }

  @Test func aLongJournalThatIsWalkedBecauseThatWasAskedForIsHealed() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b", "c"] { try store.add(name) }
      #expect(try store.compactIfWorthwhile(always: true))
      let path = store.layout.segment(1)
      try writeFile(path, try readText(path).replacing(#""name":"b""#, with: #""name":"d""#))
      let short = StoreInspection(root: folder + "/store")
      let long = StoreInspection(root: folder + "/store", longestWalk: 10)
      #expect(short.faults.contains { if case .journal = $0 { true } else { false } })
      #expect(long.faults.contains { if case .longJournal = $0 { true } else { false } })
      var mending = StoreMending(root: folder + "/store")
      try mending.mendBeside(TaskStore.open(folder + "/store").verify(), by: Sample.client)
      let aside = try RealFileSystem().list(store.layout.damaged)
      #expect(aside.count == 1, "\(aside)")
      #expect(try readText(store.layout.damaged + "/" + aside[0]).contains(#""name":"d""#))
      #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name) == ["a", "b", "c"])
      #expect(try TaskStore.open(folder + "/store").verify().newlyKept(store.layout).isEmpty)
    }
  }

  @Test func whatANewerErrandMadeIsNotMended() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b"] { try store.add(name) }
      #expect(try store.compactIfWorthwhile(always: true))
      for name in try RealFileSystem().list(store.layout.snapshots) {
        try writeFile(store.layout.snapshots + "/" + name, "of another format")
      }
      try writeFile(store.layout.journal + "/names.new", "of another format")
      try writeFile(store.layout.identity, #"{"format":99}"#)
      var mending = StoreMending(root: folder + "/store")
      #expect { try mending.mend(by: Sample.client) } throws: { error in
        if case .newerFormat? = error as? StoreError { true } else { false }
      }
      #expect(mending.done.isEmpty)
      #expect(try !RealFileSystem().exists(store.layout.damaged))
      #expect(try readText(store.layout.journal + "/names.new") == "of another format")
    }
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks what happens when somebody else cuts, moves or removes files of a store that is in use.
struct ForeignHandTests {
  @Test(.enabled(if: Environment.userID == 0, "another user's store can be made by root only"))
  func aStoreOfAnotherUserIsNotOpened() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      try TaskStore.open(root).add("theirs")
      let chown = try #require(Environment.which("chown", path: Environment.value("PATH")))
      #expect(try Program.run(["65534", root], executable: chown).status.isSuccess)
      #expect {
        _ = try TaskStore.open(root)
      } throws: { error in
        if case .foreign(root, 65534)? = error as? StoreError { true } else { false }
      }
    }
  }

  @Test(arguments: [0, 1, 100, 5000])
  func aSnapshotCutWhileItIsInUseKillsNobodyAndChangesNothing(_ left: Int) throws {
    try withTemporaryDirectory { folder in
      let store = try Self.compacted(folder)
      let expected = try store.all()
      for suffix in [".index", ".jsonl"] {
        let names = try RealFileSystem().list(store.layout.snapshots)
        let name = try #require(names.first { $0.hasSuffix(suffix) })
        let path = store.layout.snapshots + "/" + name
        try Descriptor.open(path, [.readWrite]).truncate(to: left)
        #expect(try store.all() == expected)
        #expect(try store.task(TaskReference("t-1")) == expected[1])
        #expect(try store.activeTasks().count == expected.count)
        try store.compactIfWorthwhile(always: true)
      }
      #expect(try TaskStore.open(folder + "/store").all() == expected)
    }
  }

  @Test func aWriterWhoseSnapshotWasCutRefusesATakenNameAllTheSame() throws {
    try withTemporaryDirectory { folder in
      let store = try Self.compacted(folder)
      for name in try RealFileSystem().list(store.layout.snapshots) {
        try Descriptor.open(store.layout.snapshots + "/" + name, [.readWrite]).truncate(to: 0)
      }
      #expect { try store.add("t-1") } throws: { error in
        if case .nameTaken? = error as? StoreError { true } else { false }
      }
      try store.apply(Sample.claim(), to: "t-2")
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.task(TaskReference("t-2")).status == .dispatched)
      #expect(try opened.all().count == 60)
    }
  }

  private static func compacted(_ folder: String) throws -> TaskStore {
    let store = try TaskStore.open(folder + "/store")
    for number in 0..<60 {
      let spec = Sample.spec("t-\(number)")
      _ = try store.create(spec, by: Sample.client, nameIsGiven: true)
    }
    try store.sync()
    try store.compactIfWorthwhile(always: true)
    let opened = try TaskStore.open(folder + "/store")
    #expect(try opened.all().count == 60)
    return opened
  }

  enum Removal: String, CaseIterable {
    case store, journal, segment, storeAndMadeAnew, journalAndMadeAnew
  }

  @Test(arguments: Removal.allCases, [true, false])
  func aRemovedStoreAcknowledgesNothing(_ removal: Removal, hasWritten: Bool) throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let files = RealFileSystem()
      try TaskStore.open(root).add("before")
      let store = try TaskStore.open(root)
      #expect(try store.all().count == 1)
      if hasWritten { try store.add("own") }
      let away = folder + "/away"
      let moved =
        switch removal {
        case .store, .storeAndMadeAnew: root
        case .journal, .journalAndMadeAnew: root + "/journal"
        case .segment: root + "/journal/0000000001.jsonl"
        }
      try files.rename(moved, to: away)
      switch removal {
      case .storeAndMadeAnew: try TaskStore.open(root).add("another")
      case .journalAndMadeAnew: try files.createDirectories(root + "/journal")
      case .store, .journal, .segment: break
      }
      func isRemoved(_ error: any Error) -> Bool {
        if case .removed(root)? = error as? StoreError { true } else { false }
      }
      for _ in 0..<2 { #expect { try store.add("after") } throws: { isRemoved($0) } }
      #expect { try store.all() } throws: { isRemoved($0) }
      #expect(try files.list(folder).contains("away"))
      guard removal != .storeAndMadeAnew else { return }
      // Put back, everything goes on.
      if try files.exists(moved) { try files.removeTree(moved) }
      try files.rename(away, to: moved)
      try store.add("after")
      #expect(try TaskStore.open(root).all().last?.spec.name == "after")
    }
  }

  @Test func aPrunedJournalIsNotARemovedOne() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try PruneTests.fill(store)
      let peers = [
        try TaskStore.open(folder + "/store"), try TaskStore.open(folder + "/store"),
      ]
      for peer in peers { _ = try peer.number() }
      _ = try store.prune(PruneTests.tenDays, by: PruneTests.actor, now: PruneTests.later)
      for peer in peers { #expect(try !peer.isRemoved()) }
      #expect(try peers[0].all() == store.all())
      // Gone after a prune it is gone all the same, whoever had read the base and who had not.
      try RealFileSystem().removeTree(folder + "/store/journal")
      for peer in peers {
        #expect(try peer.isRemoved())
        #expect { try peer.add("after") } throws: { error in
          if case .removed? = error as? StoreError { true } else { false }
        }
      }
    }
  }

  @Test func aStoreWithoutAChangeIsRemovedWithItsFolder() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try RealFileSystem().createDirectories(store.layout.journal)
      #expect(try !store.isRemoved())
      #expect(try store.all().isEmpty)
      #expect(try !store.isRemoved())
      try RealFileSystem().removeTree(folder + "/store")
      #expect(try store.isRemoved())
    }
  }

  @Test func errorsOfFilesNameThePathAndTheCure() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/fifo-less"
      try writeFile(path, "x")
      let file = try RealFileSystem().openForReading(path)
      #expect { try (file as? any AppendFile)?.append([1]) } throws: { error in
        (error as? SystemError)?.subject == path
      }
      let full = StoreError.notWritable(path: path, .noSpace("write", path))
      #expect(full.nextStep == "Make room on the disk of \(path); then try again.")
      #expect("\(full)".contains(path))
      let denied = StoreError.disk(.permissionDenied("open", path))
      #expect(denied.nextStep.contains(path))
    }
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks what happens when the disk refuses, and what the next writer makes of it.
struct SyncTests {
  /// Finds the step at which a run of the store first syncs the journal a second time.
  private static func step(_ call: String, _ count: Int) throws -> Int {
    try withTemporaryDirectory { folder in
      let files = FlakyFiles()
      let store = try TaskStore.open(folder + "/store", files: files)
      for name in ["a", "b", "c"] { try store.add(name) }
      let steps = files.trace.indices.filter {
        files.trace[$0].hasPrefix(call) && files.trace[$0].hasSuffix(".jsonl")
      }
      return try #require(steps.dropFirst(count - 1).first)
    }
  }

  /// Lends the folder of a store in which "a" is safe, and "b" was written and its sync failed.
  private static func withUnsyncedTask(_ body: (String) throws -> Void) throws {
    let step = try step("sync", 2)
    try withTemporaryDirectory { folder in
      let files = FlakyFiles(.fail(at: step, .inputOutput("fdatasync", "journal")))
      let store = try TaskStore.open(folder + "/store", files: files)
      try store.add("a")
      #expect(throws: StoreError.self) { try store.add("b") }
      try body(folder)
    }
  }

  @Test func afterAFailedSyncTheStoreStopsAndTheNextWriterWritesTheTailAgain() throws {
    let step = try Self.step("sync", 2)
    try withTemporaryDirectory { folder in
      let files = FlakyFiles(.fail(at: step, .inputOutput("fdatasync", "journal")))
      let store = try TaskStore.open(folder + "/store", files: files)
      try store.add("a")
      for name in ["b", "c"] {
        #expect { try store.add(name) } throws: { error in
          if case .stopped? = error as? StoreError { true } else { false }
        }
      }
      let marker = folder + "/store/run/unsynced.json"
      #expect(try readText(marker).contains(#""number":1"#))
      let peer = try TaskStore.open(folder + "/store")
      try peer.add("d")
      #expect(try !RealFileSystem().exists(marker))
      let again = try readText(folder + "/store/journal/0000000002.jsonl")
      #expect(again.split(separator: "\n").count == 2, "b again, then d")
      #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name) == ["a", "b", "d"])
    }
  }

  @Test func aTailThatCannotBeWrittenAgainYetLeavesNothingBehind() throws {
    try Self.withUnsyncedTask { folder in
      let journal = folder + "/store/journal"
      var failures = 0
      var segments = 1
      while segments == 1, failures < 100 {
        let refusing = FlakyFiles(.fail(at: failures, .noSpace("write", "journal")))
        do {
          try TaskStore.open(folder + "/store", files: refusing).add("c")
          break
        } catch {
          failures += 1
        }
        let names = try RealFileSystem().list(journal).filter { $0.hasSuffix(".jsonl") }.sorted()
        segments = names.count
        // Once it is there, it is whole: what is not would have to be written again, too.
        for name in names.dropFirst() {
          let lines = try readText("\(journal)/\(name)").split(separator: "\n")
          #expect(lines.count == 1, "after \(failures) failures")
        }
      }
      #expect((3..<100).contains(failures) && segments == 2)
      try TaskStore.open(folder + "/store").add("c")
      let names = try TaskStore.open(folder + "/store").all().map(\.spec.name)
      #expect(names == ["a", "b", "c"])
    }
  }

  @Test func whatAFailedSyncLostIsFoundInTheCopy() throws {
    try Self.withUnsyncedTask { folder in
      let first = folder + "/store/journal/0000000001.jsonl"
      let bytes = try RealFileSystem().read(first)
      let end = try #require(bytes.firstIndex(of: UInt8(ascii: "\n"))) + 1
      try TaskStore.open(folder + "/store").add("c")
      // The pages of the unsynced line come back as zeros.
      let zeros = [UInt8](repeating: 0, count: bytes.count - end - 1) + [UInt8(ascii: "\n")]
      try RealFileSystem().replace(first, with: Array(bytes[..<end]) + zeros)
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.all().map(\.spec.name) == ["a", "b", "c"])
      #expect(try opened.task(TaskReference("b")).revision == 1)
      try opened.apply(Sample.claim(), to: "b")
      #expect(try TaskStore.open(folder + "/store").task(TaskReference("b")).status == .dispatched)
    }
  }

  @Test(arguments: [true, false])
  func aRefusedAppendLeavesNoTraceAndTheStoreGoesOn(_ isShort: Bool) throws {
    let step = try Self.step("append", 2)
    try withTemporaryDirectory { folder in
      let error = SystemError.noSpace("write", "journal")
      let files = FlakyFiles(
        isShort ? .shortWrite(at: step, bytes: 40, error) : .fail(at: step, error))
      let store = try TaskStore.open(folder + "/store", files: files)
      try store.add("a")
      let path = folder + "/store/journal/0000000001.jsonl"
      let before = try RealFileSystem().read(path)
      #expect { try store.add("b") } throws: { error in
        guard case .notWritable(_, let cause)? = error as? StoreError else { return false }
        return cause.isNoSpace
      }
      #expect(try RealFileSystem().read(path) == before)
      #expect(try store.number() == 1)
      try store.add("c")
      #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name) == ["a", "c"])
    }
  }

  @Test func aDeathBetweenAppendAndSyncLeavesTheChangeToTheNextWriter() throws {
    let step = try Self.step("sync", 2)
    try withTemporaryDirectory { folder in
      let files = FlakyFiles(.crash(at: step))
      let store = try TaskStore.open(folder + "/store", files: files)
      try store.add("a")
      #expect(throws: StoreError.self) { try store.add("b") }
      try TaskStore.open(folder + "/store").add("c")
      #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name) == ["a", "b", "c"])
    }
  }

  @Test func whatIsTornTwiceAtOnePlaceIsCopiedTwice() throws {
    try withTemporaryDirectory { folder in
      try TaskStore.open(folder + "/store").add("a")
      let journal = folder + "/store/journal/0000000001.jsonl"
      let whole = try RealFileSystem().read(journal)
      for torn in ["{\"n\":", "{\"n\":2,\"t\":"] {
        try RealFileSystem().openForAppending(journal).append(Array(torn.utf8))
        var mending = StoreMending(root: folder + "/store")
        try mending.mend(by: Sample.client)
        #expect(try RealFileSystem().read(journal) == whole)
      }
      let damaged = folder + "/store/damaged"
      let copies = try RealFileSystem().list(damaged).map { try readText(damaged + "/" + $0) }
      #expect(Set(copies) == ["{\"n\":", "{\"n\":2,\"t\":"])
    }
  }

  @Test func ofABaseOfAnySizeNothingIsWrittenAgain() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try PruneTests.fill(store)
      // Longer than what is read at once.
      try store.add("long") { $0.title = String(repeating: "long ", count: 500_000) }
      _ = try store.prune(PruneTests.tenDays, by: Sample.client, now: PruneTests.later)
      try writeFile(folder + "/store/run/unsynced.json", "{}")
      try TaskStore.open(folder + "/store").add("next")
      #expect(try RealFileSystem().read(folder + "/store/journal/0000000003.jsonl").count < 10_000)
      let names = try TaskStore.open(folder + "/store").all().map(\.spec.name)
      #expect(Set(names) == ["parent", "open", "child", "long", "next"])
      #expect(try TaskStore.open(folder + "/store").verify().breaks.isEmpty)
    }
  }

  @Test func aChangeThatIsTooLargeForTheJournalIsRefused() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let words = String(repeating: "x", count: 5 << 20)
      try store.add("large") { $0.directory = words }
      #expect { try store.add("larger") { $0.directory = words + words + words + words } } throws: {
        if case .limit? = $0 as? StoreError { true } else { false }
      }
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.all().map(\.spec.name) == ["large"])
      try opened.add("small")
      #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name) == ["large", "small"])
    }
  }

  @Test func aNumberWhoseLineIsDamagedIsNeverUsedAgain() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("a")
      try store.apply(Sample.claim(), to: "a")
      let path = folder + "/store/journal/0000000001.jsonl"
      let text = try readText(path)
      // In place: the peer has the file open.
      try writeFile(path, text.replacing("lease", with: "lxase"))
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.number() == 2)
      #expect { try opened.task(TaskReference("a")) } throws: { error in
        if case .damagedTask? = error as? StoreError { true } else { false }
      }
      #expect(try opened.activeTasks().isEmpty, "nobody may start what is not known")
      #expect(try opened.add("b").number == 3)
      // A peer that had read the line before it was damaged goes on with the same numbers.
      #expect(try store.task(TaskReference("b")).number == 3)
      #expect(try store.task(TaskReference("a")).status == .dispatched)
    }
  }
}

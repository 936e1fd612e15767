import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that no fault of a disk or a process makes the store lie.
struct JournalDamageTests {
  private func segment(_ folder: String) -> String { folder + "/store/journal/0000000001.jsonl" }

  @Test func aLastLineTornAtAnyByteIsAsIfItHadNeverBeen() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("first")
      let whole = try RealFileSystem().read(segment(folder)).count
      try store.add("second")
      let bytes = try RealFileSystem().read(segment(folder))
      for cut in stride(from: whole, to: bytes.count, by: 7) {
        try withTemporaryDirectory { copy in
          try RealFileSystem().createDirectories(copy + "/store/journal")
          try RealFileSystem().replace(segment(copy), with: Array(bytes[..<cut]))
          let opened = try TaskStore.open(copy + "/store")
          #expect(try opened.all().map(\.spec.name) == ["first"], "cut at \(cut)")
          try opened.add("third")
          #expect(try TaskStore.open(copy + "/store").all().map(\.spec.name) == ["first", "third"])
          let kept = try RealFileSystem().exists(copy + "/store/damaged")
          #expect(kept == (cut > whole), "what is cut is kept")
        }
      }
    }
  }

  @Test func aDamagedLineCostsItsTaskAndNoOther() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b", "c"] { try store.add(name) }
      try store.apply(Sample.claim(), to: "b")
      try store.apply(Sample.started, to: "b")
      try store.apply(Sample.claim(), to: "c")
      var lines = try readText(segment(folder)).split(separator: "\n").map(String.init)
      lines[3] = lines[3].replacing("claimed", with: "clbimed")
      try RealFileSystem().replace(
        segment(folder), with: Array((lines.joined(separator: "\n") + "\n").utf8))

      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.task(TaskReference("a")).status == .queued)
      #expect(try opened.task(TaskReference("c")).status == .dispatched)
      #expect { try opened.task(TaskReference("b")) } throws: { error in
        if case .damagedTask? = error as? StoreError { true } else { false }
      }
      try opened.add("d")
      let aside = try RealFileSystem().list(folder + "/store/damaged")
      #expect(aside.count == 1)
      let kept = try readText(folder + "/store/damaged/" + aside[0])
      #expect(kept.contains("clbimed"))
    }
  }

  @Test func aRemovedJournalLockStillLeavesOneWriterAtATime() throws {
    try withTemporaryDirectory { folder in
      let old = try TaskStore.open(folder + "/store")
      try old.add("before")
      try RealFileSystem().remove(folder + "/store/run/journal.lock")
      let young = try TaskStore.open(folder + "/store")
      try young.add("first")
      // The older peer must lock the file the younger one locks, not the one that is gone.
      let lock = try FileLock.take(folder + "/store/run/journal.lock")
      let isAdded = Monitor(false)
      try Thread.start(name: "old peer") {
        // A failure shows as a task that is missing.
        _ = try? old.add("second")
        isAdded.update { $0 = true }
      }
      #expect(!isAdded.wait(until: .after(.milliseconds(100)), while: { !$0 }))
      lock.release()
      #expect(isAdded.wait(until: .after(.seconds(60)), while: { !$0 }))
      #expect(
        try TaskStore.open(folder + "/store").all().map(\.spec.name)
          == ["before", "first", "second"])
    }
  }

  @Test func aNewerFormatIsRefusedByName() throws {
    try withTemporaryDirectory { folder in
      try RealFileSystem().createDirectories(folder + "/store")
      try writeFile(folder + "/store/store.json", #"{"format":99}"#)
      #expect { try TaskStore.open(folder + "/store") } throws: { error in
        if case .newerFormat(_, 99)? = error as? StoreError { true } else { false }
      }
    }
  }

  /// Runs the same changes with a fault at every step; what was acknowledged must be there after,
  /// and what was not must be there whole or not at all.
  @Test(arguments: ["fail", "short", "crash", "power"])
  func everyFaultLeavesACommittedPrefix(_ kind: String) throws {
    let steps = try withTemporaryDirectory { folder in
      let files = FlakyFiles()
      _ = try Self.changes(folder, files)
      return files.operations
    }
    #expect(steps > 10)
    for step in 0..<steps {
      try withTemporaryDirectory { folder in
        let fault: FlakyFiles.Fault =
          switch kind {
          case "fail": .fail(at: step, .noSpace("write", "here"))
          case "short": .shortWrite(at: step, bytes: 9, .inputOutput("write", "here"))
          case "crash": .crash(at: step, keeping: 11)
          default: .powerCut(at: step)
          }
        let acknowledged = try Self.changes(folder, FlakyFiles(fault))
        let found = try TaskStore.open(folder + "/store").all().map(\.spec.name)
        let all = ["a", "b", "c"]
        #expect(found == all.filter(found.contains), "step \(step): out of order")
        for name in acknowledged { #expect(found.contains(name), "step \(step): lost \(name)") }
        // Whatever happened, the next writer can go on.
        let next = try TaskStore.open(folder + "/store")
        try next.add("next")
        #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name) == found + ["next"])
      }
    }
  }

  /// Creates three tasks, one after another, and names those that were acknowledged.
  private static func changes(_ folder: String, _ files: FlakyFiles) throws -> [String] {
    var acknowledged: [String] = []
    // A store that cannot be opened acknowledges nothing.
    guard let store = try? TaskStore.open(folder + "/store", files: files) else { return [] }
    for name in ["a", "b", "c"] {
      do throws(StoreError) {
        try store.add(name)
        acknowledged.append(name)
      } catch {
        continue
      }
    }
    return acknowledged
  }
}

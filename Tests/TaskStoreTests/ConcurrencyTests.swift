import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that many writers at once lose nothing and never acknowledge too early.
struct ConcurrencyTests {
  @Test func fourPeersWritingAtOnceLoseNoNumberAndKeepTheChain() throws {
    try withTemporaryDirectory { folder in
      let (peers, each) = (4, 250)
      let failures = Monitor<[String]>([])
      let running = Monitor(peers)
      for peer in 0..<peers {
        try Thread.start(name: "peer") {
          do {
            let store = try TaskStore.open(folder + "/store")
            for number in 0..<each / 2 {
              try store.add("task-\(peer)-\(number)")
              try store.apply(Sample.claim(), to: "task-\(peer)-\(number)")
            }
          } catch {
            failures.withLock { $0.append("\(error)") }
          }
          running.update { $0 -= 1 }
        }
      }
      running.wait(until: .after(.seconds(120)), while: { $0 > 0 })
      #expect(failures.withLock { $0 } == [])
      let store = try TaskStore.open(folder + "/store")
      #expect(try store.number() == peers * each)
      let records = try store.all()
      #expect(records.count == peers * each / 2)
      #expect(records.allSatisfy { $0.revision == 2 && $0.status == .dispatched })
      try Self.verifyChain(folder + "/store/journal/0000000001.jsonl", lines: peers * each)
    }
  }

  @Test func aJournalThatIsKeptByAnotherIsAnErrorAndNothingIsWritten() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let store = try TaskStore.open(root, files: SlowFiles(lockPatience: .milliseconds(20)))
      try store.add("first")
      let lock = root + "/run/journal.lock"
      let other = try LockFile(lock)
      try other.lock(within: .zero)
      let error = #expect(throws: StoreError.self) { try store.add("second") }
      guard case .busy(lock, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.isOfTheDisk == true)
      // Who only reads needs no lock.
      #expect(try TaskStore.open(root).all().map(\.spec.name) == ["first"])
      try other.unlock()
      try store.add("second")
      #expect(try store.number() == 2)
    }
  }

  /// Recomputes every seal from the bytes, as somebody without this program would.
  private static func verifyChain(_ path: String, lines expected: Int) throws {
    let bytes = try RealFileSystem().read(path)
    var seal = String(repeating: "0", count: 64)
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      number += 1
      let mark = Array(#","seal":""#.utf8).count + 64 + 2
      let body = Array(line.dropLast(mark))
      let value = try JSONValue.parse(line)
      let next = Hex.encode(SHA256.hash(body + Array(seal.utf8)))
      try #require(value["n"]?.intValue == number)
      try #require(value["seal"]?.stringValue == next)
      seal = next
    }
    #expect(number == expected)
  }

  @Test func aChangeIsNotAcknowledgedWhileTheSyncThatCoversItStillRuns() throws {
    try withTemporaryDirectory { folder in
      let files = SlowFiles()
      let store = try TaskStore.open(folder + "/store", files: files)
      try store.add("first")
      files.hold()
      _ = try store.create(Sample.spec("second"), by: Sample.client, nameIsGiven: true)
      _ = try store.create(Sample.spec("third"), by: Sample.client, nameIsGiven: true)
      let acknowledged = Monitor(0)
      for _ in 0..<2 {
        try Thread.start(name: "syncing") {
          // A failed sync shows as one that is not acknowledged.
          if (try? store.sync()) != nil { acknowledged.update { $0 += 1 } }
        }
      }
      files.waitUntilHeld()
      // Both threads have had the time to be wrong in.
      #expect(
        !acknowledged.wait(until: .after(.milliseconds(50)), while: { $0 == 0 }),
        "acknowledged before the medium had it")
      files.release()
      #expect(acknowledged.wait(until: .after(.seconds(60)), while: { $0 < 2 }))
    }
  }

  @Test func threadsThatShareAStoreShareTheirSyncs() throws {
    try withTemporaryDirectory { folder in
      let files = SlowFiles()
      let store = try TaskStore.open(folder + "/store", files: files)
      try store.add("first")
      let before = files.syncs
      files.hold()
      let finished = Monitor(0)
      for number in 0..<8 {
        try Thread.start(name: "adding") {
          // A failure shows as a task that is missing.
          _ = try? store.add("task-\(number)")
          finished.update { $0 += 1 }
        }
      }
      files.waitUntilHeld()
      #expect(try eventually { try store.counts()[.queued] == 9 })
      files.release()
      #expect(finished.wait(until: .after(.seconds(60)), while: { $0 < 8 }))
      #expect(files.syncs - before <= 3)
      #expect(try TaskStore.open(folder + "/store").all().count == 9)
    }
  }
}

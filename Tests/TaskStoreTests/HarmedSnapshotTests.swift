import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that nobody takes a harmed snapshot for the truth, least of all who takes away or replaces
/// what it says.
struct HarmedSnapshotTests {
  /// Makes a store whose tasks all stand in a snapshot, and a copy of it that is harmed.
  private static func makeTwins(
    in folder: String, file suffix: String = ".jsonl",
    harming words: (BlobStore.Stored, BlobStore.Stored) -> (String, String)
  ) throws -> (whole: String, harmed: String, bound: BlobStore.Stored, staged: BlobStore.Stored) {
    let (whole, harmed) = (folder + "/whole", folder + "/harmed")
    let store = try TaskStore.open(whole)
    let (bound, staged) = try PruneTests.fillWithContent(store)
    _ = try store.keep(
      Sample.schedule("daily"), nameIsGiven: true, secrets: [:], most: 9, by: Sample.client)
    try store.compactIfWorthwhile(always: true)
    let copied = try Program.run(["-a", whole, harmed], executable: "/bin/cp")
    #expect(copied.status.isSuccess)
    let files = RealFileSystem()
    let snapshots = harmed + "/snapshot"
    let name = try #require(try files.list(snapshots).first { $0.hasSuffix(suffix) })
    let path = Path.join(snapshots, name)
    let text = try readText(path)
    let (before, after) = words(bound, staged)
    try #require(text.contains(before) && before.utf8.count == after.utf8.count)
    try files.replace(path, with: Array(text.replacing(before, with: after).utf8))
    return (whole, harmed, bound, staged)
  }

  private static func otherName(
    _: BlobStore.Stored, _: BlobStore.Stored
  ) -> (String, String) { (#""name":"open""#, #""name":"opem""#) }

  @Test func whatAPruneWritesIsTheTruth() throws {
    try withTemporaryDirectory { folder in
      let twins = try Self.makeTwins(in: folder, harming: Self.otherName)
      for root in [twins.whole, twins.harmed] {
        let plan = try TaskStore.open(root).prune(
          PruneTests.tenDays, by: PruneTests.actor, now: PruneTests.later)
        #expect(plan.tasks.count == 1)
      }
      let left = try TaskStore.open(twins.whole).all()
      #expect(left.count == 3)
      #expect(try TaskStore.open(twins.harmed).all() == left)
    }
  }

  @Test func contentThatIsBoundIsNotSweptAway() throws {
    try withTemporaryDirectory { folder in
      let twins = try Self.makeTwins(
        in: folder, harming: { ("\($0.cid)", "\($1.cid)") })
      let store = try TaskStore.open(twins.harmed)
      try store.sweepContent(Retention(), now: PruneTests.later)
      let blobs = try TaskStore.open(twins.harmed).blobs
      #expect(try blobs.read(twins.bound.cid, count: 100) == Array("bound".utf8))
      #expect(throws: StoreError.self) { try blobs.read(twins.staged.cid, count: 100) }
    }
  }

  @Test(arguments: [false, true])
  func aCompactionFoldsAnewAndItsSnapshotIsTaken(_ isKnown: Bool) throws {
    try withTemporaryDirectory { folder in
      let twins = try Self.makeTwins(in: folder, harming: Self.otherName)
      let store = try TaskStore.open(twins.harmed)
      let expected = try TaskStore.open(twins.whole).all()
      if isKnown {
        #expect(try store.all() == expected)
      } else {
        try store.moveInboxCursor(PruneTests.reader, to: 9, by: Sample.client)
      }
      #expect(try store.compactIfWorthwhile(always: true))
      #expect(try !store.compactIfWorthwhile(always: true), "it knows the one it has written")
      #expect(try store.all() == expected)
      let other = try TaskStore.open(twins.harmed)
      #expect(try other.all() == expected)
      #expect(try !other.compactIfWorthwhile(always: true))
    }
  }

  @Test func whatIsKeptBesideTheTasksIsReadAsItIs() throws {
    try withTemporaryDirectory { folder in
      let twins = try Self.makeTwins(
        in: folder, file: ".json", harming: { _, _ in (#""name":"daily""#, #""name":"dailx""#) })
      #expect(try TaskStore.open(twins.harmed).schedules().map(\.name) == ["daily"])
    }
  }

  @Test func whatIsAddedUpIsAddedUpOnce() throws {
    try withTemporaryDirectory { folder in
      let twins = try Self.makeTwins(in: folder, harming: Self.otherName)
      var query = TaskQuery()
      query.teamId = nil
      let names = try TaskStore.open(twins.harmed).tally(query, from: [String]()) { names, task in
        names.append(task.spec.name)
      }
      #expect(names == ["child", "open", "parent", "old"])
    }
  }
}

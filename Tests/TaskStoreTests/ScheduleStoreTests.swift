import JSON
import Posix
import Tasks
import TestSupport
import Testing

@testable import TaskStore

/// Checks that schedules are kept as tasks are: by every process, over snapshots and prunings.
struct ScheduleStoreTests {
  private static func keep(
    _ schedule: Schedule, in store: TaskStore, given: Bool = true, secrets: [String: String] = [:]
  ) throws -> TaskStore.Keeping {
    let kept = try store.keep(
      schedule, nameIsGiven: given, secrets: secrets, most: 3, by: Sample.client)
    try store.sync()
    return kept
  }

  @Test func everyProcessKnowsThemOverSnapshotAndPruning() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let cron = Rhythm.cron(try CronLine("0 9 * * mon"))
      let first = try Self.keep(Sample.schedule("a", cron), in: store).schedule
      let second = try Self.keep(Sample.schedule("b"), in: store).schedule
      let third = try Self.keep(Sample.schedule("c", .once(Sample.begin)), in: store).schedule
      let decision = Schedule.Decision(dueAt: Sample.begin, outcome: .missed, message: "m")
      #expect(try store.decide(decision, of: third.id, by: Sample.runner))
      #expect(try !store.decide(decision, of: third.id, by: Sample.runner))
      try store.removeSchedule(.name("b"), by: Sample.client)
      try store.add("task")
      var ended = third
      ended.latest = decision
      let expected = [first, ended].sorted { $0.id < $1.id }
      #expect(try TaskStore.open(folder + "/store").schedules() == expected)
      try store.compactIfWorthwhile(always: true)
      #expect(try TaskStore.open(folder + "/store").schedules() == expected)
      // What came to its end long ago goes with the next pruning, the rest is said anew.
      var retention = Retention()
      retention.tasksDays = 1
      let later = Timestamp.now.milliseconds + 400 * 86_400_000
      _ = try store.prune(retention, by: Sample.client, now: later)
      #expect(try store.schedules() == [first])
      #expect(try TaskStore.open(folder + "/store").schedules() == [first])
      #expect(throws: StoreError.self) {
        try store.removeSchedule(.id(second.id), by: Sample.client)
      }
    }
  }

  @Test func aNameIsGivenOnceAndTheSameAgainChangesNothing() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let first = try Self.keep(Sample.schedule("nightly-k3f9"), in: store).schedule
      let again = try Self.keep(Sample.schedule("nightly-k3f9"), in: store)
      #expect(again.replayed && again.schedule == first)
      #expect(throws: StoreError.self) {
        try Self.keep(Sample.schedule("nightly-k3f9", .once(Sample.begin)), in: store)
      }
      let made = try Self.keep(Sample.schedule("nightly-k3f9"), in: store, given: false)
      #expect(!made.replayed && made.schedule.name.hasPrefix("nightly-"))
      _ = try Self.keep(Sample.schedule("third"), in: store)
      let limit = #expect(throws: StoreError.self) {
        try Self.keep(Sample.schedule("fourth"), in: store)
      }
      #expect(limit.map { "\($0)".contains("limits.schedules") } == true)
    }
  }

  @Test func aTimeMakesOneTaskWhateverIsTried() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let other = try TaskStore.open(folder + "/store")
      let schedule = try Self.keep(Sample.schedule("a"), in: store).schedule
      let run = ScheduledRun(schedule: schedule.id, dueAt: Sample.begin)
      func make(_ store: TaskStore, _ name: String, key: IdempotencyKey?) throws -> TaskRecord {
        var spec = Sample.spec(name, key: key)
        spec.scheduled = run
        return try store.create(spec, by: Sample.runner, nameIsGiven: true).record
      }
      let key = IdempotencyKey(key: run.key, digest: "d")
      let made = try make(store, "one", key: key)
      #expect(try make(other, "two", key: key).id == made.id)
      // Also without the key: the schedule itself knows what was decided.
      #expect(throws: StoreError.self) { try make(other, "three", key: nil) }
      #expect(try other.schedule(.id(schedule.id)).latest == .made(run, as: made.id))
      try store.removeSchedule(.id(schedule.id), by: Sample.client)
      #expect(throws: StoreError.self) { try make(other, "four", key: nil) }
      #expect(try store.list(TaskQuery()).total == 1)
    }
  }

  @Test func aChangeIsKnownToAllAndKeepsWhatWasDecided() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let other = try TaskStore.open(folder + "/store")
      let made = try Self.keep(
        Sample.schedule("a", environment: store.storeEnvironment([:])), in: store,
        secrets: ["OLD": "o"]
      ).schedule
      let decision = Schedule.Decision(dueAt: Sample.begin, outcome: .missed)
      #expect(try other.decide(decision, of: made.id, by: Sample.runner))
      let paused = try store.change(schedule: .name("a"), most: 3, by: Sample.client) {
        $0.pause(at: $1)
      }
      #expect(paused.latest == decision && paused.pausedAt != nil)
      #expect(try other.schedules() == [paused])
      // A run that was on its way when it was paused is refused.
      let run = ScheduledRun(schedule: made.id, dueAt: Sample.begin.adding(milliseconds: 60_000))
      var spec = Sample.spec("late")
      spec.scheduled = run
      #expect(throws: StoreError.self) {
        try other.create(spec, by: Sample.runner, nameIsGiven: true)
      }
      let changed = try other.change(
        schedule: .id(made.id), secrets: ["NEW": "n"], most: 3, by: Sample.client
      ) {
        $0.order = ["brief": "c"]
        $0.resume(at: $1)
      }
      #expect(try TaskStore.open(folder + "/store").schedules() == [changed])
      let secrets = try store.environment(of: changed)
      #expect(secrets["NEW"] == "n" && secrets["OLD"] == nil)
      try store.compactIfWorthwhile(always: true)
      #expect(try TaskStore.open(folder + "/store").schedules() == [changed])
    }
  }

  @Test func itsSecretsAndContentStayUntilItGoes() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let plain = try store.storeEnvironment(["PATH": "/bin"])
      let staged = try store.blobs.put(Array("staged".utf8)).cid
      let kept = try Self.keep(
        Sample.schedule("a", environment: plain, content: [staged]), in: store,
        secrets: ["TOKEN": "s3cret"]
      ).schedule
      #expect(try store.environment(of: kept) == ["PATH": "/bin", "TOKEN": "s3cret"])
      #expect(try !readText(store.layout.journal + "/0000000001.jsonl").contains("s3cret"))
      let later = Timestamp.now.milliseconds + 90 * 86_400_000
      _ = try store.prune(Retention(), by: Sample.client, now: later)
      #expect(try store.environment(of: kept)["PATH"] == "/bin")
      #expect(try store.blobs.size(staged) == 6)
      try store.removeStraySecrets(age: .zero)
      #expect(try store.environment(of: kept)["TOKEN"] == "s3cret")
      // A crash may have come before, or behind, the line in the journal.
      try store.removeSchedule(.id(kept.id), by: Sample.client)
      try store.write(["X": "y"], to: store.layout.keys + "/schedule-\(kept.id).json")
      // A file of this very millisecond is not older than nothing yet.
      let isGone = try eventually {
        try store.removeStraySecrets(age: .zero)
        return try RealFileSystem().list(store.layout.keys).isEmpty
      }
      #expect(isGone)
      _ = try store.prune(Retention(), by: Sample.client, now: later)
      #expect(try store.blobs.size(staged) == nil)
    }
  }

  @Test func aDamagedLineAboutAScheduleDoubtsNoTask() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let task = try store.add("task")
      _ = try Self.keep(Sample.schedule("a"), in: store)
      _ = try store.add("other")
      let path = store.layout.journal + "/0000000001.jsonl"
      try writeFile(path, try readText(path).replacing(#""zone":"Eur"#, with: #""zone":"EUR"#))
      let reopened = try TaskStore.open(folder + "/store")
      #expect(try reopened.task(id: task.id)?.spec.name == "task")
      #expect(try reopened.schedules() == [])
    }
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks what becomes of times that come, and that the runner is there for them.
struct ScheduleTests {
  private static let begin = Timestamp(milliseconds: 1_800_000_000_000)

  private static var anHourAgo: Timestamp { .now.adding(milliseconds: -3_600_000) }

  private static func schedule(
    _ rhythm: Rhythm? = nil, overlap: Schedule.Overlap = .skip,
    missed: Schedule.Missed = .runOnce, from begin: Timestamp = begin, ends: Timestamp? = nil
  ) -> Schedule {
    var random = SystemRandomNumberGenerator()
    let id = TaskID.make(at: begin, using: &random)
    return Schedule(
      id: id, name: "s-\(id)".lowercased(),
      rhythm: rhythm ?? .interval(seconds: 3600, from: begin), zone: "UTC", overlap: overlap,
      missed: missed, startsAt: nil, endsAt: ends, order: [:], team: "local",
      making: Schedule.Making(
        startDirectory: "/", environment: ContentID(raw: []), content: [], mayRunCommands: true),
      createdBy: Actor(kind: .cli, name: "t"), createdAt: begin)
  }

  private static func after(minutes: Int64) -> Timestamp {
    begin.adding(milliseconds: minutes * 60_000)
  }

  private static func open(_ count: Int) throws -> [TaskRecord] {
    let cid = ContentID(raw: [])
    return try (0..<count).map { index in
      let spec = TaskSpec(
        name: "run\(index)", title: "t", taskType: "command", input: [:], inputCid: cid,
        inputSchemaCid: cid, launch: LaunchPlan(profile: "p", adapter: .shell, executable: nil))
      var random = SystemRandomNumberGenerator()
      let moment = Moment(number: 1, at: begin, by: Actor(kind: .cli, name: "t"))
      return try TaskRecord.applying(
        .created(spec), at: moment, id: TaskID.make(at: begin, using: &random), to: nil)
    }
  }

  @Test func oneRunIsMadeForWhatHasComeAndNoneBefore() throws {
    let schedule = Self.schedule()
    func step(_ minutes: Int64, _ schedule: Schedule) -> ScheduleStep? {
      ScheduleStep.due(of: schedule, now: Self.after(minutes: minutes), in: .utc, open: [])
    }
    #expect(step(59, schedule) == nil)
    #expect(step(60, schedule) == .make(dueAt: Self.after(minutes: 60), after: nil))
    // Of several that went by it is the last, however late.
    #expect(step(215, schedule) == .make(dueAt: Self.after(minutes: 180), after: nil))
    var decided = schedule
    decided.take(Schedule.Decision(dueAt: Self.after(minutes: 180), outcome: .made))
    #expect(step(215, decided) == nil)
    #expect(step(240, decided) == .make(dueAt: Self.after(minutes: 240), after: nil))
    // The last comes though its time is over when somebody wakes, and then no more.
    var ended = Self.schedule(ends: Self.after(minutes: 125))
    for minutes in [120, 121, 125, 126, 600] as [Int64] {
      #expect(step(minutes, ended) == .make(dueAt: Self.after(minutes: 120), after: nil))
    }
    ended.take(Schedule.Decision(dueAt: Self.after(minutes: 120), outcome: .made))
    #expect(step(600, ended) == nil)
  }

  @Test func aRunWaitsForTheLastThatWasMadeWhateverIsMoreUrgent() throws {
    let runs = try Self.open(3).sorted { $0.id < $1.id }
    let step = ScheduleStep.due(
      of: Self.schedule(overlap: .queue), now: Self.after(minutes: 60), in: .utc,
      open: [runs[2], runs[0], runs[1]])
    #expect(step == .make(dueAt: Self.after(minutes: 60), after: runs[2].id))
  }

  @Test func whatWasMissedIsMadeUpForOrNotAsWasAskedFor() throws {
    let skipping = Self.schedule(missed: .skip)
    let late = ScheduleStep.due(of: skipping, now: Self.after(minutes: 75), in: .utc, open: [])
    guard case .note(let decision)? = late else {
      Issue.record("\(String(describing: late))")
      return
    }
    #expect(decision.outcome == .missed && decision.dueAt == Self.after(minutes: 60))
    // A few minutes are no miss: nothing is there at the very second after a restart.
    let onTime = ScheduleStep.due(of: skipping, now: Self.after(minutes: 65), in: .utc, open: [])
    #expect(onTime == .make(dueAt: Self.after(minutes: 60), after: nil))
  }

  @Test func aRunStillOpenIsWaitedForOrPassedOver() throws {
    let now = Self.after(minutes: 60)
    let open = try Self.open(1)
    guard
      case .note(let decision)? = ScheduleStep.due(
        of: Self.schedule(), now: now, in: .utc, open: open)
    else {
      Issue.record("it was not skipped")
      return
    }
    #expect(decision.outcome == .skipped && decision.message?.contains("run0") == true)
    let queueing = Self.schedule(overlap: .queue)
    let queued = ScheduleStep.due(of: queueing, now: now, in: .utc, open: open)
    #expect(queued == .make(dueAt: now, after: open[0].id))
    // No endless queue behind one that never ends.
    let many = try Self.open(ScheduleStep.backlog)
    guard case .note? = ScheduleStep.due(of: queueing, now: now, in: .utc, open: many) else {
      Issue.record("the queue has no end")
      return
    }
  }

  @Test func nothingComesOfWhatIsPausedNorIsMadeUpFor() throws {
    var schedule = Self.schedule()
    schedule.pause(at: Self.after(minutes: 30))
    func step(_ minutes: Int64) -> ScheduleStep? {
      ScheduleStep.due(of: schedule, now: Self.after(minutes: minutes), in: .utc, open: [])
    }
    #expect(step(60) == nil && schedule.nextDue(in: .utc) == nil)
    #expect(!schedule.awaits(Self.after(minutes: 60)))
    schedule.resume(at: Self.after(minutes: 190))
    #expect(step(190) == nil && schedule.nextDue(in: .utc) == Self.after(minutes: 240))
    #expect(step(240) == .make(dueAt: Self.after(minutes: 240), after: nil))
    #expect(!schedule.awaits(Self.after(minutes: 180)))
  }

  /// Is work that only writes down what it was to do.
  private final class Diary: ScheduledWork {
    private let entries = Monitor<[(run: ScheduledRun, at: Timestamp)]>([])
    private let store: TaskStore
    private let refusal: ScheduledWorkError?

    init(_ store: TaskStore, refusing refusal: ScheduledWorkError? = nil) {
      self.store = store
      self.refusal = refusal
    }

    var runs: [(run: ScheduledRun, at: Timestamp)] { entries.withLock { $0 } }

    func make(
      _ run: ScheduledRun, of schedule: Schedule, after: TaskID?
    ) throws(ScheduledWorkError) {
      entries.update { $0.append((run, .now)) }
      if let refusal { throw refusal }
      do throws(StoreError) {
        let decision = Schedule.Decision(dueAt: run.dueAt, outcome: .made)
        _ = try store.decide(decision, of: schedule.id, by: Stage.actor)
      } catch {
        throw .refused("\(error)")
      }
    }
  }

  private func keep(_ schedule: Schedule, _ stage: Stage) throws {
    _ = try stage.store.keep(
      schedule, nameIsGiven: true, secrets: [:], most: 9, by: Stage.actor)
    try stage.store.sync()
  }

  private func run(_ stage: Stage, _ diary: Diary) -> Int32 {
    Runner.run(
      root: stage.root, stay: false, executable: "/nonexistent",
      build: Build(version: "1", build: "1"), environment: stage.environment,
      idleLimit: .milliseconds(20), scheduling: { _ in diary })
  }

  @Test func theRunnerStaysForWhatIsToComeAndIsOnTime() throws {
    try withStage { stage in
      let due = Timestamp.now.adding(milliseconds: 400)
      try keep(Self.schedule(.once(due), from: .now), stage)
      let diary = Diary(stage.store)
      #expect(run(stage, diary) == 0)
      let runs = diary.runs
      #expect(runs.map(\.run.dueAt) == [due])
      #expect(runs.allSatisfy { $0.at >= due && $0.at < due.adding(milliseconds: 60_000) })
    }
  }

  @Test func aRunThatIsRefusedIsNotedAndNotTriedForEver() throws {
    try withStage { stage in
      let schedule = Self.schedule(.once(.now), from: Self.anHourAgo)
      try keep(schedule, stage)
      let diary = Diary(stage.store, refusing: .refused("the directory is gone"))
      #expect(run(stage, diary) == 0)
      #expect(diary.runs.count == 1)
      let latest = try stage.store.schedule(.id(schedule.id)).latest
      #expect(latest?.outcome == .failed && latest?.message == "the directory is gone")
    }
  }

  @Test func theRulesOfAZoneAreReadAnewAfterAWhile() throws {
    /// Writes a zone that is always so many seconds east of UTC (RFC 8536).
    func zone(_ seconds: UInt8) -> [UInt8] {
      let counts: [UInt8] = [0, 0, 0, 0, 1, 4].flatMap { [0, 0, 0, $0] }
      return Array("TZif".utf8) + Array(repeating: 0, count: 16) + counts
        + [0, 0, 0, seconds, 0, 0] + Array("ABC\0".utf8)
    }
    try withTemporaryDirectory { folder in
      let zones = ZoneFolder(environment: [:], folders: [folder])
      var kept = ZoneMemory(zones)
      var brief = ZoneMemory(zones, life: .zero)
      for seconds in [1, 2] as [UInt8] {
        try RealFileSystem().replace(folder + "/Zone", with: zone(seconds))
        let (isOld, isOlder) = (kept.forget(), brief.forget())
        let (old, new) = (kept.rules(of: "Zone"), brief.rules(of: "Zone"))
        #expect(!isOld && old?.offset(at: 0) == 1)
        #expect(isOlder && new?.offset(at: 0) == Int64(seconds))
      }
    }
  }

  @Test func aZoneNobodyKnowsKeepsNothingElseFromComing() throws {
    try withStage { stage in
      var lost = Self.schedule(.interval(seconds: 60, from: Self.anHourAgo), from: Self.anHourAgo)
      lost.zone = "Atlantis/Capital"
      try keep(lost, stage)
      try keep(Self.schedule(.once(.now), from: Self.anHourAgo), stage)
      let diary = Diary(stage.store)
      #expect(run(stage, diary) == 0)
      #expect(diary.runs.count == 1)
    }
  }
}

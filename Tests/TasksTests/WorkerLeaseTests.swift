import JSON
import Tasks
import Testing

/// Checks what an outside worker's lease does to a task, with time as a value.
@Suite struct WorkerLeaseTests {
  private static let lapse = Sample.start.adding(milliseconds: 60_000)

  private static func claim(_ attemptN: Int = 1, lease: String = "lease-1") -> TaskEvent {
    .claimed(
      Claim(
        attemptN: attemptN, leaseId: lease, profile: "crew",
        worker: WorkerLease(worker: "ann", seconds: 60, expiresAt: Self.lapse)))
  }

  private static func claimed(attempts: Int = 1) throws -> TaskRecord {
    var spec = Sample.spec()
    spec.maxAttempts = attempts
    return try Sample.record([claim()], spec: spec)
  }

  private static func abandoned(_ attemptN: Int, _ lease: String) -> TaskEvent {
    .abandoned(
      Abandonment(
        attemptN: attemptN, leaseId: lease, error: AttemptError(.interrupted, "Gave up.")))
  }

  @Test func aWorkerBeginsWithItsClaim() throws {
    let task = try Self.claimed()
    #expect(task.status == .running && task.startedAt != nil)
    #expect(task.latestAttempt?.status == .running)
    #expect(task.latestAttempt?.worker?.worker == "ann")
  }

  @Test func aSignOfLifeLengthensTheLeaseOfItsHolderOnly() throws {
    let later = Self.lapse.adding(milliseconds: 60_000)
    let task = try Self.claimed()
    let sign = TaskEvent.renewed(Heartbeat(attemptN: 1, leaseId: "lease-1", expiresAt: later))
    #expect(try task.after(sign).latestAttempt?.worker?.expiresAt == later)
    let other = TaskEvent.renewed(Heartbeat(attemptN: 1, leaseId: "other", expiresAt: later))
    #expect(task.refusal(of: other) == .lostLease)
    let agents = try Sample.record(Sample.way(to: .running))
    #expect(agents.refusal(of: sign) == .lostLease, "an agent of ours has no such lease")
  }

  @Test func whatIsGivenUpGoesBackToTheQueueWhileAttemptsRemain() throws {
    let back = try Self.claimed(attempts: 2).after(Self.abandoned(1, "lease-1"))
    #expect(back.status == .queued && back.completedAt == nil && back.error == nil)
    #expect(back.latestAttempt?.status == .aborted)
    #expect(back.refusal(of: Self.abandoned(1, "lease-1")) == .status(.queued))
    let again = try back.after(Self.claim(2, lease: "lease-2"))
    #expect(again.refusal(of: Self.abandoned(1, "lease-1")) != nil, "a late write")
    let over = try again.after(Self.abandoned(2, "lease-2"))
    #expect(over.status == .failed && over.error?.code == .interrupted)
    #expect(over.completedAt != nil)
  }

  @Test func whoseEndWasAskedForIsCancelledInstead() throws {
    let task = try Self.claimed(attempts: 2).after(.cancelRequested(reason: "stop"))
    let over = try task.after(Self.abandoned(1, "lease-1"))
    #expect(over.status == .cancelled && over.latestAttempt?.status == .cancelled)
  }

  @Test func timeAloneTakesATaskBackAndEndsWhatTakesTooLong() throws {
    let task = try Self.claimed()
    #expect(task.lapse(now: Self.lapse.adding(milliseconds: -1)) == nil)
    guard case .abandoned(let end)? = task.lapse(now: Self.lapse) else {
      Issue.record("a silent worker keeps its task")
      return
    }
    #expect(end.leaseId == "lease-1" && end.error.message.contains("ann gave no sign of life"))
    let limit = try #require(task.workEnd)
    guard case .settled(let late)? = task.lapse(now: limit) else {
      Issue.record("a task outlasts its time")
      return
    }
    #expect(late.outcome == .failed(AttemptError(.timeout, "It ran longer than 7200 s.")))
    let agents = try Sample.record(Sample.way(to: .running))
    #expect(agents.lapse(now: limit) == nil)
  }

  @Test func noLeaseOutlastsTheTimeTheTaskMayTake() throws {
    var spec = Sample.spec()
    spec.runningTimeoutSec = 30
    let task = try Sample.record([Self.claim()], spec: spec)
    let limit = try #require(task.workEnd)
    #expect(limit < Self.lapse && task.latestAttempt?.worker?.expiresAt == limit)
    guard case .settled? = task.lapse(now: limit) else {
      Issue.record("its worker keeps it beyond its time")
      return
    }
  }
}

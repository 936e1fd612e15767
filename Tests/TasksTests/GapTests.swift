import JSON
import Tasks
import Testing

/// Checks what is known of a task behind a gap: each event says by itself how the task stands.
struct GapTests {
  private static let id = TaskID(bytes: Array(repeating: 7, count: 16))
  private static let actor = Actor(kind: .runner, name: "runner")
  private static let claim = TaskEvent.claimed(
    Claim(attemptN: 2, leaseId: "second", profile: "shell"))
  private static let start = TaskEvent.started(
    Start(
      attemptN: 2, leaseId: "second",
      executor: Executor(
        agent: "shell", host: "here", pid: 1, startedAtTicks: 1, supervisorPid: 1),
      workspace: AttemptWorkspace(mode: .none, path: "/")))

  private static func settled(_ outcome: Settlement.Outcome) -> TaskEvent {
    .settled(Settlement(attemptN: 2, leaseId: "second", outcome: outcome, summary: "all of it"))
  }

  private static func moment(_ number: Int) -> Moment {
    Moment(number: number, at: Timestamp(milliseconds: Int64(number)), by: actor)
  }

  private static var remnant: TaskRecord {
    .remnant(id, name: "known", team: nil, at: moment(1))
  }

  static let events: [(TaskEvent, TaskStatus, Int)] = [
    (claim, .dispatched, 2), (start, .running, 2), (settled(.completed), .completed, 2),
    (settled(.failed(AttemptError(.timeout, "late"))), .failed, 2),
    (settled(.cancelled), .cancelled, 2), (.cancelled(reason: nil), .cancelled, 0),
    (.failed(AttemptError(.unknown, "so")), .failed, 0), (.expired, .expired, 0),
    // These say too little by themselves.
    (.released, .queued, 0), (.cancelRequested(reason: nil), .queued, 0),
    (.inputWithdrawn(requestId: "r"), .queued, 0),
    (.claimed(Claim(attemptN: 1 << 40, leaseId: "l", profile: "shell")), .queued, 0),
  ]

  @Test(arguments: events)
  func anEventBehindAGapSaysHowTheTaskStands(
    _ event: TaskEvent, _ status: TaskStatus, _ attempts: Int
  ) {
    let known = Self.remnant.goingOn(with: event, revision: 9, at: Self.moment(20))
    #expect(known.status == status && known.attemptCount == attempts)
    #expect(known.revision == 9 && known.number == 20 && known.spec.name == "known")
    #expect(known.attempts.map(\.attemptN) == Array(0..<attempts).map { $0 + 1 })
    if attempts > 0 { #expect(known.latestAttempt?.leaseId == "second") }
    if status == .completed { #expect(known.resultSummary == "all of it") }
    #expect(status.isTerminal == (known.completedAt != nil))
  }

  @Test func eventsAfterOneAnotherGoOnFromThere() {
    var known = Self.remnant
    for (number, event) in [Self.start, Self.claim, Self.settled(.completed)].enumerated() {
      known = known.goingOn(with: event, revision: number + 5, at: Self.moment(number + 10))
    }
    #expect(known.status == .completed && known.attemptCount == 2 && known.revision == 7)
    let said = known.saidAnew(at: Self.moment(30), name: "other")
    #expect(said.revision == 8 && said.number == 30 && said.spec.name == "other")
    #expect(said.status == .completed && said.attempts == known.attempts)
  }

  @Test func aRemnantWithoutANameIsCalledByItsId() {
    let record = TaskRecord.remnant(Self.id, name: nil, team: "ours", at: Self.moment(1))
    #expect(record.spec.name == "unreadable-070707070707" && TaskName.isValid(record.spec.name))
    #expect(record.spec.teamId == "ours")
    #expect(record.queuedAt == Self.id.createdAt)
  }
}

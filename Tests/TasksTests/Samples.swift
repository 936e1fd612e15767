import JSON
import Tasks
import TestSupport

/// Ready-made values for tables.
enum Sample {
  static let start = Timestamp(milliseconds: 1_795_253_400_123)
  static let client = Actor(kind: .client, name: "claude-ai 0.1.0")
  static let runner = Actor(kind: .runner, name: "runner")
  static let cid = ContentID(raw: [1, 2, 3])

  static func id(_ seed: UInt64 = 1) -> TaskID {
    var random = SeededRandom(seed)
    return TaskID.make(at: start, using: &random)
  }

  static func spec() -> TaskSpec {
    TaskSpec(
      name: "fix-login-test-k3f9", title: "Fix the login test", taskType: "freeform",
      input: ["brief": "Fix the login test."], inputCid: cid, inputSchemaCid: cid,
      launch: LaunchPlan(profile: "claude", adapter: .command, executable: "/usr/bin/claude"))
  }

  static func moment(_ number: Int, by actor: Actor = runner) -> Moment {
    Moment(number: number, at: start.adding(milliseconds: Int64(number) * 1000), by: actor)
  }

  static let executor = Executor(
    agent: "claude", host: "box", pid: 100, startedAtTicks: 5000, supervisorPid: 99)
  static let workspace = AttemptWorkspace(mode: .sharedMount, path: "/home/a/project")
  static let error = AttemptError(.agentCrashed, "The agent ended with 1.")
  static let warned = TaskEvent.budgetWarned(
    BudgetWarning(attemptN: 1, leaseId: "lease-1", text: "80 % of the budget."))
  static let counted = TaskEvent.usageCounted(
    UsageCount(attemptN: 1, leaseId: "lease-1", usage: Usage(outputTokens: 7, costUsd: 0.5)))
  static let pause = Settlement.Pause(
    AttemptError(.agentQuota, "Used up."), resumeAt: Timestamp(milliseconds: 1_800_000_000_000))

  static let abandoned = TaskEvent.abandoned(
    Abandonment(attemptN: 1, leaseId: "lease-1", error: AttemptError(.interrupted, "Gave up.")))

  static func claim(_ attemptN: Int = 1, lease: String = "lease-1") -> TaskEvent {
    .claimed(Claim(attemptN: attemptN, leaseId: lease, profile: "claude"))
  }

  static func started(_ attemptN: Int = 1, lease: String = "lease-1") -> TaskEvent {
    .started(
      Start(attemptN: attemptN, leaseId: lease, executor: executor, workspace: workspace))
  }

  static func asked(_ requestId: String = "q-1", attemptN: Int = 1) -> TaskEvent {
    .inputRequested(
      InputRequest(
        requestId: requestId, attemptN: attemptN, question: "Which one?", options: ["a", "b"],
        askedAt: start))
  }

  static func answered(_ requestId: String = "q-1") -> TaskEvent {
    .inputAnswered(requestId: requestId, answer: "a")
  }

  static func said(
    _ sendId: String = "s-1", _ timing: Steering.Timing = .afterTurn
  ) -> TaskEvent {
    .messageSent(Saying(sendId: sendId, text: "Use tabs.", timing: timing))
  }

  static func settled(
    _ outcome: Settlement.Outcome, attemptN: Int = 1, lease: String = "lease-1"
  ) -> TaskEvent {
    .settled(
      Settlement(
        attemptN: attemptN, leaseId: lease, outcome: outcome, output: ["summary": "Fixed."],
        outputCid: cid, summary: "Fixed.", usage: Usage(inputTokens: 10, costUsd: 0.5),
        exit: ProcessExit(code: 0)))
  }

  static func retried(feedback: String? = nil) -> TaskEvent {
    .retried(Retry(reason: "Again.", feedback: feedback, launch: spec().launch))
  }

  static func reviewed(_ isAccepted: Bool, attemptN: Int = 1) -> TaskEvent {
    .reviewed(Verdict(attemptN: attemptN, isAccepted: isAccepted, comments: "Because."))
  }

  static func artifact(_ id: String = "art-1", attemptN: Int? = nil) -> Artifact {
    Artifact(
      id: id, attemptN: attemptN, kind: "report", title: "Report", contentType: "text/plain",
      sizeBytes: 3, cid: cid, createdAt: start, createdBy: client)
  }

  /// Folds events after the creation of a task, numbered from 2.
  static func record(
    _ events: [TaskEvent] = [], spec: TaskSpec = spec()
  ) throws(IllegalTransition) -> TaskRecord {
    var record = try TaskRecord.applying(
      .created(spec), at: moment(1, by: client), id: id(), to: nil)
    for event in events { record = try record.after(event) }
    return record
  }

  /// The shortest way into each status.
  static func way(to status: TaskStatus) -> [TaskEvent] {
    switch status {
    case .waiting: [.held(.directoryBusy, resumeAt: nil)]
    case .queued: []
    case .dispatched: [claim()]
    case .running: [claim(), started()]
    case .inputRequired: [claim(), started(), asked()]
    case .completed: [claim(), started(), settled(.completed)]
    case .failed: [claim(), started(), settled(.failed(error))]
    case .cancelled: [.cancelled(reason: "not needed")]
    case .expired: [.expired]
    }
  }
}

extension TaskRecord {
  /// Folds one more event, a second after the last.
  func after(_ event: TaskEvent) throws(IllegalTransition) -> TaskRecord {
    try TaskRecord.applying(event, at: Sample.moment(number + 1), id: id, to: self)
  }

  /// Gives why an event is refused; nil when it is not.
  func refusal(of event: TaskEvent) -> IllegalTransition.Cause? {
    do {
      _ = try after(event)
      return nil
    } catch {
      return error.cause
    }
  }
}

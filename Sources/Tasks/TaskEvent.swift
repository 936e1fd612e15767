import JSON

/// Changes a task; the journal's vocabulary, and the only way a record ever differs.
package enum TaskEvent: Sendable, Hashable {
  /// The task exists; nothing has run.
  case created(TaskSpec)
  /// It may not start yet.
  case held(HoldReason, resumeAt: Timestamp?)
  /// What held it is gone.
  case released
  /// A runner took it and holds the attempt's lock.
  case claimed(Claim)
  /// The agent's process lives.
  case started(Start)
  case inputRequested(InputRequest)
  case inputAnswered(requestId: String, answer: JSONValue)
  /// The agent no longer asks: it went on, or its turn was stopped.
  case inputWithdrawn(requestId: String)
  /// Somebody says something to the running agent.
  case messageSent(Saying)
  /// They take it back before it was heard.
  case messageWithdrawn(sendId: String)
  /// The agent has it.
  case messageDelivered(sendId: String)
  /// A limit on what the attempt may use is nearly reached.
  case budgetWarned(BudgetWarning)
  /// What the attempt has used so far.
  case usageCounted(UsageCount)
  /// The agent says how far it is.
  case reported(Report)
  /// The agent hands in its output, before its end.
  case outputSubmitted(Submission)
  /// Somebody wants it to end; the owner settles it once the tree is gone.
  case cancelRequested(reason: String?)
  /// It ended before anything ran: cancelled by somebody.
  case cancelled(reason: String?)
  /// It ended before anything ran: it cannot start.
  case failed(AttemptError)
  /// It ended before anything ran: its time passed.
  case expired
  /// The outside worker that holds the attempt lives.
  case renewed(Heartbeat)
  /// That worker gave the attempt up, or fell silent; the task is another's to take, if it may.
  case abandoned(Abandonment)
  case artifactBound(Artifact)
  /// The attempt's end and the task's, in one line, so that they cannot disagree.
  case settled(Settlement)
  /// Somebody accepts or rejects what a completed attempt handed in.
  case reviewed(Verdict)
  /// An ended task goes back to the queue.
  case retried(Retry)
  case updated(TaskUpdate)
  case commented(Remark)
  /// Somebody puts an ended task into the bin.
  case deleted
  /// They take it out again.
  case restored
}

/// Says who took a task, and the lease that guards every later write of the attempt.
package struct Claim: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var profile: String
  /// The earlier attempt whose conversation is gone on with, as after a wait for quota.
  package var resumes: Int?
  /// Is set where an outside worker takes it, which begins at once.
  package var worker: WorkerLease?
  /// Says which outputs the task is about, where that was not known before.
  package var references: [WorkReference]?

  package init(
    attemptN: Int, leaseId: String, profile: String, resumes: Int? = nil,
    worker: WorkerLease? = nil, references: [WorkReference]? = nil
  ) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.profile = profile
    self.resumes = resumes
    self.worker = worker
    self.references = references
  }
}

/// Says what was started, where.
package struct Start: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var executor: Executor
  package var workspace: AttemptWorkspace

  package init(
    attemptN: Int, leaseId: String, executor: Executor, workspace: AttemptWorkspace
  ) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.executor = executor
    self.workspace = workspace
  }
}

/// Says which limit is nearly reached.
package struct BudgetWarning: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var text: String

  package init(attemptN: Int, leaseId: String, text: String) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.text = text
  }
}

/// Says how an attempt ended: the process, the claim, and what both mean for the task.
package struct Settlement: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var outcome: Outcome
  package var output: JSONValue?
  package var outputCid: ContentID?
  package var signature: String?
  /// What was found of the success criteria by us.
  package var checked: Verification?
  package var checks: [CheckEvidence]
  package var summary: String?
  package var usage: Usage
  package var workspace: AttemptWorkspace?
  package var session: AttemptSession?
  package var exit: ProcessExit?
  package var survivors: [String]
  /// How many messages were kept of it by then; nil in what older versions wrote.
  package var messageCount: Int?

  /// Names the ways an attempt can end.
  package enum Outcome: Sendable, Hashable {
    case completed
    case failed(AttemptError)
    case cancelled
    /// It was stopped by a quota that comes back: the task waits, and goes on where it was.
    case paused(Pause)
  }

  /// Says what stopped an attempt, and when that is over.
  package struct Pause: Sendable, Hashable {
    package var error: AttemptError
    package var resumeAt: Timestamp

    package init(_ error: AttemptError, resumeAt: Timestamp) {
      self.error = error
      self.resumeAt = resumeAt
    }
  }

  package init(
    attemptN: Int, leaseId: String, outcome: Outcome, output: JSONValue? = nil,
    outputCid: ContentID? = nil, signature: String? = nil, checked: Verification? = nil,
    checks: [CheckEvidence] = [],
    summary: String? = nil, usage: Usage = Usage(), workspace: AttemptWorkspace? = nil,
    session: AttemptSession? = nil,
    exit: ProcessExit? = nil, survivors: [String] = [], messageCount: Int? = nil
  ) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.outcome = outcome
    self.output = output
    self.outputCid = outputCid
    self.signature = signature
    self.checked = checked
    self.checks = checks
    self.summary = summary
    self.usage = usage
    self.workspace = workspace
    self.session = session
    self.exit = exit
    self.survivors = survivors
    self.messageCount = messageCount
  }
}

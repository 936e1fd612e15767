import JSON

/// Names the process tree that carries an attempt; a pid counts only with its start time.
package struct Executor: Sendable, Hashable {
  package var agent: String
  package var version: String?
  package var model: String?
  package var host: String
  package var pid: Int
  package var startedAtTicks: UInt64
  package var supervisorPid: Int
  /// Whether it hears what is said to it; nil where that is as its adapter has it.
  package var hears: Bool?

  package init(
    agent: String, version: String? = nil, model: String? = nil, host: String, pid: Int,
    startedAtTicks: UInt64, supervisorPid: Int, hears: Bool? = nil
  ) {
    self.agent = agent
    self.version = version
    self.model = model
    self.host = host
    self.pid = pid
    self.startedAtTicks = startedAtTicks
    self.supervisorPid = supervisorPid
    self.hears = hears
  }
}

/// Says how the agent's process ended; one of three facts that are never mixed.
package struct ProcessExit: Sendable, Hashable {
  package var code: Int?
  package var signal: Int?

  package init(code: Int? = nil, signal: Int? = nil) {
    self.code = code
    self.signal = signal
  }
}

/// Describes where an attempt worked and what git said about it, before and after.
package struct AttemptWorkspace: Sendable, Hashable {
  package var mode: WorkspaceMode
  package var path: String
  package var branch: String?
  package var baseCommit: String?
  package var headCommit: String?
  package var dirty: Bool?

  package init(
    mode: WorkspaceMode, path: String, branch: String? = nil, baseCommit: String? = nil,
    headCommit: String? = nil, dirty: Bool? = nil
  ) {
    self.mode = mode
    self.path = path
    self.branch = branch
    self.baseCommit = baseCommit
    self.headCommit = headCommit
    self.dirty = dirty
  }
}

/// Explains a failed attempt to whoever must act on it.
package struct AttemptError: Sendable, Hashable {
  package var code: FailureReason
  package var message: String
  package var retryable: Bool
  package var nextStep: String

  /// Takes the usual next step for its code, unless this case has a better one.
  package init(_ code: FailureReason, _ message: String, nextStep: String? = nil) {
    self.code = code
    self.message = message
    retryable = code.isRetryable
    self.nextStep = nextStep ?? code.nextStep
  }

  /// Says what happened and the next step, as two sentences also where an agent wrote the first.
  package var explanation: String {
    let isSentence = message.last.map { ".!?…".contains($0) } ?? true
    return message + (isSentence ? " " : ". ") + nextStep
  }
}

/// Records one run of a task: who claimed it, how it went, what it handed in.
package struct Attempt: Sendable, Hashable {
  package var attemptN: Int
  package var status: AttemptStatus
  package var leaseId: String
  package var profile: String
  /// The earlier attempt of the same task whose conversation this one goes on with.
  package var resumes: Int?
  package var claimedAt: Timestamp
  /// Is set where an outside worker carries it out.
  package var worker: WorkerLease?
  package var executor: Executor?
  package var startedAt: Timestamp?
  package var completedAt: Timestamp?
  package var output: JSONValue?
  package var outputCid: ContentID?
  /// The user's signature over the text of `outputCid`, as ssh-keygen writes it.
  package var signature: String?
  package var signedAt: Timestamp?
  /// What was found of the success criteria by us, beside what the agent claims.
  package var checked: Verification?
  /// What our own commands found in the workspace after the claim.
  package var checks: [CheckEvidence] = []
  package var error: AttemptError?
  package var usage: Usage = Usage()
  /// The limit that was nearly reached last.
  package var warning: String?
  package var workspace: AttemptWorkspace?
  package var session: AttemptSession?
  package var exit: ProcessExit?
  /// Processes that could not be ended, by pid and name; empty is the promise.
  package var survivors: [String] = []
  /// How many messages were kept of it when it ended, so that lost ones are missed.
  package var messageCount: Int?

  package init(
    attemptN: Int, leaseId: String, profile: String, resumes: Int? = nil, claimedAt: Timestamp
  ) {
    self.attemptN = attemptN
    status = .claimed
    self.leaseId = leaseId
    self.profile = profile
    self.resumes = resumes
    self.claimedAt = claimedAt
  }

  /// Tells whether a quota stopped it: what follows carries it on, and counts as one with it.
  package var isPaused: Bool { status == .aborted && error?.code == .agentQuota }
}

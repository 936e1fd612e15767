import JSON

extension Executor: JSONCodable {
  package static let json = Codec.object(
    Self.init(agent:version:model:host:pid:startedAtTicks:supervisorPid:hears:),
    required("agent", \.agent, .string, "The agent's name."),
    optional("version", \.version, .string, "Its version."),
    optional("model", \.model, .string, "Its model."),
    required("host", \.host, .string, "The machine."),
    required("pid", \.pid, .int, "The agent's process."),
    required("startedAtTicks", \.startedAtTicks, .ticks, "Start time of that process."),
    required("supervisorPid", \.supervisorPid, .int, "The process that owns the attempt."),
    optional("hears", \.hears, .bool, "Whether it hears messages."))
}

extension Codec where Value == UInt64 {
  /// A process's start time in the system's own ticks, which fit 63 bits.
  fileprivate static var ticks: Codec<UInt64> {
    Codec<Int>.int(0 ... .max).map(
      { UInt64($0) }, expected: "a number of ticks", from: { Int(clamping: $0) })
  }
}

extension ProcessExit: JSONCodable {
  package static let json = Codec.object(
    Self.init(code:signal:),
    optional("code", \.code, .int, "Exit code."),
    optional("signal", \.signal, .int, "Signal that ended it."))
}

extension AttemptWorkspace: JSONCodable {
  package static let json = Codec.object(
    Self.init(mode:path:branch:baseCommit:headCommit:dirty:),
    required("mode", \.mode, WorkspaceMode.json, "Whose directory it was."),
    required("path", \.path, .string, "Absolute path."),
    optional("branch", \.branch, .string, "Branch checked out."),
    optional("baseCommit", \.baseCommit, .string, "Commit before."),
    optional("headCommit", \.headCommit, .string, "Commit after."),
    optional("dirty", \.dirty, .bool, "Whether changes are uncommitted."))
}

extension AttemptError: JSONCodable {
  package static let json = Codec.object(
    Self.assembled,
    required("code", \.code, FailureReason.json, "Why it failed."),
    required("message", \.message, .string, "What happened."),
    required("retryable", \.retryable, .bool, "Whether the same may succeed unchanged."),
    required("nextStep", \.nextStep, .string, "What to do next."))

  /// Keeps the words of the version that wrote the error.
  private static func assembled(
    code: FailureReason, message: String, retryable: Bool, nextStep: String
  ) -> AttemptError {
    var error = AttemptError(code, message)
    error.retryable = retryable
    error.nextStep = nextStep
    return error
  }
}

extension Attempt: JSONCodable {
  package static let json = Codec.object(
    Self.assembled,
    required("attemptN", \.attemptN, .int(1 ... .max), "Counts from 1."),
    required("status", \.status, AttemptStatus.json, "How it stands."),
    required("leaseId", \.leaseId, .string, "Guards every write."),
    required("profile", \.profile, .string, "Who ran it."),
    optional("resumes", \.resumes, .int(1 ... .max), "The attempt it goes on with."),
    required("claimedAt", \.claimedAt, .timestamp, "When it was taken."),
    optional("worker", \.worker, WorkerLease.json, "The outside worker that holds it."),
    optional("executor", \.executor, Executor.json, "The processes."),
    optional("startedAt", \.startedAt, .timestamp, "When the agent began."),
    optional("completedAt", \.completedAt, .timestamp, "When it ended, however."),
    optional("output", \.output, .any, "What the agent claims."),
    optional("outputCid", \.outputCid, .contentID, "Content id of the output."),
    optional("signature", \.signature, .string, "Signature over it."),
    optional("signedAt", \.signedAt, .timestamp, "When it was signed."),
    optional("checked", \.checked, Verification.json, "What we found of the criteria."),
    defaulted("checks", \.checks, .array(of: CheckEvidence.json), [], "What our commands found."),
    optional("error", \.error, AttemptError.json, "Why it failed."),
    defaulted("usage", \.usage, Usage.json, Usage(), "What it used."),
    optional("warning", \.warning, .string, "The limit nearly reached."),
    optional("workspace", \.workspace, AttemptWorkspace.json, "Where it worked."),
    optional("session", \.session, AttemptSession.json, "The agent's conversation."),
    optional("exit", \.exit, ProcessExit.json, "How the process ended."),
    defaulted("survivors", \.survivors, .array(of: .string), [], "Processes still alive."),
    optional("messageCount", \.messageCount, .int(0 ... .max), "How many messages there are."))

  private static func assembled(
    attemptN: Int, status: AttemptStatus, leaseId: String, profile: String,
    resumes: Int?, claimedAt: Timestamp, worker: WorkerLease?, executor: Executor?,
    startedAt: Timestamp?,
    completedAt: Timestamp?, output: JSONValue?, outputCid: ContentID?, signature: String?,
    signedAt: Timestamp?, checked: Verification?,
    checks: [CheckEvidence], error: AttemptError?, usage: Usage, warning: String?,
    workspace: AttemptWorkspace?,
    session: AttemptSession?,
    exit: ProcessExit?, survivors: [String], messageCount: Int?
  ) -> Attempt {
    var attempt = Attempt(
      attemptN: attemptN, leaseId: leaseId, profile: profile, resumes: resumes,
      claimedAt: claimedAt)
    attempt.status = status
    attempt.worker = worker
    attempt.executor = executor
    attempt.startedAt = startedAt
    attempt.completedAt = completedAt
    attempt.output = output
    attempt.outputCid = outputCid
    attempt.signature = signature
    attempt.signedAt = signedAt
    attempt.checked = checked
    attempt.checks = checks
    attempt.error = error
    attempt.usage = usage
    attempt.warning = warning
    attempt.workspace = workspace
    attempt.session = session
    attempt.exit = exit
    attempt.survivors = survivors
    attempt.messageCount = messageCount
    return attempt
  }
}

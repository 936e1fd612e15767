import JSON

/// Shows one attempt to clients; the lease stays with those who may write.
package struct AttemptView: Sendable, Hashable {
  package var taskId: TaskID
  package var attemptN: Int
  package var status: AttemptStatus
  package var statusReason: String?
  package var profile: String
  package var worker: String?
  package var executor: Executor?
  package var claimedAt: Timestamp
  package var startedAt: Timestamp?
  package var completedAt: Timestamp?
  package var output: JSONValue?
  package var outputCid: ContentID?
  package var signature: String?
  package var signedAt: Timestamp?
  package var outputSizeBytes: Int?
  package var outputCut: Bool
  package var checked: Verification?
  package var checks: [CheckEvidence]
  package var error: AttemptError?
  package var usage: Usage
  package var workspace: AttemptWorkspace?
  package var session: SessionView?
  package var exit: ProcessExit?
  package var survivors: [String]
}

extension AttemptView {
  /// Shows an attempt; an output of more bytes than `outputLimit` is left out, and said to be.
  package init(_ attempt: Attempt, of task: TaskID, outputLimit: Int = ViewLimit.payload) {
    let output = PayloadView(attempt.output, limit: outputLimit)
    self.init(
      taskId: task, attemptN: attempt.attemptN, status: attempt.status,
      statusReason: attempt.error?.code.rawValue, profile: attempt.profile.cleanedWord,
      worker: attempt.worker?.worker.cleanedWord, executor: attempt.executor?.cleaned,
      claimedAt: attempt.claimedAt,
      startedAt: attempt.startedAt,
      completedAt: attempt.completedAt, output: output.value, outputCid: attempt.outputCid,
      signature: attempt.signature, signedAt: attempt.signedAt,
      outputSizeBytes: output.sizeBytes, outputCut: output.isCut,
      checked: attempt.checked?.cleaned, checks: attempt.checks.map(\.cleaned),
      error: attempt.error?.cleaned,
      usage: attempt.usage.cleaned, workspace: attempt.workspace?.cleaned,
      session: attempt.session.map { SessionView($0) }, exit: attempt.exit,
      survivors: attempt.survivors.prefix(ViewLimit.survivors).map {
        CleanText.line($0, limit: ViewLimit.title)
      })
  }

  /// Says it in one line: `attempt 1 failed (timeout) after 12.3 s, exit 143`.
  package static func line(_ attempt: Attempt) -> String {
    var line = "attempt \(attempt.attemptN) \(attempt.status.rawValue)"
    if let error = attempt.error { line += " (\(error.code.rawValue))" }
    if let start = attempt.startedAt, let end = attempt.completedAt {
      let tenths = max(0, (end.milliseconds - start.milliseconds) / 100)
      line += " after \(tenths / 10).\(tenths % 10) s"
    } else if let start = attempt.startedAt {
      line += " since \(start)"
    }
    if let code = attempt.exit?.code { line += ", exit \(code)" }
    if let signal = attempt.exit?.signal { line += ", signal \(signal)" }
    if let report = CriteriaReport(attempt) { line += "; " + report.line }
    return line
  }
}

extension AttemptView: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      taskId:attemptN:status:statusReason:profile:worker:executor:claimedAt:startedAt:completedAt:
      output:
      outputCid:signature:signedAt:outputSizeBytes:outputCut:checked:checks:error:usage:workspace:
      session:exit:
      survivors:),
    required("taskId", \.taskId, TaskID.json, "The task."),
    required("attemptN", \.attemptN, .int, "Counts from 1."),
    required("status", \.status, AttemptStatus.json, "How it stands."),
    optional("statusReason", \.statusReason, .string, "Why it failed."),
    required("profile", \.profile, .string, "Who ran it."),
    optional("worker", \.worker, .string, "The outside worker that took it."),
    optional("executor", \.executor, Executor.json, "The processes."),
    required("claimedAt", \.claimedAt, .timestamp, "When it was taken."),
    optional("startedAt", \.startedAt, .timestamp, "When the agent began."),
    optional("completedAt", \.completedAt, .timestamp, "When it ended, however."),
    optional("output", \.output, .any, "What the agent claims."),
    optional("outputCid", \.outputCid, .contentID, "Content id of the output."),
    optional("signature", \.signature, .string, "Signature over it."),
    optional("signedAt", \.signedAt, .timestamp, "When it was signed."),
    optional("outputSizeBytes", \.outputSizeBytes, .int, "Size of the output as JSON."),
    defaulted("outputCut", \.outputCut, .bool, false, "The output is too large to stand here."),
    optional("checked", \.checked, Verification.json, "What we found of the criteria."),
    defaulted("checks", \.checks, .array(of: CheckEvidence.json), [], "What our commands found."),
    optional("error", \.error, AttemptError.json, "Why it failed, and what to do next."),
    defaulted("usage", \.usage, Usage.json, Usage(), "What it used."),
    optional("workspace", \.workspace, AttemptWorkspace.json, "Where it worked."),
    optional("session", \.session, SessionView.json, "Its conversation."),
    optional("exit", \.exit, ProcessExit.json, "How the process ended."),
    defaulted("survivors", \.survivors, .array(of: .string), [], "Processes still alive."))
}

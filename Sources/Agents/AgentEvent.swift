import JSON
import Tasks

/// Says what an agent did, in one vocabulary for all adapters.
package enum AgentEvent: Sendable, Hashable {
  /// A complete block of text.
  case text(String)
  /// A piece of a block still running; the whole block follows as `text`.
  case textDelta(String)
  case toolStart(callId: String, tool: String, title: String?, arguments: JSONValue?)
  case toolEnd(callId: String, tool: String, ok: Bool, result: JSONValue?, durationMs: Int?)
  /// A turn is over; its usage repeats in sum what `usage` has already told.
  case turnEnd(usage: Usage?, stopReason: String?)
  /// What was used since the last such event, never a running total.
  case usage(Usage)
  case progress(text: String, data: JSONValue?)
  /// Something went wrong; fatal only together with the way the process ends.
  case error(FailureReason, message: String)
  /// The agent's word that it succeeded; takes back an earlier `failed`.
  case result(AgentResult)
  /// The agent's word that it did not succeed, whatever its exit code; takes back a `result`.
  case failed(AgentFailure)
  /// It named its conversation; comes again when something in it has changed.
  case session(AgentSession)
  /// It waits for an answer, which `AgentCommand.answer` carries.
  case asked(AgentQuestion)
  /// It no longer waits for this one.
  case withdrawn(requestId: String)
  /// A line in the agent's own form that we do not know; counted, never fatal.
  case unknown
}

/// Holds what the agent claims to have done.
package struct AgentResult: Sendable, Hashable {
  package var summary: String?
  package var output: JSONValue?
  /// Whether the output was too large to keep, so that only the beginning of its text is there.
  package var isOutputCut: Bool

  package init(summary: String? = nil, output: JSONValue? = nil, isOutputCut: Bool = false) {
    self.summary = summary
    self.output = output
    self.isOutputCut = isOutputCut
  }
}

extension AgentEvent {
  /// Replaces secrets in all it says.
  package func redacted(by redactor: Redactor) -> AgentEvent {
    switch self {
    case .text(let text): .text(redactor.redacted(text))
    case .textDelta(let text): .textDelta(redactor.redacted(text))
    case .toolStart(let callId, let tool, let title, let arguments):
      .toolStart(
        callId: redactor.redacted(callId), tool: redactor.redacted(tool),
        title: title.map { redactor.redacted($0) },
        arguments: arguments.map { redactor.redacted($0) })
    case .toolEnd(let callId, let tool, let ok, let result, let durationMs):
      .toolEnd(
        callId: redactor.redacted(callId), tool: redactor.redacted(tool), ok: ok,
        result: result.map { redactor.redacted($0) }, durationMs: durationMs)
    case .turnEnd(let usage, let stopReason):
      .turnEnd(usage: usage, stopReason: stopReason.map { redactor.redacted($0) })
    case .progress(let text, let data):
      .progress(text: redactor.redacted(text), data: data.map { redactor.redacted($0) })
    case .error(let code, let message): .error(code, message: redactor.redacted(message))
    case .result(let claim):
      .result(
        AgentResult(
          summary: claim.summary.map { redactor.redacted($0) },
          output: claim.output.map { redactor.redacted($0) }, isOutputCut: claim.isOutputCut))
    case .failed(let failure):
      .failed(
        AgentFailure(
          failure.reason, redactor.redacted(failure.message), resumeAt: failure.resumeAt))
    case .asked(let question): .asked(question.redacted(by: redactor))
    // What the agent named itself is needed as it is, to carry its conversation on.
    case .usage, .unknown, .session, .withdrawn: self
    }
  }
}

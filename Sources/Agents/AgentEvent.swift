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

  package init(summary: String? = nil, output: JSONValue? = nil) {
    self.summary = summary
    self.output = output
  }
}

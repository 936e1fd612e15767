import JSON
import Tasks

/// Says what the answer to a prompt means: agents give the same failure in three ways.
struct ACPVerdict: Sendable {
  let turn: ACPTurn
  let used: Usage
  let result: ACPMessage.Result

  /// Whether what was said ahead may still be said.
  var allowsMore: Bool {
    switch result {
    case .failure: turn.isInterrupted
    case .success(let value):
      turn.isInterrupted || (value["stopReason"]?.stringValue == "end_turn" && hiddenFailure == nil)
    }
  }

  func events(
    reason: (_ code: Int, _ message: String, _ data: JSONValue?) -> FailureReason?
  ) -> [AgentEvent] {
    switch result {
    case .failure(let code, let message, let data):
      return [failed(reason(code, message, data) ?? .unknown, message)]
    case .success(let value):
      return verdict(value["stopReason"]?.stringValue ?? "none", value)
    }
  }

  private func verdict(_ stopReason: String, _ value: JSONValue) -> [AgentEvent] {
    let words = turn.lastText
    switch stopReason {
    case "end_turn":
      if let hiddenFailure { return [failed(hiddenFailure, words ?? "")] }
      return [.result(AgentResult(summary: words))]
    case "refusal":
      let detail = words ?? Self.hiddenMessage(value) ?? "It refused."
      return [failed(ProviderFailure.reason(words: detail) ?? .agentRefused, detail)]
    case "max_tokens": return [failed(.contextOverflow, "It reached its limit of tokens.")]
    case "max_turn_requests": return [failed(.maxTurns, "It reached its limit of turns.")]
    case "cancelled": return [failed(.interrupted, "Its turn was cancelled.")]
    default:
      return [failed(.unknown, "It stopped for a reason it calls \(stopReason).")]
    }
  }

  private func failed(_ reason: FailureReason, _ message: String) -> AgentEvent {
    .failed(AgentFailure(reason, CleanText.line(message, limit: 500)))
  }

  /// A short text about a failed call, and nothing used or done: some agents call that an end.
  private var hiddenFailure: FailureReason? {
    guard used.totalTokens == 0, used.costUsd == nil, !turn.hasActed, let text = turn.lastText,
      text.count <= 600, text.contains("HTTP ") || text.lowercased().contains("error")
    else { return nil }
    return ProviderFailure.reason(words: text)
  }

  /// Looks for an error that stands only in a member of the agent's own.
  private static func hiddenMessage(_ value: JSONValue) -> String? {
    value["_meta"]?.objectValue?.members.first { $0.key.lowercased().hasSuffix("errormessage") }?
      .value.stringValue.map { CleanText.line($0, limit: 500) }
  }
}

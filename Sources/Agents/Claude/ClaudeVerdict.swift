import JSON
import Tasks

/// Draws from a result line what became of the turn.
struct ClaudeVerdict: Sendable {
  /// The word on the last line that stood for an error of the model's server.
  var serverWord: String?
  /// When a used-up quota is back, from an earlier line.
  var quotaBackAt: Timestamp?
  var wantsOutput: Bool
  /// How many US dollars it was given, and of what.
  var limit: (usd: Double, owner: Brief.BudgetOwner)?

  func event(_ line: JSONValue) -> AgentEvent {
    let text = line.text(at: "result")
    guard line["is_error"]?.boolValue == true || isErrorSubtype(line) else {
      let output = line.kept(at: "structured_output")
      if wantsOutput, output == nil {
        return .failed(
          AgentFailure(.outputMissing, "The agent ended without the output asked for."))
      }
      return .result(AgentResult(summary: text, output: output))
    }
    let errors = line["errors"]?.arrayValue?.compactMap(\.stringValue).joined(separator: "; ")
    let words = errors.map { AgentText.stored(Array($0.utf8)) } ?? text ?? line.word(at: "error")
    let reason = reason(line, words ?? "")
    return .failed(
      AgentFailure(
        reason, message(reason, words), resumeAt: reason == .agentQuota ? backAt(words) : nil))
  }

  private func isErrorSubtype(_ line: JSONValue) -> Bool {
    line["subtype"]?.stringValue?.hasPrefix("error") ?? false
  }

  private func reason(_ line: JSONValue, _ words: String) -> FailureReason {
    switch line["subtype"]?.stringValue {
    case "error_max_turns": return .maxTurns
    case "error_max_budget_usd": return .budgetExhausted
    case "error_max_structured_output_retries": return .outputInvalid
    default: break
    }
    switch line["terminal_reason"]?.stringValue {
    case "max_turns": return .maxTurns
    case "budget_exhausted": return .budgetExhausted
    case "prompt_too_long", "blocking_limit": return .contextOverflow
    case "aborted_tools", "aborted_streaming": return .interrupted
    default: break
    }
    let status =
      line["api_error_status"]?.intValue
      ?? line["errors_info"]?.arrayValue?.first?["status"]?.intValue
    let reason =
      byWord(words, status) ?? status.flatMap { ProviderFailure.reason(status: $0) }
      ?? ProviderFailure.reason(words: words) ?? .unknown
    // A limit that has a time at which it ends, or needs money, is the account's, not the moment's.
    let isAccounts = backAt(words) != nil || ProviderFailure.isSpent(words)
    return reason == .agentRateLimited && isAccounts ? .agentQuota : reason
  }

  /// Reads the agent's own word for what its server answered.
  private func byWord(_ words: String, _ status: Int?) -> FailureReason? {
    switch serverWord {
    case "authentication_failed", "oauth_org_not_allowed": .agentAuth
    case "billing_error": .agentQuota
    case "rate_limit": .agentRateLimited
    case "overloaded": .agentServerError
    case "model_not_found": .modelUnavailable
    case "max_output_tokens": .contextOverflow
    case "refusal": .agentRefused
    // Without a status nothing was answered at all.
    case "server_error": status == nil ? .agentNetwork : .agentServerError
    default: nil
    }
  }

  /// Reads "usage limit reached|1770000000", which older versions write.
  private func backAt(_ words: String?) -> Timestamp? {
    if let quotaBackAt { return quotaBackAt }
    guard let words, let bar = words.lastIndex(of: "|") else { return nil }
    let digits = words[words.index(after: bar)...].prefix { $0.isASCII && $0.isNumber }
    return Int(digits).flatMap(Timestamp.init(secondsOfThisAge:))
  }

  private func message(_ reason: FailureReason, _ words: String?) -> String {
    // What it says of its own insides when it is stopped helps nobody.
    if reason == .interrupted { return "The turn was interrupted." }
    if reason == .budgetExhausted, let limit {
      let (budget, rest) =
        limit.owner == .day ? ("day's budget", "that the day had") : ("budget", "that it had")
      return "The \(budget) is used up: it stopped at the \(limit.usd) US dollars \(rest) left."
    }
    return words.flatMap { $0.isEmpty ? nil : $0 } ?? "The agent gave up without saying why."
  }
}

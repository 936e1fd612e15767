import Tasks

/// Maps what model servers answer, by status or by words, to our closed list of reasons.
enum ProviderFailure {
  static func reason(status: Int) -> FailureReason? {
    switch status {
    case 401, 403: .agentAuth
    case 402: .agentQuota
    case 404: .modelUnavailable
    case 408: .agentNetwork
    case 413: .contextOverflow
    case 429: .agentRateLimited
    case 500...: .agentServerError
    default: nil
    }
  }

  /// Looks for telling words where there is nothing better; the first that is found decides.
  static func reason(words: String) -> FailureReason? {
    let words = words.lowercased()
    return telling.first { words.contains($0.words) }?.reason
  }

  /// Tells that no waiting helps: what was paid for is used up.
  static func isSpent(_ words: String) -> Bool {
    let words = words.lowercased()
    return ["insufficient_quota", "current quota", "plan and billing", "credit balance"]
      .contains { words.contains($0) }
  }

  private static let telling: [(words: String, reason: FailureReason)] = [
    ("prompt is too long", .contextOverflow), ("context_length_exceeded", .contextOverflow),
    ("context window", .contextOverflow), ("output token maximum", .contextOverflow),
    ("usage policy", .agentRefused), ("credit balance", .agentQuota), ("usage limit", .agentQuota),
    ("quota", .agentQuota),
    ("rate limit", .agentRateLimited), ("too many requests", .agentRateLimited),
    ("not logged in", .agentAuth), ("invalid api key", .agentAuth), ("api-key", .agentAuth),
    ("unauthorized", .agentAuth), ("forbidden", .agentAuth),
    ("missing environment variable", .agentAuth),
    ("model_not_found", .modelUnavailable), ("selected model is at capacity", .agentServerError),
    ("overloaded", .agentServerError), ("high demand", .agentServerError),
    ("internal server error", .agentServerError),
    ("no conversation found", .sessionUnavailable), ("no rollout found", .sessionUnavailable),
    ("thread not found", .sessionUnavailable),
    ("connection refused", .agentNetwork), ("timed out", .agentNetwork),
    ("stream disconnected", .agentNetwork), ("network", .agentNetwork),
    ("idle timeout", .agentNetwork),
  ]
}

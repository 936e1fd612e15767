import JSON
import Tasks

/// Maps Codex's errors to our closed list of reasons.
enum CodexFailure {
  /// Reads an error of the app-server: its code first, then the server's status, then its words.
  static func failure(_ error: JSONValue, quotaBackAt: Timestamp?) -> AgentFailure {
    let message = error.text(at: "message") ?? "Codex gave up without saying why."
    let info = error["codexErrorInfo"]
    let reason =
      info?.stringValue.flatMap(byCode) ?? info.flatMap(byStatus)
      ?? ProviderFailure.reason(words: message) ?? .unknown
    return AgentFailure(reason, message, resumeAt: reason == .agentQuota ? quotaBackAt : nil)
  }

  /// Reads an error of `exec`, which has words only, some of them the server's whole answer.
  static func failure(message: String) -> AgentFailure {
    let status = message.split(separator: "status ").dropFirst().first.flatMap {
      Int($0.prefix { $0.isASCII && $0.isNumber })
    }
    let lastStatus = message.split(separator: "last status: ").dropFirst().first.flatMap {
      Int($0.prefix { $0.isASCII && $0.isNumber })
    }
    let reason =
      (status ?? lastStatus).flatMap { ProviderFailure.reason(status: $0) }
      ?? ProviderFailure.reason(words: message) ?? .unknown
    return AgentFailure(reason, message)
  }

  private static func byCode(_ code: String) -> FailureReason? {
    switch code {
    case "contextWindowExceeded": .contextOverflow
    case "sessionBudgetExceeded": .budgetExhausted
    case "usageLimitExceeded": .agentQuota
    case "rateLimitExceeded": .agentRateLimited
    case "flexUnavailable", "serverOverloaded", "internalServerError": .agentServerError
    case "cyberPolicy", "misalignmentPolicyViolation", "tooManyDenials": .agentRefused
    case "unauthorized": .agentAuth
    case "sandboxError": .workspaceError
    default: nil
    }
  }

  /// Reads `{"httpConnectionFailed": {"httpStatusCode": 401}}` and its like.
  private static func byStatus(_ info: JSONValue) -> FailureReason? {
    guard let cause = info.objectValue?.first else { return nil }
    if let status = cause.value["httpStatusCode"]?.intValue {
      return ProviderFailure.reason(status: status)
    }
    switch cause.key {
    case "httpConnectionFailed", "responseStreamConnectionFailed", "responseStreamDisconnected":
      return .agentNetwork
    case "responseTooManyFailedAttempts": return .agentServerError
    default: return nil
    }
  }
}

import JSON

/// Names why a task failed: a closed list, each with what to do next.
package enum FailureReason: String, Sendable, Hashable, CaseIterable {
  case timeout
  case dispatchTimeout = "dispatch_timeout"
  case budgetExhausted = "budget_exhausted"
  case dependencyUnsatisfiable = "dependency_unsatisfiable"
  case interrupted
  case agentMissing = "agent_missing"
  case agentVersionUnsupported = "agent_version_unsupported"
  case agentAuth = "agent_auth"
  case agentQuota = "agent_quota"
  case agentRateLimited = "agent_rate_limited"
  case agentServerError = "agent_server_error"
  case agentNetwork = "agent_network"
  case modelUnavailable = "model_unavailable"
  case contextOverflow = "context_overflow"
  case agentCrashed = "agent_crashed"
  case agentRefused = "agent_refused"
  case outputMissing = "output_missing"
  case outputInvalid = "output_invalid"
  case checkFailed = "check_failed"
  case workspaceError = "workspace_error"
  case sessionUnavailable = "session_unavailable"
  case storeError = "store_error"
  case maxTurns = "max_turns"
  case unknown

  /// Tells whether the same work, started again unchanged, may well succeed.
  package var isRetryable: Bool {
    switch self {
    case .timeout, .dispatchTimeout, .interrupted, .agentQuota, .agentRateLimited,
      .agentServerError, .agentNetwork, .agentCrashed, .storeError, .unknown:
      true
    case .budgetExhausted, .dependencyUnsatisfiable, .agentMissing, .agentVersionUnsupported,
      .agentAuth, .modelUnavailable, .contextOverflow, .agentRefused, .outputMissing,
      .outputInvalid, .checkFailed, .workspaceError, .sessionUnavailable, .maxTurns:
      false
    }
  }

  /// Gives the one safe next step, as a sentence for a person or a model.
  package var nextStep: String {
    switch self {
    case .timeout: "Read the messages, then retry it, or create one with more time or less to do."
    case .dispatchTimeout: "Check that the agent starts by hand, then retry the task."
    case .budgetExhausted: "Read what was done, then create a task for the rest."
    case .dependencyUnsatisfiable: "Look at the tasks it depends on."
    case .interrupted: "Read the messages to see how far it got, then retry the task."
    case .agentMissing:
      "Install the program, or name another; for an agent, name a profile that is available."
    case .agentVersionUnsupported: "Update the agent."
    case .agentAuth: "Log in to the agent in a terminal."
    case .agentQuota: "Wait until the quota is back, or name another profile."
    case .agentRateLimited, .agentServerError, .agentNetwork: "Retry the task later."
    case .modelUnavailable: "Name another model or profile."
    case .contextOverflow: "Split the work into smaller tasks."
    case .agentCrashed: "Read the messages; an agent's own error output is in stderr.log."
    case .agentRefused: "Change the brief."
    case .outputMissing, .outputInvalid: "Read the messages; say in the brief what to hand in."
    case .checkFailed: "Read what the checks say, and their output."
    case .workspaceError: "Check the directory, its permissions and the free space."
    case .sessionUnavailable: "Continue it with session new, which starts from a briefing."
    case .storeError: "Run `errand doctor`."
    case .maxTurns: "Create a task for the rest, or allow more turns."
    case .unknown: "Read the messages; an agent's own error output is in stderr.log."
    }
  }
}

extension FailureReason: JSONCodable { package static let json = Codec<FailureReason>.enumeration }

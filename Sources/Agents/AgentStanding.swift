import Posix
import Tasks

/// Folds an agent's events into where it stands, and draws from that what its end means.
package struct AgentStanding: Sendable {
  /// Its last word on its own work.
  package enum Word: Sendable, Hashable {
    case result(AgentResult)
    case failure(AgentFailure)
  }

  package private(set) var word: Word?
  package private(set) var session: AgentSession?
  /// The last thing that went wrong without being its last word.
  package private(set) var trouble: (code: FailureReason, message: String)?
  /// Calls begun and not ended, with their tools.
  package private(set) var openCalls: [String: String] = [:]
  package private(set) var usage = Usage()
  package private(set) var unknownLines = 0

  package init() {}

  package mutating func take(_ event: AgentEvent) {
    switch event {
    case .result(let result): word = .result(result)
    case .failed(let failure): word = .failure(failure)
    case .error(let code, let message): trouble = (code, message)
    case .session(let session): self.session = session
    case .toolStart(let callId, let tool, _, _): openCalls[callId] = tool
    case .toolEnd(let callId, _, _, _, _): openCalls[callId] = nil
    case .usage(let used): usage = usage + used
    case .unknown: unknownLines += 1
    case .text, .textDelta, .turnEnd, .progress, .asked, .withdrawn: break
    }
  }

  /// Ends foreign words as a sentence, since the next step follows them.
  private static func sentence(_ words: String) -> String {
    words.last.map { ".!?…".contains($0) } ?? true ? words : words + "."
  }

  package var result: AgentResult? {
    if case .result(let result) = word { result } else { nil }
  }

  /// Tells whether its last word is that the output asked for is missing or misshapen.
  package var lacksOutput: Bool {
    guard case .failure(let failure) = word else { return false }
    return failure.reason == .outputMissing || failure.reason == .outputInvalid
  }

  /// Draws the verdict: the agent's own word before the way its process ended.
  package func outcome(
    exit: ExitStatus?, _ traits: AgentTraits, lastErrorLine: String?
  ) -> Settlement.Outcome {
    if case .failure(let failure) = word {
      let error = AttemptError(failure.reason, Self.sentence(failure.message))
      guard failure.reason == .agentQuota, let resumeAt = failure.resumeAt else {
        return .failed(error)
      }
      return .paused(Settlement.Pause(error, resumeAt: resumeAt))
    }
    // After its result the process counts no more: it may have been ended by us.
    if !traits.exitCodeIsResult, result != nil { return .completed }
    guard let exit else {
      return .failed(AttemptError(.unknown, "The agent's end was not seen."))
    }
    if exit.isSuccess {
      return result != nil || traits.exitCodeIsResult
        ? .completed
        : .failed(AttemptError(.outputMissing, "The agent ended without a result."))
    }
    if let trouble, trouble.code != .unknown {
      return .failed(AttemptError(trouble.code, trouble.message))
    }
    let detail = trouble?.message ?? lastErrorLine
    // A protocol's agent that could not even begin says why in its error output.
    if !traits.exitCodeIsResult, exit.signal == nil, let detail,
      let reason = ProviderFailure.reason(words: detail)
    {
      return .failed(AttemptError(reason, detail))
    }
    return .failed(AttemptError(.agentCrashed, detail.map { "\(exit): \($0)" } ?? "\(exit)."))
  }
}

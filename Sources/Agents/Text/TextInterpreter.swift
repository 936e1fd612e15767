import Tasks

/// Keeps prose as it comes, in blocks, and hears the few lines that belie an exit code of 0.
package struct TextInterpreter: AgentInterpreter {
  private var block = TextBlock()
  private var failure: AgentFailure?

  package init() {}

  package var isGathering: Bool { !block.isEmpty }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    if let reason = Self.telling(line.bytes) {
      failure = AgentFailure(reason, AgentText.stored(line.bytes, limit: AgentBounds.summary))
    } else if line.bytes.starts(with: Self.answered) {
      failure = nil
    }
    return Reaction(events: block.gather(line))
  }

  /// Ignores commands: such a program has been given its whole input at the start.
  package mutating func carry(out command: AgentCommand) -> Reaction { .none }

  package mutating func pause() -> Reaction { Reaction(events: block.flush()) }

  package mutating func finish() -> Reaction {
    defer { failure = nil }
    return Reaction(events: block.flush() + (failure.map { [.failed($0)] } ?? []))
  }

  /// A later try has succeeded.
  private static let answered = Array("Tokens: ".utf8)

  /// Finds what aider prints at the head of a line before it ends with 0.
  private static func telling(_ line: [UInt8]) -> FailureReason? {
    let words = String(decoding: line.prefix(80), as: UTF8.self)
    guard words.hasPrefix("litellm.") else { return nil }
    return errors.first { words.hasPrefix("litellm.\($0.name)") }?.reason
  }

  private static let errors: [(name: String, reason: FailureReason)] = [
    ("AuthenticationError", .agentAuth), ("PermissionDeniedError", .agentAuth),
    ("RateLimitError", .agentRateLimited), ("NotFoundError", .modelUnavailable),
    ("ContextWindowExceededError", .contextOverflow), ("BudgetExceededError", .agentQuota),
    ("InternalServerError", .agentServerError), ("ServiceUnavailableError", .agentServerError),
    ("APIConnectionError", .agentNetwork), ("Timeout", .agentNetwork),
  ]
}

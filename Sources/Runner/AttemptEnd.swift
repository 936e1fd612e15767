import Agents
import Posix
import Tasks

/// Says why we ended an attempt, rather than its agent.
enum EndCause: Sendable, Hashable {
  case cancelled
  case passed(AttemptClocks.Passed, limitSec: Int)
  case budget(String)
  /// This process was told to go, as when the machine shuts down.
  case interrupted
  case storeFailed(String)
}

/// Gathers the facts of an attempt's end; the verdict is drawn from them in one place.
struct AttemptEnd: Sendable {
  var cause: EndCause?
  var exit: ExitStatus?
  var standing: AgentStanding
  var traits: AgentTraits
  var lastErrorLine: String?

  /// Decides in this order: what we did, what the agent said, how the process ended.
  var outcome: Settlement.Outcome {
    if let cause { return Self.outcome(of: cause) }
    return standing.outcome(exit: exit, traits, lastErrorLine: lastErrorLine)
  }

  private static func outcome(of cause: EndCause) -> Settlement.Outcome {
    switch cause {
    case .cancelled: .cancelled
    case .passed(.running, let seconds):
      .failed(AttemptError(.timeout, "It ran longer than \(seconds) s."))
    case .passed(.start, let seconds):
      .failed(AttemptError(.dispatchTimeout, "The agent gave no sign within \(seconds) s."))
    case .budget(let text): .failed(AttemptError(.budgetExhausted, text))
    case .interrupted: .failed(AttemptError(.interrupted, "Its supervisor was told to stop."))
    case .storeFailed(let text): .failed(AttemptError(.storeError, text))
    }
  }
}

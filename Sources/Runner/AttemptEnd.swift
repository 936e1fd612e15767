import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Says why we ended an attempt, rather than its agent.
enum EndCause: Sendable, Hashable {
  case cancelled
  case passed(AttemptClocks.Passed, limitSec: Int)
  case budget(String)
  /// Nobody answered this in time, and no answer was set for that.
  case unanswered(String)
  /// This process was told to go, as when the machine shuts down.
  case interrupted
  case storeFailed(String, nextStep: String)
  /// The system failed us in seeing it through.
  case systemFailed(String)
  /// The attempt is no longer ours: somebody settled it, or removed the store.
  case disowned
}

/// Gathers the facts of an attempt's end; the verdict is drawn from them in one place.
struct AttemptEnd: Sendable {
  var cause: EndCause?
  var exit: ExitStatus?
  var standing: AgentStanding
  var traits: AgentTraits
  var lastErrorLine: String?
  /// Whether an output was handed in through our own tool.
  var hasSubmitted = false
  /// What is wrong with the output by its type's schema.
  var outputFaults: [Fault] = []
  /// How often the task was stopped by a quota before.
  var pauses = 0
  var now = Timestamp.now

  /// Decides in this order: what we did, what the agent said, how the process ended.
  var outcome: Settlement.Outcome {
    if let cause { return Self.outcome(of: cause) }
    var outcome = standing.outcome(exit: exit, traits, lastErrorLine: lastErrorLine)
    // An agent that handed its output in to us need not show it in its own form as well.
    if hasSubmitted, case .failed(let error) = outcome, error.code == .outputMissing {
      outcome = .completed
    }
    if case .paused(let pause) = outcome { return patient(pause) }
    return outcome == .completed && !outputFaults.isEmpty ? .failed(misshapen) : outcome
  }

  /// Lets checks overrule a claim, and a wish to end them both.
  func outcome(after verdict: CheckRun.Verdict) -> Settlement.Outcome {
    switch verdict.wish {
    case .unwanted: .cancelled
    case .asked: Self.outcome(of: .interrupted)
    case .none: verdict.failure.map { .failed($0) } ?? outcome
    }
  }

  /// Keeps a quota that is said to be back, and is not, from costing attempt after attempt.
  private func patient(_ pause: Settlement.Pause) -> Settlement.Outcome {
    guard pauses < TaskRecord.Limit.pauses else { return .failed(pause.error) }
    guard pauses > 0 else { return .paused(pause) }
    let least = Int64(15_000) << min(pauses, 8)
    return .paused(
      Settlement.Pause(
        pause.error, resumeAt: max(pause.resumeAt, now.adding(milliseconds: least))))
  }

  /// Names what is wrong and where, as much as fits a sentence.
  private var misshapen: AttemptError {
    let listed = outputFaults.prefix(5).map(\.description).joined(separator: "; ")
    let more = outputFaults.count > 5 ? "; and \(outputFaults.count - 5) more" : ""
    return AttemptError(
      .outputInvalid,
      CleanText.line("The output is not what its type asks for: \(listed)\(more).", limit: 2_000))
  }

  private static func outcome(of cause: EndCause) -> Settlement.Outcome {
    switch cause {
    case .cancelled: .cancelled
    case .passed(.running, let seconds):
      .failed(AttemptError(.timeout, "It ran longer than \(seconds) s."))
    case .passed(.silence, let seconds):
      .failed(
        AttemptError(
          .timeout, "The agent said nothing for \(seconds) s.",
          nextStep: "Read its messages; retry, or have the user raise timeouts.silence."))
    case .passed(.start, let seconds):
      .failed(AttemptError(.dispatchTimeout, "The agent gave no sign within \(seconds) s."))
    case .budget(let text): .failed(AttemptError(.budgetExhausted, text))
    case .unanswered(let question):
      .failed(
        AttemptError(
          .timeout,
          "Nobody answered in time: \(CleanText.line(question, limit: 300))",
          nextStep: "Retry and answer sooner, or have the user raise questions.deadlineSec."))
    case .interrupted: .failed(AttemptError(.interrupted, "Its supervisor was told to stop."))
    case .storeFailed(let text, let nextStep):
      .failed(AttemptError(.storeError, text, nextStep: nextStep))
    case .systemFailed(let text): .failed(AttemptError(.workspaceError, text))
    case .disowned:
      .failed(AttemptError(.interrupted, "The attempt was taken from its supervisor."))
    }
  }
}

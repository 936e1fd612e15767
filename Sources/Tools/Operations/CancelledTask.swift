import JSON
import Runner
import Tasks

/// Shows what became of the wish to end a task.
struct CancelledTask: JSONCodable {
  var brief: BriefEnvelope
  var end: End

  struct End: JSONCodable {
    enum Outcome: String, Sendable, CaseIterable {
      case cancelled, cancelling
      case alreadyTerminal = "already_terminal"
      /// It came to another end of its own before the wish reached it.
      case ended
    }
    var outcome: Outcome
    /// How many subtasks were ended with it.
    var subtasks: Int
    var survivors: [String]

    static let json = Codec.object(
      Self.init(outcome:subtasks:survivors:), required("outcome", \.outcome, .enumeration),
      defaulted("subtasks", \.subtasks, .int, 0),
      defaulted("survivors", \.survivors, .array(of: .string), []))
  }

  init(brief: BriefEnvelope, end: End) {
    self.brief = brief
    self.end = end
  }

  init(_ cancellation: Cancellation, _ standings: Standings) {
    brief = standings.brief(cancellation.record)
    end = End(
      outcome: Self.outcome(of: cancellation), subtasks: cancellation.subtasks.count,
      survivors: cancellation.survivors)
  }

  private static func outcome(of cancellation: Cancellation) -> End.Outcome {
    if !cancellation.isOver { return .cancelling }
    if cancellation.wasTerminal { return .alreadyTerminal }
    return switch cancellation.record.status {
    case .cancelled: .cancelled
    case .completed, .failed, .expired: .ended
    case .waiting, .queued, .dispatched, .running, .inputRequired: .cancelling
    }
  }

  static let json = Codec.beside(
    BriefEnvelope.json, End.json, make: { CancelledTask(brief: $0, end: $1) },
    parts: { ($0.brief, $0.end) })
}

extension Cancellation {
  private var all: [TaskRecord] { [record] + subtasks }

  /// Tells whether it has ended, and all that was part of it.
  var isOver: Bool { !all.contains(where: \.status.isActive) }

  /// Names the processes of the task and its subtasks that could not be ended; they may be gone by
  /// now.
  var survivors: [String] {
    all.flatMap { task in
      task.attempts.last.map { AttemptView($0, of: task.id).survivors } ?? []
    }
  }
}

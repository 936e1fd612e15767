import JSON

/// Says when a change happened, as what number, and by whom.
package struct Moment: Sendable, Hashable {
  /// The journal's number of the event: it orders everything.
  package var number: Int
  package var at: Timestamp
  package var by: Actor

  package init(number: Int, at: Timestamp, by: Actor) {
    self.number = number
    self.at = at
    self.by = by
  }
}

/// Holds a task as the fold of its events; there is no other copy of its state.
package struct TaskRecord: Sendable, Hashable {
  package internal(set) var id: TaskID
  /// Is shared by all copies: it is large, never changes, and records are moved about much.
  var shared: SharedSpec
  package let createdBy: Actor
  package let queuedAt: Timestamp

  package internal(set) var status: TaskStatus
  package internal(set) var hold: Hold?
  package internal(set) var error: AttemptError?
  package internal(set) var cancelRequest: CancelRequest?
  package internal(set) var attempts: [Attempt] = []
  package internal(set) var artifacts: [Artifact] = []
  package internal(set) var requests: [InputRequest] = []
  package internal(set) var steering: [Steering] = []
  package internal(set) var progress: [Progress] = []
  package internal(set) var reviews: [Review] = []
  package internal(set) var comments: [TaskComment] = []
  package internal(set) var retryCount = 0
  /// What the next attempt is told of the one before.
  package internal(set) var feedback: String?
  /// The attempt whose conversation the next one goes on with, where it was sent back to it.
  package internal(set) var resumesNext: Int?
  package internal(set) var resultSummary: String?
  package internal(set) var startedAt: Timestamp?
  package internal(set) var completedAt: Timestamp?
  /// Is set while it is in the bin, where nobody finds it but who takes it out.
  package internal(set) var deletion: Deletion?
  package internal(set) var updatedAt: Timestamp
  /// Counts changes from 1; a gap would name a damaged task.
  package internal(set) var revision: Int
  /// The journal number of the last change: the resume token.
  package internal(set) var number: Int

  /// Says why a task waits, and until when where that is known.
  package struct Hold: Sendable, Hashable {
    package var reason: HoldReason
    package var resumeAt: Timestamp?

    package init(reason: HoldReason, resumeAt: Timestamp?) {
      self.reason = reason
      self.resumeAt = resumeAt
    }
  }

  /// Remembers who wanted it to end, from the request until after the end.
  package struct CancelRequest: Sendable, Hashable {
    package var at: Timestamp
    package var by: Actor
    package var reason: String?

    package init(at: Timestamp, by: Actor, reason: String?) {
      self.at = at
      self.by = by
      self.reason = reason
    }
  }

  package internal(set) var spec: TaskSpec {
    _read { yield shared.spec }
    set { shared = SharedSpec(newValue) }
  }

  package var attemptCount: Int { attempts.count }
  package var latestAttempt: Attempt? { attempts.last }

  /// Sums what all attempts used.
  package var usage: Usage { attempts.reduce(Usage()) { $0 + $1.usage } }

  /// Lists the questions nobody has answered yet; those of an ended attempt ask no more.
  package var pendingRequests: [InputRequest] {
    guard status == .inputRequired else { return [] }
    return requests.filter { $0.isOpen && $0.attemptN == attemptCount }
  }

  /// Tells whether it was stopped by a quota, and waits to be carried on.
  package var isPaused: Bool {
    status == .waiting && hold?.reason == .quota && latestAttempt?.isPaused ?? false
  }

  /// Tells whether a person should look: a question is open, a quota is used up, or the end has
  /// come.
  package var needsAttention: Bool { status == .inputRequired || isPaused || status.isTerminal }

  /// Gives the reason beside the status, as one word.
  package var statusReason: String? {
    switch status {
    case .waiting: hold?.reason.rawValue
    case .dispatched, .running, .inputRequired: cancelRequest == nil ? nil : "cancelling"
    case .failed: error?.code.rawValue
    case .queued, .completed, .cancelled, .expired: nil
    }
  }

  /// Says the same in a sentence, with the next step where something failed; while it runs, what
  /// its agent last said of how far it is.
  package var statusMessage: String? {
    switch status {
    case .failed: error?.explanation
    case .cancelled: cancelRequest?.reason
    case .running: latestAttempt?.warning ?? progress.last { $0.attemptN == attemptCount }?.text
    case .inputRequired: latestAttempt?.warning
    case .waiting where isPaused: latestAttempt?.error?.explanation
    case .waiting, .queued, .dispatched, .completed, .expired: nil
    }
  }

  /// Gives the record without its idempotency key, once that is free again.
  package func forgettingKey() -> TaskRecord {
    var next = self
    next.spec.idempotency = nil
    return next
  }
}

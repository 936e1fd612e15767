import JSON

/// Says where a task stands; every status can be left, and the terminal ones only by a retry.
package enum TaskStatus: String, Sendable, Hashable, CaseIterable {
  case waiting
  case queued
  case dispatched
  case running
  case inputRequired = "input_required"
  case completed
  case failed
  case cancelled
  case expired

  package var isTerminal: Bool {
    switch self {
    case .completed, .failed, .cancelled, .expired: true
    case .waiting, .queued, .dispatched, .running, .inputRequired: false
    }
  }

  /// Tells whether an attempt is under way, so that a supervisor must own it.
  package var isActive: Bool {
    switch self {
    case .dispatched, .running, .inputRequired: true
    case .waiting, .queued, .completed, .failed, .cancelled, .expired: false
    }
  }

  /// Understands the names other systems use for the same states.
  package init?(named name: String) {
    if let status = TaskStatus(rawValue: name) {
      self = status
      return
    }
    guard let status = Self.otherNames[name] else { return nil }
    self = status
  }

  package static let otherNames: [String: TaskStatus] = [
    "pending": .queued, "in_progress": .running, "waiting_for_input": .inputRequired,
    "succeeded": .completed, "done": .completed, "canceled": .cancelled, "blocked": .waiting,
    "claimed": .dispatched,
  ]
}

/// Says why a task that has not started is held back.
package enum HoldReason: String, Sendable, Hashable, CaseIterable {
  case dependencies
  case quota
  case schedule
  case directoryBusy = "directory_busy"
  /// What all tasks of a day may cost is spent; the next day releases it.
  case dailyBudget = "daily_budget"
}

/// Says how an attempt ended; the attempt's view, which is not the task's.
package enum AttemptStatus: String, Sendable, Hashable, CaseIterable {
  case claimed, running, completed, failed, cancelled, aborted
  case timedOut = "timed_out"

  package var isTerminal: Bool {
    switch self {
    case .claimed, .running: false
    case .completed, .failed, .cancelled, .aborted, .timedOut: true
    }
  }
}

extension TaskStatus: JSONCodable { package static let json = Codec<TaskStatus>.enumeration }
extension HoldReason: JSONCodable { package static let json = Codec<HoldReason>.enumeration }
extension AttemptStatus: JSONCodable { package static let json = Codec<AttemptStatus>.enumeration }

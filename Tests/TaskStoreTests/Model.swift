import JSON
import TaskStore
import Tasks
import TestSupport

/// Keeps tasks in memory the plain way, to compare the store with.
struct Model {
  private(set) var records: [TaskRecord] = []
  mutating func take(_ record: TaskRecord) {
    if let place = records.firstIndex(where: { $0.id == record.id }) {
      records[place] = record
    } else {
      records.append(record)
    }
  }

  var counts: [TaskStatus: Int] {
    records.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
  }

  var active: [TaskRecord] {
    records.enumerated().filter { !$0.element.status.isTerminal }.sorted {
      ($0.element.spec.priority, $0.offset) < ($1.element.spec.priority, $1.offset)
    }.map(\.element)
  }
}

extension Sample {
  /// Picks an event that the task's status allows.
  static func event(
    for record: TaskRecord, using random: inout SeededRandom
  ) -> TaskEvent? {
    let choices: [TaskEvent] =
      switch record.status {
      case .waiting: [.released, .cancelled(reason: nil)]
      case .queued:
        [
          claim(), .held(.quota, resumeAt: nil), .cancelled(reason: "no"), .expired,
          .failed(AttemptError(.unknown, "m")),
        ]
      case .dispatched: [started, settled(.failed(AttemptError(.agentCrashed, "gone")))]
      case .running: [settled(), settled(.cancelled), .cancelRequested(reason: nil)]
      case .inputRequired, .completed, .failed, .cancelled, .expired: []
      }
    guard let event = choices.randomElement(using: &random) else { return nil }
    if case .cancelRequested = event, record.cancelRequest != nil { return settled() }
    return event
  }
}

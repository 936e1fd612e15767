import JSON

/// Counts tasks by status; a status without tasks is not written.
package struct StatusCounts: Sendable, Hashable {
  package var counts: [TaskStatus: Int]

  package init(_ counts: [TaskStatus: Int] = [:]) {
    self.counts = counts.filter { $0.value != 0 }
  }

  package subscript(status: TaskStatus) -> Int { counts[status] ?? 0 }

  package var total: Int { counts.values.reduce(0, +) }
}

extension StatusCounts: JSONCodable {
  package static let json = Codec.object(
    { waiting, queued, dispatched, running, inputRequired, completed, failed, cancelled, expired in
      StatusCounts([
        .waiting: waiting, .queued: queued, .dispatched: dispatched, .running: running,
        .inputRequired: inputRequired, .completed: completed, .failed: failed,
        .cancelled: cancelled, .expired: expired,
      ])
    },
    defaulted("waiting", { $0[.waiting] }, .count, 0),
    defaulted("queued", { $0[.queued] }, .count, 0),
    defaulted("dispatched", { $0[.dispatched] }, .count, 0),
    defaulted("running", { $0[.running] }, .count, 0),
    defaulted("input_required", { $0[.inputRequired] }, .count, 0),
    defaulted("completed", { $0[.completed] }, .count, 0),
    defaulted("failed", { $0[.failed] }, .count, 0),
    defaulted("cancelled", { $0[.cancelled] }, .count, 0),
    defaulted("expired", { $0[.expired] }, .count, 0))
}

extension Codec where Value == Int {
  fileprivate static var count: Codec<Int> { .int(0 ... .max) }
}

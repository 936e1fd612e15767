import JSON

/// Says what a queued task waits for, as only its runner's peers can tell.
package struct QueueStanding: Sendable, Hashable {
  /// Names what a queued task waits for.
  package enum Reason: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case parallelLimit = "parallel_limit"
    case runnerUnavailable = "runner_unavailable"
    /// An outside worker has to take it.
    case workerUnavailable = "worker_unavailable"
    package static let json = Codec<Reason>.enumeration
  }

  package var reason: Reason
  /// Counts from 1, where the order is known.
  package var position: Int?

  package init(reason: Reason, position: Int? = nil) {
    self.reason = reason
    self.position = position
  }
}

extension TaskRecord {
  /// Is the reason beside the status of a task of which a change could not be read.
  package static let damaged = "damaged"

  /// Gives the reason beside the status, with what the record itself cannot know.
  func statusReason(_ standing: QueueStanding?, isDamaged: Bool) -> String? {
    if isDamaged { return Self.damaged }
    return status == .queued ? standing?.reason.rawValue : statusReason
  }

  /// Gives the place in the queue while there is one.
  func queuePosition(_ standing: QueueStanding?) -> Int? {
    status == .queued ? standing?.position : nil
  }
}

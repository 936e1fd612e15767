import JSON

/// Says what a queued task waits for, as only its runner's peers can tell.
package struct QueueStanding: Sendable, Hashable {
  /// Names what a queued task waits for.
  package enum Reason: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case parallelLimit = "parallel_limit"
    case runnerUnavailable = "runner_unavailable"
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
  /// Gives the reason beside the status, with what the record itself cannot know.
  package func statusReason(_ standing: QueueStanding?) -> String? {
    status == .queued ? standing?.reason.rawValue : statusReason
  }

  /// Gives the place in the queue while there is one.
  func queuePosition(_ standing: QueueStanding?) -> Int? {
    status == .queued ? standing?.position : nil
  }
}

import JSON
import JSONRPC
import Synchronization

/// Sends the progress of one call: ever rising, not too often, never after its answer.
final class ProgressReporter: Sendable {
  private struct Last {
    var progress: Double?
    var time: ContinuousClock.Instant?
  }

  private static let interval = Duration.milliseconds(500)

  private let last = Mutex(Last())
  private let token: RequestID
  private let entry: RequestTable.Entry
  private let requests: RequestTable
  private let knowsMessages: Bool

  /// Reads the token of the request; nil if the client asked for no progress.
  init?(
    _ meta: JSONObject, _ entry: RequestTable.Entry, _ requests: RequestTable,
    _ version: ProtocolVersion
  ) {
    guard let token = meta[MetaKey.progressToken].flatMap({ RequestID($0) }) else { return nil }
    self.token = token
    self.entry = entry
    self.requests = requests
    knowsMessages = version >= .march2025
  }

  func report(_ progress: Double, total: Double?, message: String?) {
    guard progress.isFinite, total?.isFinite ?? true else { return }
    last.withLock { last in
      let now = ContinuousClock.now
      if let before = last.progress, progress <= before { return }
      if let time = last.time, now - time < Self.interval { return }
      last = Last(progress: progress, time: now)
      // Sent under the lock, so that two threads cannot pass each other.
      requests.notify(entry, frame(progress, total, message))
    }
  }

  private func frame(_ progress: Double, _ total: Double?, _ message: String?) -> [UInt8] {
    var params: JSONObject = ["progressToken": token.value, "progress": Self.number(progress)]
    params["total"] = total.map { Self.number($0) }
    if knowsMessages { params["message"] = message.map { .string($0) } }
    return Frame.notification("notifications/progress", .object(params))
  }

  private static func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .integer($0) } ?? .double(value)
  }
}

import JSON
import Tasks

/// Remembers what a client waits for, so that its handle outlives every process.
package struct WaitHandle: Sendable, Hashable {
  /// `wait_` and 128 random bits.
  package var id: String
  package var tasks: [TaskID]
  /// What ends the wait: `needs_me`, `change` or `terminal`.
  package var until: String
  /// Only changes after this number count for `change`.
  package var after: Int
  /// Tells that cancelling the handle cancels the work as well.
  package var cancelsWork: Bool
  /// Tells that the client that made it can be asked by a form.
  package var canAsk: Bool
  package var createdAt: Timestamp
  package var endedAt: Timestamp?
  package var end: End?

  /// Says how a wait ended, where its tasks alone do not say it.
  package enum End: String, Sendable, CaseIterable, JSONCodable {
    case cancelled, done
    package static let json = Codec<End>.enumeration
  }

  package init(
    id: String, tasks: [TaskID], until: String, after: Int, cancelsWork: Bool, canAsk: Bool,
    createdAt: Timestamp, endedAt: Timestamp? = nil, end: End? = nil
  ) {
    self.id = id
    self.tasks = tasks
    self.until = until
    self.after = after
    self.cancelsWork = cancelsWork
    self.canAsk = canAsk
    self.createdAt = createdAt
    self.endedAt = endedAt
    self.end = end
  }

  /// Makes an id nobody can guess.
  package static func makeID() -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    var random = SystemRandomNumberGenerator()
    for index in bytes.indices { bytes[index] = UInt8.random(in: .min ... .max, using: &random) }
    return "wait_" + Hex.encode(bytes)
  }
}

extension WaitHandle: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("id", \.id, .string),
    required("tasks", \.tasks, .array(of: TaskID.json)),
    required("until", \.until, .string),
    required("after", \.after, .int),
    defaulted("cancelsWork", \.cancelsWork, .bool, false),
    defaulted("canAsk", \.canAsk, .bool, false),
    required("createdAt", \.createdAt, .timestamp),
    optional("endedAt", \.endedAt, .timestamp),
    optional("end", \.end, End.json))
}

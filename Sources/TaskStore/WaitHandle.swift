import JSON
import Tasks

/// Says how far a task must have come to end a wait.
package enum WaitUntil: String, Sendable, Hashable, CaseIterable, JSONCodable {
  /// It asks something or has ended.
  case needsMe = "needs_me"
  case change, terminal

  package static let json = Codec<WaitUntil>.enumeration
}

/// Remembers what a client waits for, so that its handle outlives every process.
package struct WaitHandle: Sendable, Hashable {
  /// `wait_` and 128 random bits.
  package var id: String
  package var tasks: [TaskID]
  package var until: WaitUntil
  /// Only changes after this number count for `change`.
  package var after: Int
  /// Tells that cancelling the handle cancels the work as well.
  package var cancelsWork: Bool
  /// Tells that the client that made it can be asked by a form.
  package var canAsk: Bool
  package var createdAt: Timestamp
  package var endedAt: Timestamp?
  package var end: End?

  /// Says how a wait ended, for good: its tasks may go on.
  package enum End: Sendable, Hashable {
    case cancelled
    /// Names the stored content that says what it came to; too much to be read with every start.
    case done(outcome: ContentID)
  }

  package init(
    id: String, tasks: [TaskID], until: WaitUntil, after: Int, cancelsWork: Bool, canAsk: Bool,
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

  /// Begins every id.
  package static let prefix = "wait_"

  /// Makes an id nobody can guess.
  package static func makeID() -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    var random = SystemRandomNumberGenerator()
    for index in bytes.indices { bytes[index] = UInt8.random(in: .min ... .max, using: &random) }
    return prefix + Hex.encode(bytes)
  }
}

extension WaitHandle: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("id", \.id, .string),
    required("tasks", \.tasks, .array(of: TaskID.json)),
    required("until", \.until, WaitUntil.json),
    required("after", \.after, .int),
    defaulted("cancelsWork", \.cancelsWork, .bool, false),
    defaulted("canAsk", \.canAsk, .bool, false),
    required("createdAt", \.createdAt, .timestamp),
    optional("endedAt", \.endedAt, .timestamp),
    optional("end", \.end, End.json))
}

extension WaitHandle.End: JSONCodable {
  private enum State: String, Sendable, CaseIterable { case cancelled, done }

  package static let json = Codec<WaitHandle.End>(
    schema: ["type": "object"],
    read: { value, faults in
      let state = faults.at("state") { Codec<State>.enumeration.read(value["state"] ?? .null, &$0) }
      switch state {
      case .cancelled: return .cancelled
      case .done:
        return faults.at("outcome") {
          Codec<ContentID>.contentID.read(value["outcome"] ?? .null, &$0)
        }.map { .done(outcome: $0) }
      case nil: return nil
      }
    },
    write: { end, writer in
      writer.beginObject()
      writer.key("state")
      switch end {
      case .cancelled: writer.string(State.cancelled.rawValue)
      case .done(let outcome):
        writer.string(State.done.rawValue)
        writer.key("outcome")
        writer.string(outcome.description)
      }
      writer.endObject()
    })
}

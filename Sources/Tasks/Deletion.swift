import JSON

/// Says who put a task into the bin, and when.
package struct Deletion: Sendable, Hashable {
  package var at: Timestamp
  package var by: Actor
}

extension Deletion: JSONCodable {
  package static let json = Codec.object(
    Self.init(at:by:), required("at", \.at, .timestamp, "When."),
    required("by", \.by, Actor.json, "Who."))
}

extension TaskRecord {
  mutating func delete(at moment: Moment) throws(IllegalTransition.Cause) {
    guard status.isTerminal else { throw .status(status) }
    deletion = Deletion(at: moment.at, by: moment.by)
    // Whoever asks again under its key is to get a task that is there.
    spec.idempotency = nil
  }

  mutating func restore() throws(IllegalTransition.Cause) {
    guard deletion != nil else { throw .status(status) }
    deletion = nil
  }
}

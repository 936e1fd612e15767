import JSON

extension Schedule: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("id", \.id, TaskID.json),
    required("name", \.name, .string),
    required("rhythm", \.rhythm, Rhythm.json),
    required("zone", \.zone, .string),
    required("overlap", \.overlap, Overlap.json),
    required("missed", \.missed, Missed.json),
    optional("startsAt", \.startsAt, .timestamp),
    optional("endsAt", \.endsAt, .timestamp),
    required("order", \.order, .anyObject),
    required("team", \.team, .string),
    required("making", \.making, Making.json),
    required("createdBy", \.createdBy, Actor.json),
    required("createdAt", \.createdAt, .timestamp),
    optional("latest", \.latest, Decision.json),
    optional("pausedAt", \.pausedAt, .timestamp),
    optional("countsFrom", \.countsFrom, .timestamp))
}

extension Schedule.Making: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("startDirectory", \.startDirectory, .string),
    required("environment", \.environment, .contentID),
    defaulted("content", \.content, .array(of: .contentID), []),
    required("mayRunCommands", \.mayRunCommands, .bool))
}

extension Schedule.Decision: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("dueAt", \.dueAt, .timestamp),
    required("outcome", \.outcome, Outcome.json),
    optional("task", \.task, TaskID.json),
    optional("message", \.message, .string))
}

import JSON

/// Names who caused a change, for the audit trail; shown, never trusted.
package struct Actor: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable, JSONCodable {
    case client, cli, console, runner, supervisor, attempt
    package static let json = Codec<Kind>.enumeration
  }

  package var kind: Kind
  /// The client's name and version, the user's name, or the attempt.
  package var name: String

  package init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }
}

extension Actor: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("kind", \.kind, Kind.json, "What kind of peer acted."),
    required("name", \.name, .string, "Its name, with a version where it gave one."))
}

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

  /// Tells whether it is meant by its name, or as it is shown: by kind and name.
  package func isCalled(_ words: String) -> Bool {
    name == words || words == "\(kind.rawValue) \(name)"
  }

  /// Gives the names of actors that words can mean.
  package static func names(for words: String) -> [String] {
    let kind = Kind.allCases.first { words.hasPrefix($0.rawValue + " ") }
    return [words] + (kind.map { [String(words.dropFirst($0.rawValue.count + 1))] } ?? [])
  }
}

extension Actor: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("kind", \.kind, Kind.json, "What kind of peer acted."),
    required("name", \.name, .string, "Its name, with a version where it gave one."))
}

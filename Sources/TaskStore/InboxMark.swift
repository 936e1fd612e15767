import JSON

/// Names whose reading mark it is: what one team has seen is new to another.
package struct InboxReader: Sendable, Hashable {
  package var client: String
  package var team: String

  package init(client: String, team: String) {
    self.client = client
    self.team = team
  }
}

/// Says up to which number a reader was shown what happened.
struct InboxMark: Sendable {
  var reader: InboxReader
  var number: Int
}

extension InboxMark: JSONCodable {
  static let json = Codec.object(
    { (client: String, team: String, number: Int) in
      InboxMark(reader: InboxReader(client: client, team: team), number: number)
    },
    required("client", \.reader.client, .string),
    required("team", \.reader.team, .string),
    required("seen", \.number, .int))
}

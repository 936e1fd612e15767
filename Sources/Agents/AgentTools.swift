import JSON

/// Names the server of ours through which an agent reports, asks and hands in its output.
///
/// The attempt's secret is in the file that the last argument names, closed to other users.
package struct AgentTools: Sendable, Hashable {
  /// The name under which agents know the server; it begins the names of its tools.
  package static let server = "errand"

  package var command: String
  package var arguments: [String]
  /// What a program that clears its servers' environment must hand on.
  package var environment: [String: String]

  package init(command: String, arguments: [String], environment: [String: String]) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
  }

  /// The longest one call of ours may wait where the agent's client is known to bear it, in
  /// seconds; each further call costs a request to the model.
  package static let patience = 1_500
  /// The same where nothing is known of the client.
  package static let shortPatience = 45

  /// How long such a client must be told to wait, in seconds.
  static let clientPatience = 1_800

  /// Gives the server as most programs' configuration has it.
  var entry: JSONObject {
    [
      "command": .string(command), "args": .array(arguments.map(JSONValue.string)),
      "env": .object(JSONObject(sorted.map { (key: $0.key, value: .string($0.value)) })),
    ]
  }

  /// Gives the environment in a fixed order.
  var sorted: [(key: String, value: String)] {
    environment.sorted { $0.key < $1.key }
  }
}

import JSON

/// Names the answers to a request for leave; `deny` also turns any question away.
package enum Permission: String, Sendable, Hashable, CaseIterable, JSONCodable {
  case allow
  /// For the rest of the conversation.
  case allowAlways = "allow_always"
  case deny

  package static let json = Codec<Permission>.enumeration

  /// Tells whether an answer turns its question away instead of answering it.
  package static func isRefusal(_ answer: JSONValue) -> Bool {
    answer["decision"]?.stringValue == deny.rawValue
  }

  /// Reads `"deny"` or `{"decision": "deny", "message": …}`; what is not understood is a no.
  package static func read(_ answer: JSONValue) -> (decision: Permission, message: String?) {
    let word = answer.stringValue ?? answer["decision"]?.stringValue
    return (word.flatMap(Permission.init) ?? .deny, answer["message"]?.stringValue)
  }

  /// Gives it as the answer that is stored, with words for the agent where there are some.
  package func answer(message: String? = nil) -> JSONValue {
    var members: JSONObject = ["decision": .string(rawValue)]
    members["message"] = message.map(JSONValue.string)
    return .object(members)
  }
}

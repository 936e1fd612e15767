import JSON

/// Offers a text a user can start from.
package struct Prompt: Sendable {
  package var name: String
  package var title: String
  package var description: String
  package var arguments: [PromptArgument]
  /// Makes the messages; required arguments are there.
  package var render: @Sendable ([String: String]) -> [PromptMessage]

  package init(
    name: String, title: String, description: String, arguments: [PromptArgument] = [],
    render: @escaping @Sendable ([String: String]) -> [PromptMessage]
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.arguments = arguments
    self.render = render
  }

  var entry: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "title": .string(title), "description": .string(description),
    ]
    if !arguments.isEmpty { object["arguments"] = .array(arguments.map(\.entry)) }
    return .object(object)
  }
}

package struct PromptArgument: Sendable {
  package var name: String
  package var title: String
  package var description: String
  package var isRequired: Bool
  /// Completes what the user has typed, given the other arguments.
  package var complete: @Sendable (_ prefix: String, _ context: [String: String]) -> Completion

  package init(
    _ name: String, title: String, description: String, isRequired: Bool,
    complete: @escaping @Sendable (_ prefix: String, _ context: [String: String]) -> Completion = {
      _, _ in Completion([])
    }
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.isRequired = isRequired
    self.complete = complete
  }

  var entry: JSONValue {
    [
      "name": .string(name), "title": .string(title), "description": .string(description),
      "required": .bool(isRequired),
    ]
  }
}

package struct PromptMessage: Sendable, Hashable {
  package enum Role: String, Sendable { case user, assistant }

  package var role: Role
  package var content: ContentBlock

  package init(_ role: Role, _ content: ContentBlock) {
    self.role = role
    self.content = content
  }

  package static func user(_ text: String) -> PromptMessage { PromptMessage(.user, .text(text)) }

  var value: JSONValue { ["role": .string(role.rawValue), "content": content.value] }
}

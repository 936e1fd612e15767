import JSON

/// Holds the questions of one request, and reads the answer to them.
struct QuestionForm: Sendable, Hashable {
  struct Item: Sendable, Hashable {
    /// Names the item in the answer.
    var key: String
    var header: String?
    var text: String
    var options: [String]
    var takesSeveral: Bool
  }

  var items: [Item]

  /// Puts one question as it is, and several as a form.
  func question(requestId: String) -> AgentQuestion {
    let sole = items.count == 1 ? items.first : nil
    let isChoice = sole.map { !$0.takesSeveral } ?? false
    return AgentQuestion(
      requestId: requestId, kind: .question,
      question: items.map(\.text).joined(separator: "\n"),
      options: sole?.options ?? [], schema: isChoice ? .none : schema)
  }

  /// Reads what was answered, by key: a sole question also takes the bare answer.
  func answers(_ value: JSONValue) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for item in items {
      let bare = items.count == 1 && value.objectValue == nil
      let answer = bare ? .some(value) : value[item.key]
      found[item.key] = answer.map(Self.words)
    }
    return found
  }

  private static func words(_ value: JSONValue) -> [String] {
    switch value {
    case .array(let several): several.flatMap(words)
    case .string(let text): [text]
    case .null: []
    default: [value.text]
    }
  }

  private var schema: JSONValue {
    var properties = JSONObject()
    for item in items {
      var member: JSONObject = ["type": "string", "description": .string(item.text)]
      if let header = item.header { member["title"] = .string(header) }
      let options = JSONValue.array(item.options.map(JSONValue.string))
      if item.takesSeveral {
        member["type"] = "array"
        member["items"] = ["type": "string", "enum": options]
      } else if !item.options.isEmpty {
        member["enum"] = options
      }
      properties[item.key] = .object(member)
    }
    return [
      "type": "object", "properties": .object(properties),
      "required": .array(items.map { .string($0.key) }), "additionalProperties": false,
    ]
  }
}

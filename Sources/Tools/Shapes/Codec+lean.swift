import JSON
import Tasks

// The list of tools stands in every conversation, so its schemas say what helps to call a tool
// right. Bounds that nobody meets by accident are checked, and told only to who breaks them.

extension Codec where Value == String {
  /// Takes text of so many characters, without saying so in the schema.
  static func text(_ length: ClosedRange<Int>) -> Codec<String> {
    Codec<String>.string(length: length).saying(["type": "string"])
  }
}

extension Codec where Value == TaskReference {
  /// Takes an id or a name.
  static var reference: Codec<TaskReference> {
    TaskReference.json.saying(["type": "string"])
  }
}

extension Codec {
  /// Describes the same values in other words.
  func saying(_ schema: @autoclosure @escaping @Sendable () -> JSONValue) -> Codec {
    Codec(schema: schema(), read: { self.read($0, &$1) }, write: { self.write($0, to: &$1) })
  }

  /// Leaves words out of an output's schema: its keys and the hint tell what a result means.
  var bare: Codec { saying(schema.leaving(out: ["description", "default", "format"])) }

  /// Leaves out closed lists and formats, too: for shapes that another tool's schema has in full.
  var lean: Codec {
    saying(
      schema.leaving(out: [
        "description", "default", "enum", "format", "minimum", "maximum", "minLength", "maxLength",
        "minItems", "maxItems",
      ]))
  }

  /// Names no member at all: the same shape stands in full beside it, or in another tool's schema.
  var outlined: Codec { saying(["type": "object"]) }
}

extension Codec {
  /// Tells of these members only that they are objects or lists: their keys explain themselves, and
  /// the list of tools is read more often than they are.
  func outlining(_ names: Set<String>) -> Codec { saying(schema.outlining(names)) }
}

extension JSONValue {
  /// Reduces members of these names, at every level, to their types.
  fileprivate func outlining(_ names: Set<String>) -> JSONValue {
    switch self {
    case .object(let schema):
      var kept = JSONObject()
      for (key, value) in schema {
        if key == "properties", case .object(let members) = value {
          kept[key] = .object(
            JSONObject(
              members.map { name, member in
                let outline: JSONValue = ["type": member["type"] ?? "object"]
                return (key: name, value: names.contains(name) ? outline : member.outlining(names))
              }))
        } else {
          kept[key] = value.outlining(names)
        }
      }
      return .object(kept)
    case .array(let items): return .array(items.map { $0.outlining(names) })
    case .null, .bool, .integer, .bigInteger, .double, .string: return self
    }
  }

  /// Leaves out bounds that nobody meets by accident, and defaults that go without saying.
  var spare: JSONValue {
    switch self {
    case .object(let schema):
      var kept = JSONObject()
      for (key, value) in schema {
        switch (key, value) {
        case ("minimum", .integer(...2_000)), ("minimum", .double), ("maximum", .double),
          ("maximum", .integer(10_000...)), ("maxItems", _), ("pattern", _), ("default", false),
          ("default", []), ("default", .integer(ByteBudget.usual)), ("format", "date-time"):
          continue
        case ("properties", .object(let members)):
          kept[key] = .object(
            JSONObject(
              members.map { name, member in
                let isPlain = Self.plain.contains(name)
                let schema = member.spare
                return (key: name, value: isPlain ? schema.untold : schema)
              }))
        default: kept[key] = value.spare
        }
      }
      return .object(kept)
    case .array(let items): return .array(items.map(\.spare))
    case .null, .bool, .integer, .bigInteger, .double, .string: return self
    }
  }

  /// Names arguments that mean the same in every tool, and say it by their names.
  static let plain: Set = [
    "task_id", "team_id", "diary_id", "max_bytes", "title", "limit", "cursor", "order", "model",
    "queued_after", "queued_before", "completed_after", "completed_before", "content_type",
    "correlation_id", "created_by", "budget_usd", "budget_tokens", "max_turns", "timeout_sec",
    "comments", "reviewer", "author", "effort",
    "session", "provider", "has_attempts", "allowed_profiles", "required_tools",
    "required_executor_trust_level", "max_attempts",
  ]

  private var untold: JSONValue { leaving(out: ["description"]) }

  /// Takes keywords out of a schema at every level; members keep their names whatever they are.
  fileprivate func leaving(out keywords: Set<String>) -> JSONValue {
    switch self {
    case .object(let schema):
      var kept = JSONObject()
      for (key, value) in schema where !keywords.contains(key) {
        if key == "properties", case .object(let members) = value {
          kept[key] = .object(
            JSONObject(members.map { (key: $0.key, value: $0.value.leaving(out: keywords)) }))
        } else {
          kept[key] = value.leaving(out: keywords)
        }
      }
      return .object(kept)
    case .array(let items): return .array(items.map { $0.leaving(out: keywords) })
    case .null, .bool, .integer, .bigInteger, .double, .string: return self
    }
  }
}

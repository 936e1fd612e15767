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
  func saying(_ schema: JSONValue) -> Codec {
    Codec(schema: schema, read: { self.read($0, &$1) }, write: { self.write($0, to: &$1) })
  }

  /// Leaves words out of an output's schema: its keys and the hint tell what a result means.
  var bare: Codec { saying(schema.leaving(out: ["description", "default"])) }

  /// Leaves out closed lists and formats, too: for shapes that another tool's schema has in full.
  var lean: Codec {
    saying(schema.leaving(out: ["description", "default", "enum", "format", "minimum", "maximum"]))
  }
}

extension Codec {
  /// Says only of members, at any level, that they are objects: their shapes stand elsewhere in full,
  /// or tell a model nothing it could act on.
  func summing(up members: Set<String>) -> Codec { saying(schema.summing(up: members)) }
}

extension JSONValue {
  fileprivate func summing(up members: Set<String>) -> JSONValue {
    switch self {
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { key, value in
            let isSummed = members.contains(key) && value["properties"] != nil
            return (key: key, value: isSummed ? ["type": "object"] : value.summing(up: members))
          }))
    case .array(let items): .array(items.map { $0.summing(up: members) })
    case .null, .bool, .integer, .bigInteger, .double, .string: self
    }
  }

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

import JSON

extension Codec {
  /// Declares an object that has the members of two shapes, side by side.
  static func beside<First, Second>(
    _ first: Codec<First>, _ second: Codec<Second>,
    make: @escaping @Sendable (First, Second) -> Value,
    parts: @escaping @Sendable (Value) -> (First, Second)
  ) -> Codec {
    Codec(
      schema: merged(first.schema, second.schema),
      read: { value, faults in
        let one = first.read(value, &faults)
        let two = second.read(value, &faults)
        guard let one, let two else { return nil }
        return make(one, two)
      },
      write: { value, writer in
        let (one, two) = parts(value)
        writer.beginObject()
        for part in [first.value(of: one), second.value(of: two)] {
          for (key, member) in part.objectValue ?? [:] {
            writer.key(key)
            writer.value(member)
          }
        }
        writer.endObject()
      })
  }

  /// Promises only these members, for shapes of which a part may be asked for.
  func promising(_ members: [String]) -> JSONValue {
    guard case .object(var object) = schema else { return schema }
    object["required"] = members.isEmpty ? nil : .array(members.map { .string($0) })
    return .object(object)
  }

  private static func merged(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    var properties = first["properties"]?.objectValue ?? [:]
    for (key, schema) in second["properties"]?.objectValue ?? [:] { properties[key] = schema }
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    let required = [first, second].flatMap { $0["required"]?.arrayValue ?? [] }
    if !required.isEmpty { schema["required"] = .array(required) }
    return .object(schema)
  }
}

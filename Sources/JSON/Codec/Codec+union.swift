/// Declares one case of a union: its tag, and how its payload goes in and out.
@usableFromInline
package struct Variant<Whole: Sendable>: Sendable {
  @usableFromInline let tag: String
  @usableFromInline let names: Set<String>
  @usableFromInline let makeSchema: @Sendable () -> JSONObject
  @usableFromInline let read: @Sendable (JSONObject, _ tagKey: String, inout Faults) -> Whole?
  /// Writes the payload's members and tells whether the value is of this case; the action given
  /// writes the tag before them.
  @usableFromInline let write:
    @Sendable (Whole, inout JSONWriter, (inout JSONWriter) -> Void) -> Bool

  @inlinable init(
    tag: String, names: Set<String>, schema: @escaping @Sendable () -> JSONObject,
    read: @escaping @Sendable (JSONObject, _ tagKey: String, inout Faults) -> Whole?,
    write:
      @escaping @Sendable (Whole, inout JSONWriter, (inout JSONWriter) -> Void) -> Bool
  ) {
    self.tag = tag
    self.names = names
    makeSchema = schema
    self.read = read
    self.write = write
  }

  /// Declares a case whose payload is an object; its members stand beside the tag.
  @inlinable package static func variant<Payload>(
    _ tag: String,
    extract: @escaping @Sendable (Whole) -> Payload?,
    embed: @escaping @Sendable (Payload) -> Whole,
    _ codec: Codec<Payload>
  ) -> Variant {
    guard let members = codec.members else {
      preconditionFailure("the payload of \"\(tag)\" is no object: give it a name with .sole")
    }
    return Variant(
      tag: tag, names: members.names, schema: { codec.schema.objectValue ?? [:] },
      read: { object, tagKey, faults in members.read(object, tagKey, &faults).map(embed) },
      write: { whole, writer, writeTag in
        guard let payload = extract(whole) else { return false }
        writeTag(&writer)
        members.write(payload, &writer)
        return true
      })
  }

  /// Declares a case without a payload.
  @inlinable package static func variant(
    _ tag: String, _ whole: Whole
  ) -> Variant where Whole: Equatable {
    Variant(
      tag: tag, names: [], schema: { ["type": "object", "properties": [:]] },
      read: { _, _, _ in whole },
      write: { value, writer, writeTag in
        guard value == whole else { return false }
        writeTag(&writer)
        return true
      })
  }
}

extension Codec {
  /// Declares a value of one of several shapes, told apart by a tag: `{"type":"created", …}`.
  package static func union(tag: String, _ variants: Variant<Value>...) -> Codec {
    for variant in variants {
      precondition(
        !variant.names.contains(tag),
        "the payload of \"\(variant.tag)\" has a member named as the tag")
    }
    let byTag = Dictionary(uniqueKeysWithValues: variants.map { ($0.tag, $0) })
    let tags = variants.map(\.tag)
    let listed = tags.map { "\"\($0)\"" }.joined(separator: ", ")
    let read: @Sendable (JSONObject, String?, inout Faults) -> Value? = { object, _, faults in
      guard let name = object[tag] else {
        faults.at(tag) { $0.add("required") }
        return nil
      }
      guard case .string(let text) = name, let variant = byTag[text] else {
        let hint = name.stringValue.map { Nearest.hint(for: $0, among: tags) } ?? ""
        faults.at(tag) { $0.add("expected one of \(listed), found \(name.shown)\(hint)") }
        return nil
      }
      return variant.read(object, tag, &faults)
    }
    let write: @Sendable (Value, inout JSONWriter) -> Void = { value, writer in
      for variant in variants {
        let isWritten = variant.write(value, &writer) { writer in
          writer.key(tag)
          writer.string(variant.tag)
        }
        if isWritten { return }
      }
      preconditionFailure("no variant of the union \(tags) takes \(value)")
    }
    return Codec(
      schema: LazySchema {
        ["type": "object", "oneOf": .array(variants.map { $0.schema(taggedBy: tag) })]
      },
      members: MemberShape(
        names: variants.reduce([tag]) { $0.union($1.names) }, read: read, write: write),
      read: { value, faults in
        guard case .object(let object) = value else {
          return faults.expected("an object", value)
        }
        return read(object, nil, &faults)
      },
      write: { value, writer in
        writer.beginObject()
        write(value, &writer)
        writer.endObject()
      })
  }
}

extension Variant {
  /// Puts the tag first among the payload's properties.
  fileprivate func schema(taggedBy key: String) -> JSONValue {
    let schema = makeSchema()
    var properties: JSONObject = [:]
    properties[key] = ["const": .string(tag)]
    for (name, property) in schema["properties"]?.objectValue ?? [:] { properties[name] = property }
    var whole = schema
    whole["properties"] = .object(properties)
    whole["required"] = .array([.string(key)] + (schema["required"]?.arrayValue ?? []))
    return .object(whole)
  }
}

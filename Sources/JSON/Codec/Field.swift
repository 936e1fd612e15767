/// Declares one member of an object: its key, its value, and where the value lives.
package final class Field<Root, Value: Sendable>: Sendable {
  package let name: String
  let keys: [String]
  let schema: JSONValue
  let isRequired: Bool
  /// Reads what stands at the key, which may be nothing; throws exactly when a fault was added.
  let read: @Sendable (JSONValue?, inout Faults) throws(Refusal) -> Value
  /// Writes key and value, or nothing.
  let write: @Sendable (Root, inout JSONWriter) -> Void

  fileprivate init(
    _ name: String, alias: String?, schema: JSONValue, isRequired: Bool,
    read: @escaping @Sendable (JSONValue?, inout Faults) throws(Refusal) -> Value,
    write: @escaping @Sendable (Root, inout JSONWriter) -> Void
  ) {
    self.name = name
    self.schema = schema
    self.isRequired = isRequired
    self.read = read
    self.write = write
    // A snake_case key is also known by its camelCase spelling.
    var keys = [name]
    for spelling in [name.camelCased, alias, alias?.camelCased] {
      if let spelling, !keys.contains(spelling) { keys.append(spelling) }
    }
    self.keys = keys
  }
}

/// Declares a member that must be there.
package func required<Root, Value>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>,
  _ doc: String = "", alias: String? = nil
) -> Field<Root, Value> {
  Field(
    name, alias: alias, schema: codec.schema.described(doc), isRequired: true,
    read: { (value, faults) throws(Refusal) in
      guard let value else {
        faults.add("required")
        throw Refusal()
      }
      return try codec.take(value, &faults)
    },
    write: { root, writer in
      writer.key(name)
      codec.write(get(root), to: &writer)
    })
}

/// Declares a member that may be absent or null, which is nil; nil is not written.
package func optional<Root, Value>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value?, _ codec: Codec<Value>,
  _ doc: String = "", alias: String? = nil
) -> Field<Root, Value?> {
  Field(
    name, alias: alias, schema: codec.schema.described(doc), isRequired: false,
    read: { (value, faults) throws(Refusal) in
      guard let value, !value.isNull else { return nil }
      return try codec.take(value, &faults)
    },
    write: { root, writer in
      guard let value = get(root) else { return }
      writer.key(name)
      codec.write(value, to: &writer)
    })
}

/// Declares a member that has a default; the default itself is not written.
package func defaulted<Root, Value: Equatable>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>,
  _ fallback: Value, _ doc: String = "", alias: String? = nil
) -> Field<Root, Value> {
  var schema = codec.schema.described(doc)
  if case .object(var object) = schema {
    object["default"] = codec.value(of: fallback)
    schema = .object(object)
  }
  return Field(
    name, alias: alias, schema: schema, isRequired: false,
    read: { (value, faults) throws(Refusal) in
      guard let value else { return fallback }
      return try codec.take(value, &faults)
    },
    write: { root, writer in
      let value = get(root)
      guard value != fallback else { return }
      writer.key(name)
      codec.write(value, to: &writer)
    })
}

/// Says that a value could not be read; the faults beside it say why.
struct Refusal: Error {}

extension Codec {
  fileprivate func take(_ value: JSONValue, _ faults: inout Faults) throws(Refusal) -> Value {
    guard let result = read(value, &faults) else { throw Refusal() }
    return result
  }
}

extension String {
  /// Spells snake_case in camelCase.
  fileprivate var camelCased: String {
    let words = split(separator: "_")
    guard words.count > 1, let first = words.first else { return self }
    return words.dropFirst().reduce(String(first)) {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
  }
}

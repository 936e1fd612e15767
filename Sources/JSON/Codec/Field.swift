/// Declares one member of an object: its key, its value, and where the value lives.
@usableFromInline
package final class Field<Root, Value: Sendable>: Sendable {
  @usableFromInline package let name: String
  /// Other spellings that are taken for the name.
  @usableFromInline let aliases: [String]
  @usableFromInline let makeSchema: @Sendable () -> JSONValue
  @usableFromInline let isRequired: Bool
  /// Reads what stands at the key, which may be nothing; throws exactly when a fault was added.
  @usableFromInline let read: @Sendable (JSONValue?, inout Faults) throws(Refusal) -> Value
  /// Writes key and value, or nothing.
  @usableFromInline let write: @Sendable (Root, inout JSONWriter) -> Void

  @inlinable init(
    _ name: String, alias: String?, schema: @autoclosure @escaping @Sendable () -> JSONValue,
    isRequired: Bool,
    read: @escaping @Sendable (JSONValue?, inout Faults) throws(Refusal) -> Value,
    write: @escaping @Sendable (Root, inout JSONWriter) -> Void
  ) {
    self.name = name
    makeSchema = schema
    self.isRequired = isRequired
    self.read = read
    self.write = write
    aliases = name.aliases(with: alias)
  }
}

/// Declares a member that must be there.
@inlinable package func required<Root, Value>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>,
  _ doc: String = "", alias: String? = nil
) -> Field<Root, Value> {
  let key = JSONWriter.encoded(key: name)
  return Field(
    name, alias: alias, schema: codec.schema.described(doc), isRequired: true,
    read: { (value, faults) throws(Refusal) in
      guard let value else {
        faults.add("required")
        throw Refusal()
      }
      return try codec.take(value, &faults)
    },
    write: { root, writer in
      writer.key(encoded: key)
      codec.write(get(root), to: &writer)
    })
}

/// Declares a member that may be absent or null, which is nil; nil is not written.
@inlinable package func optional<Root, Value>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value?, _ codec: Codec<Value>,
  _ doc: String = "", alias: String? = nil
) -> Field<Root, Value?> {
  let key = JSONWriter.encoded(key: name)
  return Field(
    name, alias: alias, schema: codec.schema.described(doc), isRequired: false,
    read: { (value, faults) throws(Refusal) in
      guard let value, !value.isNull else { return nil }
      return try codec.take(value, &faults)
    },
    write: { root, writer in
      guard let value = get(root) else { return }
      writer.key(encoded: key)
      codec.write(value, to: &writer)
    })
}

/// Declares a member that has a default, also where it is null; the default is not written.
@inlinable package func defaulted<Root, Value: Equatable>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>,
  _ fallback: Value, _ doc: String = "", alias: String? = nil
) -> Field<Root, Value> {
  let key = JSONWriter.encoded(key: name)
  return Field(
    name, alias: alias,
    schema: codec.schema.described(doc).defaulting(to: codec.value(of: fallback)),
    isRequired: false,
    read: { (value, faults) throws(Refusal) in
      guard let value, !value.isNull else { return fallback }
      return try codec.take(value, &faults)
    },
    write: { root, writer in
      let value = get(root)
      guard value != fallback else { return }
      writer.key(encoded: key)
      codec.write(value, to: &writer)
    })
}

extension JSONValue {
  /// Adds a default to a schema.
  @usableFromInline func defaulting(to value: JSONValue) -> JSONValue {
    guard case .object(var object) = self else { return self }
    object["default"] = value
    return .object(object)
  }
}

/// Says that a value could not be read; the faults beside it say why.
@usableFromInline
struct Refusal: Error {
  @inlinable init() {}
}

extension Codec {
  @inlinable func take(_ value: JSONValue, _ faults: inout Faults) throws(Refusal) -> Value {
    guard let result = read(value, &faults) else { throw Refusal() }
    return result
  }
}

extension String {
  /// Gives what else a field of this name answers to: a snake_case key is also known by its
  /// camelCase spelling.
  @usableFromInline func aliases(with alias: String?) -> [String] {
    precondition(utf8.allSatisfy { $0 < 0x80 }, "names are ASCII: == compares their bytes")
    var keys: [String] = []
    for spelling in [camelCased, alias, alias?.camelCased] {
      if let spelling, spelling != self, !keys.contains(spelling) { keys.append(spelling) }
    }
    return keys
  }

  /// Spells snake_case in camelCase.
  fileprivate var camelCased: String {
    // Hundreds of names are declared when a program starts, nearly all of one word.
    guard utf8.contains(UInt8(ascii: "_")) else { return self }
    let words = split(separator: "_")
    guard words.count > 1, let first = words.first else { return self }
    return words.dropFirst().reduce(String(first)) {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
  }
}

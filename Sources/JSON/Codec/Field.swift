/// Declares one member of an object: its key, its value, and where the value lives.
@usableFromInline
package final class Field<Root, Value: Sendable>: Sendable {
  @usableFromInline let head: FieldHead
  /// Reads what stands at the key, which may be nothing; throws exactly when a fault was added.
  @usableFromInline let read: @Sendable (JSONValue?, inout Faults) throws(Refusal) -> Value
  /// Writes key and value, or nothing.
  @usableFromInline let write: @Sendable (Root, inout JSONWriter) -> Void
  /// Reads what stands at the key for its faults alone.
  @usableFromInline let examine: @Sendable (JSONValue?, inout Faults) -> Void

  @inlinable init(
    _ head: FieldHead,
    read: @escaping @Sendable (JSONValue?, inout Faults) throws(Refusal) -> Value,
    write: @escaping @Sendable (Root, inout JSONWriter) -> Void
  ) {
    self.head = head
    self.read = read
    self.write = write
    examine = { value, faults in
      do throws(Refusal) {
        _ = try read(value, &faults)
      } catch {
        // The fault stands in `faults`.
      }
    }
  }
}

/// Says of a field what does not depend on types, so that the code for it is made once.
@usableFromInline final class FieldHead: Sendable {
  let name: String
  /// Other spellings that are taken for the name.
  let aliases: [String]
  /// Holds the key as it is written.
  @usableFromInline let key: [UInt8]
  let isRequired: Bool
  private let valueSchema: LazySchema
  private let doc: String
  private let fallback: (@Sendable () -> JSONValue)?

  @usableFromInline init(
    _ name: String, _ alias: String?, isRequired: Bool, _ schema: LazySchema, _ doc: String,
    fallback: (@Sendable () -> JSONValue)? = nil
  ) {
    self.name = name
    self.isRequired = isRequired
    self.doc = doc
    self.fallback = fallback
    valueSchema = schema
    key = JSONWriter.encoded(key: name)
    aliases = name.aliases(with: alias)
  }

  var schema: JSONValue {
    let described = valueSchema.value.described(doc)
    return fallback.map { described.defaulting(to: $0()) } ?? described
  }
}

// The three below are never inlined: an object would hold the making of each of its fields, which
// are many and of few types. Their closures hold parts of a codec, since a whole one is larger.

/// Declares a member that must be there.
@inline(never) @inlinable package func required<Root, Value>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>,
  _ doc: String = "", alias: String? = nil
) -> Field<Root, Value> {
  let head = FieldHead(name, alias, isRequired: true, codec.lazySchema, doc)
  return Field(
    head,
    read: { [reading = codec.reading] (value, faults) throws(Refusal) in
      guard let value else {
        faults.add("required")
        throw Refusal()
      }
      return try Refusal.unless(reading(value, &faults))
    },
    write: { [writing = codec.writing] root, writer in
      writer.key(encoded: head.key)
      writing(get(root), &writer)
    })
}

/// Declares a member that may be absent or null, which is nil; nil is not written.
@inline(never) @inlinable package func optional<Root, Value>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value?, _ codec: Codec<Value>,
  _ doc: String = "", alias: String? = nil
) -> Field<Root, Value?> {
  let head = FieldHead(name, alias, isRequired: false, codec.lazySchema, doc)
  return Field(
    head,
    read: { [reading = codec.reading] (value, faults) throws(Refusal) in
      guard let value, !value.isNull else { return nil }
      return try Refusal.unless(reading(value, &faults))
    },
    write: { [writing = codec.writing] root, writer in
      guard let value = get(root) else { return }
      writer.key(encoded: head.key)
      writing(value, &writer)
    })
}

/// Declares a member that has a default, also where it is null; the default is not written.
@inline(never) @inlinable package func defaulted<Root, Value: Equatable>(
  _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>,
  _ fallback: Value, _ doc: String = "", alias: String? = nil
) -> Field<Root, Value> {
  let head = FieldHead(name, alias, isRequired: false, codec.lazySchema, doc) {
    codec.value(of: fallback)
  }
  return Field(
    head,
    read: { [reading = codec.reading] (value, faults) throws(Refusal) in
      guard let value, !value.isNull else { return fallback }
      return try Refusal.unless(reading(value, &faults))
    },
    write: { [writing = codec.writing] root, writer in
      let value = get(root)
      guard value != fallback else { return }
      writer.key(encoded: head.key)
      writing(value, &writer)
    })
}

extension JSONValue {
  /// Adds a default to a schema.
  fileprivate func defaulting(to value: JSONValue) -> JSONValue {
    guard case .object(var object) = self else { return self }
    object["default"] = value
    return .object(object)
  }
}

/// Says that a value could not be read; the faults beside it say why.
@usableFromInline
struct Refusal: Error {
  @inlinable init() {}

  @inlinable static func unless<Value>(_ value: Value?) throws(Refusal) -> Value {
    guard let value else { throw Refusal() }
    return value
  }
}

extension String {
  /// Gives what else a field of this name answers to: a snake_case key is also known by its
  /// camelCase spelling.
  fileprivate func aliases(with alias: String?) -> [String] {
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

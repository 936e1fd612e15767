/// Has a JSON shape that is declared once: schema, reader and writer in one.
@usableFromInline
package protocol JSONCodable: Sendable {
  static var json: Codec<Self> { get }
}

/// Reads and writes one type of value, and describes it as a JSON Schema.
///
/// What makes codecs can be inlined into other rooms: read and written by types known only while
/// running, a record costs five times as much.
@usableFromInline
package struct Codec<Value: Sendable>: Sendable {
  @usableFromInline let lazySchema: LazySchema
  @usableFromInline let reading: @Sendable (JSONValue, inout Faults) -> Value?
  @usableFromInline let writing: @Sendable (Value, inout JSONWriter) -> Void
  /// Is present where the shape is an object, so that a union can put its tag beside the members.
  @usableFromInline let members: MemberShape<Value>?

  /// Takes a reader that returns nil exactly when it adds a fault.
  @inlinable package init(
    schema: @autoclosure @escaping @Sendable () -> JSONValue,
    read: @escaping @Sendable (JSONValue, inout Faults) -> Value?,
    write: @escaping @Sendable (Value, inout JSONWriter) -> Void
  ) {
    self.init(schema: LazySchema(schema), members: nil, read: read, write: write)
  }

  @inlinable init(
    schema: LazySchema, members: MemberShape<Value>?,
    read: @escaping @Sendable (JSONValue, inout Faults) -> Value?,
    write: @escaping @Sendable (Value, inout JSONWriter) -> Void
  ) {
    lazySchema = schema
    self.members = members
    reading = read
    writing = write
  }

  /// Describes the shape in words both of 2020-12 and of draft 7; never a `$ref`.
  @usableFromInline package var schema: JSONValue { lazySchema.value }

  /// Reads a value; nil exactly when a fault was added.
  @inlinable package func read(_ value: JSONValue, _ faults: inout Faults) -> Value? {
    reading(value, &faults)
  }

  @inlinable package func write(_ value: Value, to writer: inout JSONWriter) {
    writing(value, &writer)
  }

  package func decode(_ value: JSONValue) throws(Mismatch) -> Value {
    var faults = Faults()
    guard let result = reading(value, &faults) else { throw Mismatch(faults: faults.all) }
    return result
  }

  package func encode(_ value: Value) -> [UInt8] {
    var writer = JSONWriter()
    writing(value, &writer)
    return writer.bytes
  }

  /// Gives the written form as a value.
  @usableFromInline package func value(of value: Value) -> JSONValue {
    let bytes = encode(value)
    do {
      // Depth was bounded when the parts came in; here it is what it is.
      return try JSONValue.parse(bytes, depth: .max)
    } catch {
      preconditionFailure("a codec wrote what is no JSON: \(error)")
    }
  }

  /// Adds a description to the schema.
  package func described(_ text: String) -> Codec {
    Codec(
      schema: LazySchema { schema.described(text) }, members: members, read: reading,
      write: writing)
  }

  /// Reads and writes another type through this one; what `to` refuses is "expected …".
  @inlinable package func map<Other>(
    _ to: @escaping @Sendable (Value) -> Other?, expected: String,
    from: @escaping @Sendable (Other) -> Value
  ) -> Codec<Other> {
    Codec<Other>(
      schema: lazySchema, members: members?.map(to, expected: expected, from: from),
      read: { [reading] value, faults in
        guard let inner = reading(value, &faults) else { return nil }
        guard let result = to(inner) else {
          faults.add("expected \(expected)")
          return nil
        }
        return result
      },
      write: { [writing] value, writer in writing(from(value), &writer) })
  }

  /// Reads null as nil and writes nil as null.
  @inlinable package var nullable: Codec<Value?> {
    Codec<Value?>(
      schema: ["anyOf": [schema, ["type": "null"]]],
      read: { [reading] value, faults in
        if case .null = value { return .some(nil) }
        return reading(value, &faults).map(Optional.some)
      },
      write: { [writing] value, writer in
        if let value { writing(value, &writer) } else { writer.null() }
      })
  }
}

/// Reads and writes the members of an object that somebody else opens and closes.
///
/// A class, so that a copy of a codec is a reference more.
@usableFromInline final class MemberShape<Value: Sendable>: Sendable {
  /// Names what may be written, so that no tag is called alike.
  @usableFromInline let names: Set<String>
  /// Takes the key of a tag that stands among the members and is not theirs.
  @usableFromInline let read: @Sendable (JSONObject, _ tag: String?, inout Faults) -> Value?
  @usableFromInline let write: @Sendable (Value, inout JSONWriter) -> Void

  @inlinable init(
    names: Set<String>,
    read: @escaping @Sendable (JSONObject, _ tag: String?, inout Faults) -> Value?,
    write: @escaping @Sendable (Value, inout JSONWriter) -> Void
  ) {
    self.names = names
    self.read = read
    self.write = write
  }

  @inlinable func map<Other>(
    _ to: @escaping @Sendable (Value) -> Other?, expected: String,
    from: @escaping @Sendable (Other) -> Value
  ) -> MemberShape<Other> {
    MemberShape<Other>(
      names: names,
      read: { [read] object, tag, faults in
        guard let inner = read(object, tag, &faults) else { return nil }
        guard let result = to(inner) else {
          faults.add("expected \(expected)")
          return nil
        }
        return result
      },
      write: { [write] value, writer in write(from(value), &writer) })
  }
}

extension JSONValue {
  /// Adds a description to a schema, if there is one to add.
  func described(_ text: String) -> JSONValue {
    guard !text.isEmpty, case .object(var object) = self else { return self }
    object["description"] = .string(text)
    return .object(object)
  }
}

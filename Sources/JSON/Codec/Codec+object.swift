/// Says what becomes of a key that no field declares.
@usableFromInline
package enum UnknownKeys: Sendable {
  /// Passed over, for records that a newer version may have written.
  case ignored
  /// A fault that names the nearest right key, for what people and models type.
  case refused
}

extension Codec {
  /// Declares an object: how to make it, and its members in the order they are written.
  @inlinable package static func object<each Member: Sendable>(
    _ make: @escaping @Sendable (repeat each Member) -> Value,
    unknownKeys: UnknownKeys = .ignored,
    _ field: repeat Field<Value, each Member>
  ) -> Codec {
    let fields = (repeat each field)
    var names: [String] = []
    var keys: Set<String> = []
    for field in repeat each field {
      names.append(field.name)
      let spellings = [field.name] + field.aliases
      precondition(keys.isDisjoint(with: spellings), "two fields answer to \(field.name)")
      keys.formUnion(spellings)
    }
    let strangers = Strangers(unknownKeys, known: keys, names: names)
    let read: @Sendable (JSONObject, String?, inout Faults) -> Value? = { object, tag, faults in
      var reader = MemberReader(object)
      do throws(Refusal) {
        let value = make(repeat try reader.take(each fields))
        if strangers.areAbsent(from: object, tag: tag, taken: reader.taken) { return value }
      } catch {
        // The reading below names it.
      }
      // Something is wrong: read again to name everything, not the first thing only.
      reader = MemberReader(object)
      for field in repeat each fields { reader.examine(field, &faults) }
      strangers.name(in: object, tag: tag, &faults)
      return nil
    }
    let write: @Sendable (Value, inout JSONWriter) -> Void = { value, writer in
      for field in repeat each fields { field.write(value, &writer) }
    }
    return Codec(
      schema: LazySchema { objectSchema(unknownKeys, repeat each fields) },
      members: MemberShape(names: Set(names), read: read, write: write),
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

  /// Declares an object of one member, for a value that needs a name.
  @inlinable package static func sole(
    _ name: String, _ codec: Codec, _ doc: String = ""
  ) -> Codec {
    object({ $0 }, required(name, { $0 }, codec, doc))
  }

  @usableFromInline static func objectSchema<each Member>(
    _ unknownKeys: UnknownKeys, _ field: repeat Field<Value, each Member>
  ) -> JSONValue {
    var properties = JSONObject()
    var required: [JSONValue] = []
    for field in repeat each field {
      properties[field.name] = field.makeSchema()
      if field.isRequired { required.append(.string(field.name)) }
    }
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { schema["required"] = .array(required) }
    if unknownKeys == .refused { schema["additionalProperties"] = false }
    return .object(schema)
  }
}

/// Finds the keys that no field declares, where that is a fault.
@usableFromInline struct Strangers: Sendable {
  private let policy: UnknownKeys
  private let known: Set<String>
  private let names: [String]

  @usableFromInline init(_ policy: UnknownKeys, known: Set<String>, names: [String]) {
    (self.policy, self.known, self.names) = (policy, known, names)
  }

  @usableFromInline func areAbsent(from object: JSONObject, tag: String?, taken: Int) -> Bool {
    policy == .ignored || taken == object.count - (tag == nil ? 0 : 1)
  }

  @usableFromInline func name(in object: JSONObject, tag: String?, _ faults: inout Faults) {
    guard policy == .refused else { return }
    for key in object.keys where !known.contains(key) && key != tag {
      faults.at(key) { $0.add("unknown key \"\(key)\"\(Nearest.hint(for: key, among: names))") }
    }
  }
}

/// Walks an object's members beside the fields, which mostly come in the same order.
@usableFromInline struct MemberReader {
  @usableFromInline let object: JSONObject
  private var expected = 0
  /// Tells that exactly the members before the expected one are taken.
  private var isInOrder = true
  /// Counts the members that some field took.
  @usableFromInline private(set) var taken = 0

  @usableFromInline init(_ object: JSONObject) { self.object = object }

  /// Reads one field and gives up at the first fault.
  @inlinable mutating func take<Root, Value>(_ field: Field<Root, Value>) throws(Refusal) -> Value {
    var faults = Faults()
    let position = find(field.name, field.aliases, &faults)
    guard faults.isEmpty else { throw Refusal() }
    return try field.read(position.map { object.members[$0].value }, &faults)
  }

  /// Reads one field for its faults alone.
  @inlinable mutating func examine<Root, Value>(_ field: Field<Root, Value>, _ faults: inout Faults)
  {
    let position = find(field.name, field.aliases, &faults)
    let member = position.map { object.members[$0] }
    faults.at(member?.key ?? field.name) { faults in
      do throws(Refusal) {
        _ = try field.read(member?.value, &faults)
      } catch {
        // The fault stands in `faults`.
      }
    }
  }

  /// Finds a member by any of a field's keys; two spellings at once are a fault.
  @usableFromInline mutating func find(
    _ name: String, _ aliases: [String], _ faults: inout Faults
  ) -> Int? {
    guard taken < object.count else { return nil }
    var found = position(of: name)
    if found != nil { taken += 1 }
    for alias in aliases {
      guard let position = position(of: alias) else { continue }
      taken += 1
      if let found {
        let first = object.members[found].key
        faults.at(alias) { $0.add("given twice, also as \"\(first)\"") }
      } else {
        found = position
      }
    }
    if let found {
      isInOrder = isInOrder && found == expected
      expected = found + 1
    }
    return found
  }

  private func position(of key: String) -> Int? {
    let rest = object.members[expected...]
    // As long as all come in order only the rest is searched: most fields are absent.
    if isInOrder, rest.count <= JSONObject.scanLimit {
      return rest.firstIndex { Self.isKey($0.key, key) }
    }
    if let next = rest.first?.key, Self.isKey(next, key) { return expected }
    return object.position(of: key)
  }

  /// Compares with a field's key, which is ASCII: a text that equals one in as many bytes has the
  /// same bytes.
  private static func isKey(_ text: String, _ key: String) -> Bool {
    text.utf8.count == key.utf8.count && text == key
  }
}

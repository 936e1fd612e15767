extension Codec where Value: JSONCodable {
  /// Uses the shape a type declares for itself.
  @inlinable package static var nested: Codec { Value.json }
}

extension Codec {
  @inlinable package static func array<Item>(
    of item: Codec<Item>, count: ClosedRange<Int>? = nil
  ) -> Codec where Value == [Item] {
    Codec(
      schema: .array(of: item.schema, count: count),
      read: { value, faults in
        guard case .array(let items) = value else { return faults.expected("an array", value) }
        if let count, !count.contains(items.count) {
          faults.add("expected \(count.described) items, found \(items.count)")
          return nil
        }
        let before = faults.count
        var result: [Item] = []
        result.reserveCapacity(items.count)
        for (index, element) in items.enumerated() {
          if let read = faults.at(index, { item.read(element, &$0) }) { result.append(read) }
        }
        return faults.count == before ? result : nil
      },
      write: { items, writer in
        writer.beginArray()
        for element in items { item.write(element, to: &writer) }
        writer.endArray()
      })
  }

  /// Takes an object of any keys; it is written in the order of its keys.
  @inlinable package static func dictionary<Item>(
    of item: Codec<Item>
  ) -> Codec where Value == [String: Item] {
    Codec(
      schema: ["type": "object", "additionalProperties": item.schema],
      read: { value, faults in
        guard case .object(let object) = value else {
          return faults.expected("an object", value)
        }
        let before = faults.count
        var result: [String: Item] = [:]
        for (key, member) in object.members {
          result[key] = faults.at(key) { item.read(member, &$0) }
        }
        return faults.count == before ? result : nil
      },
      write: { items, writer in
        writer.beginObject()
        for (key, member) in items.sorted(by: { $0.key < $1.key }) {
          writer.key(key)
          item.write(member, to: &writer)
        }
        writer.endObject()
      })
  }
}

extension JSONValue {
  @usableFromInline static func array(of item: JSONValue, count: ClosedRange<Int>?) -> JSONValue {
    var schema: JSONObject = ["type": "array", "items": item]
    if let count {
      if count.lowerBound > 0 { schema["minItems"] = .integer(count.lowerBound) }
      if count.upperBound < .max { schema["maxItems"] = .integer(count.upperBound) }
    }
    return .object(schema)
  }
}

extension Codec
where Value: RawRepresentable & CaseIterable & Hashable, Value.RawValue == String {
  /// Takes one of the enumeration's names.
  @inlinable package static var enumeration: Codec {
    let names = Value.allCases.map(\.rawValue)
    let listed = names.map { "\"\($0)\"" }.joined(separator: ", ")
    return Codec(
      schema: ["type": "string", "enum": .array(names.map { .string($0) })],
      read: { value, faults in
        if case .string(let name) = value {
          if let result = Value(rawValue: name) { return result }
          let hint = Nearest.hint(for: name, among: names)
          faults.add("expected one of \(listed), found \(value.shown)\(hint)")
          return nil
        }
        return faults.expected("one of \(listed)", value)
      },
      write: { $1.string($0.rawValue) })
  }
}

extension Codec where Value == Timestamp {
  package static var timestamp: Codec<Timestamp> {
    Codec(
      schema: ["type": "string", "format": "date-time"],
      read: { value, faults in
        guard case .string(let text) = value, let time = Timestamp(rfc3339: text) else {
          return faults.expected("a time as RFC 3339 writes it", value)
        }
        return time
      },
      write: { $1.timestamp($0) })
  }
}

extension Codec where Value == ContentID {
  package static var contentID: Codec<ContentID> {
    Codec<String>.string.map(
      { ContentID(parsing: $0) }, expected: "a content id", from: { $0.description })
  }
}

extension Codec where Value == [UInt8] {
  /// Takes bytes as base 64, strictly.
  package static var base64: Codec<[UInt8]> {
    Codec(
      schema: ["type": "string", "contentEncoding": "base64"],
      read: { value, faults in
        guard case .string(let text) = value else {
          return faults.expected("bytes as base 64", value)
        }
        do throws(Base64Error) {
          return try Base64.decode(text)
        } catch {
          faults.add("expected base 64: \(error.explanation)")
          return nil
        }
      },
      write: { $1.string(Base64.encode($0)) })
  }
}

extension Base64Error {
  /// Completes "expected base 64: …".
  package var explanation: String {
    switch self {
    case .foreignCharacter(let offset): "a character outside the alphabet at byte \(offset)"
    case .wrongLength: "the length is not a multiple of four"
    case .wrongPadding: "padding where none belongs"
    case .strayBits: "bits behind the last byte are not zero"
    }
  }
}

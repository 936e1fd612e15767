/// Walks an object's members beside the fields, which mostly come in the same order.
@usableFromInline struct MemberReader {
  private let object: JSONObject
  private var expected = 0
  /// Tells that exactly the members before the expected one are taken.
  private var isInOrder = true
  /// Counts the members that some field took.
  @usableFromInline private(set) var taken = 0

  @usableFromInline init(_ object: JSONObject) { self.object = object }

  /// Reads one field and gives up at the first fault.
  ///
  /// Never inlined: an object has many fields of few types.
  @inline(never) @inlinable mutating func take<Value>(
    _ head: FieldHead, _ read: (JSONValue?, inout Faults) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    var faults = Faults()
    return try read(try value(of: head), &faults)
  }

  @usableFromInline mutating func value(of head: FieldHead) throws(Refusal) -> JSONValue? {
    var faults = Faults()
    let value = find(head, &faults).value
    guard faults.isEmpty else { throw Refusal() }
    return value
  }

  /// Finds one field's value, and the key it stands at or should stand at; two spellings at once
  /// are a fault.
  mutating func find(_ head: FieldHead, _ faults: inout Faults) -> (key: String, value: JSONValue?)
  {
    guard taken < object.count else { return (head.name, nil) }
    var found = position(of: head.name)
    if found != nil { taken += 1 }
    for alias in head.aliases {
      guard let position = position(of: alias) else { continue }
      taken += 1
      if let found {
        let first = object.members[found].key
        faults.at(alias) { $0.add("given twice, also as \"\(first)\"") }
      } else {
        found = position
      }
    }
    guard let found else { return (head.name, nil) }
    isInOrder = isInOrder && found == expected
    expected = found + 1
    return object.members[found]
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

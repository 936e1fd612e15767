/// Knows the fields of an object, whatever their types.
@usableFromInline final class FieldTable: Sendable {
  @usableFromInline typealias Entry = (
    head: FieldHead, examine: @Sendable (JSONValue?, inout Faults) -> Void
  )

  private let entries: [Entry]
  private let unknownKeys: UnknownKeys
  /// Holds every key a field answers to.
  private let keys: Set<String>
  /// Names the members as they are written.
  @usableFromInline let names: Set<String>

  @usableFromInline init(_ entries: [Entry], _ unknownKeys: UnknownKeys) {
    var keys: Set<String> = []
    for (head, _) in entries {
      let spellings = [head.name] + head.aliases
      precondition(keys.isDisjoint(with: spellings), "two fields answer to \(head.name)")
      keys.formUnion(spellings)
    }
    self.entries = entries
    self.unknownKeys = unknownKeys
    self.keys = keys
    names = Set(entries.map(\.head.name))
  }

  /// Tells whether an object may have what it has beside the members that were taken.
  @usableFromInline func admits(_ object: JSONObject, tag: String?, taken: Int) -> Bool {
    unknownKeys == .ignored || taken == object.count - (tag == nil ? 0 : 1)
  }

  /// Names everything that is wrong with an object, not the first thing only.
  @usableFromInline func examine(_ object: JSONObject, tag: String?, _ faults: inout Faults) {
    var reader = MemberReader(object)
    for (head, examine) in entries {
      let (key, value) = reader.find(head, &faults)
      faults.at(key) { examine(value, &$0) }
    }
    guard unknownKeys == .refused else { return }
    let candidates = entries.map(\.head.name)
    for key in object.keys where !keys.contains(key) && key != tag {
      let hint = Nearest.hint(for: key, among: candidates)
      faults.at(key) { $0.add("unknown key \"\(key)\"\(hint)") }
    }
  }

  @usableFromInline func makeSchema() -> JSONValue {
    var properties = JSONObject()
    for (head, _) in entries { properties[head.name] = head.schema }
    let required = entries.filter(\.head.isRequired).map { JSONValue.string($0.head.name) }
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { schema["required"] = .array(required) }
    if unknownKeys == .refused { schema["additionalProperties"] = false }
    return .object(schema)
  }
}

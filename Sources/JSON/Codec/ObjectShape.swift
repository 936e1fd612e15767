/// Knows the members of an object, whatever their types.
@usableFromInline final class ObjectShape: Sendable {
  @usableFromInline typealias Member = (
    head: FieldHead, examine: @Sendable (JSONValue?, inout Faults) -> Void
  )

  private let members: [Member]
  private let unknownKeys: UnknownKeys
  /// Holds every key a field answers to.
  private let keys: Set<String>
  /// Names the members as they are written.
  @usableFromInline let names: Set<String>

  @usableFromInline init(_ members: [Member], _ unknownKeys: UnknownKeys) {
    var keys: Set<String> = []
    for (head, _) in members {
      let spellings = [head.name] + head.aliases
      precondition(keys.isDisjoint(with: spellings), "two fields answer to \(head.name)")
      keys.formUnion(spellings)
    }
    self.members = members
    self.unknownKeys = unknownKeys
    self.keys = keys
    names = Set(members.map(\.head.name))
  }

  /// Tells whether an object has no members beside those that were taken, where that matters.
  @usableFromInline func declaresAll(of object: JSONObject, tag: String?, taken: Int) -> Bool {
    unknownKeys == .ignored || taken == object.count - (tag == nil ? 0 : 1)
  }

  /// Names everything that is wrong with an object, not the first thing only.
  @usableFromInline func examine(_ object: JSONObject, tag: String?, _ faults: inout Faults) {
    var reader = MemberReader(object)
    for (head, examine) in members {
      let (key, value) = reader.find(head, &faults)
      faults.at(key) { examine(value, &$0) }
    }
    guard unknownKeys == .refused else { return }
    for key in object.keys where !keys.contains(key) && key != tag {
      let hint = Nearest.hint(for: key, among: members.map(\.head.name))
      faults.at(key) { $0.add("unknown key \"\(key)\"\(hint)") }
    }
  }

  @usableFromInline var schema: LazySchema {
    LazySchema { [heads = members.map(\.head), unknownKeys] in
      var properties = JSONObject()
      for head in heads { properties[head.name] = head.schema }
      let required = heads.filter(\.isRequired).map { JSONValue.string($0.name) }
      var schema: JSONObject = ["type": "object", "properties": .object(properties)]
      if !required.isEmpty { schema["required"] = .array(required) }
      if unknownKeys == .refused { schema["additionalProperties"] = false }
      return .object(schema)
    }
  }
}

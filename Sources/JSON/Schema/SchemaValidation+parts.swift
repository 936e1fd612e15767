extension SchemaValidation {
  mutating func applyItems(
    _ check: SchemaCheck, _ items: [JSONValue], _ marks: inout Marks, _ faults: inout Faults
  ) {
    switch check {
    case .prefixItems(let ids):
      for (index, id) in ids.enumerated() where index < items.count {
        visit(id, items[index], index, &marks, &faults)
      }
    case .items(let id, let start):
      for index in items.indices.dropFirst(start) {
        visit(id, items[index], index, &marks, &faults)
      }
    case .contains(let id, let range):
      var count = 0
      for (index, item) in items.enumerated() where probe(id, item).faults.isEmpty {
        count += 1
        mark(&marks, index)
      }
      if !range.contains(count) {
        let wanted = range == 1...Int.max ? "at least one" : range.described
        faults.add("expected \(wanted) matching items, found \(count)")
      }
    case .uniqueItems:
      var seen: Set<JSONValue> = []
      for (index, item) in items.enumerated() where !seen.insert(item.normalized).inserted {
        faults.at(index) { $0.add("stands in the array before") }
      }
    case .unevaluatedItems(let id):
      for index in items.indices where !marks[index] {
        visit(id, items[index], index, &marks, &faults)
      }
    default: break
    }
  }

  private mutating func visit(
    _ id: SchemaNode.ID, _ item: JSONValue, _ index: Int, _ marks: inout Marks,
    _ faults: inout Faults
  ) {
    faults.at(index) { _ = check(id, item, &$0) }
    mark(&marks, index)
  }

  mutating func applyMembers(
    _ check: SchemaCheck, _ object: JSONObject, _ marks: inout Marks, _ faults: inout Faults
  ) {
    switch check {
    case .members(let schemas):
      for (position, member) in object.members.enumerated() {
        visit(schemas, member, position, &marks, &faults)
      }
    case .propertyNames(let id):
      for key in object.keys {
        faults.at(key) { _ = self.check(id, .string(key), &$0) }
      }
    case .required(let keys):
      for key in keys where object.position(of: key) == nil {
        faults.at(key) { $0.add("required") }
      }
    case .dependentRequired(let rules):
      for (key, others) in rules where object.position(of: key) != nil {
        for other in others where object.position(of: other) == nil {
          faults.at(other) { $0.add("required beside \"\(key)\"") }
        }
      }
    case .unevaluatedProperties(let id):
      for (position, member) in object.members.enumerated() where !marks[position] {
        faults.at(member.key) { _ = self.check(id, member.value, &$0) }
        mark(&marks, position)
      }
    default: break
    }
  }

  /// Checks one member against all that `properties` and its companions say of its key.
  private mutating func visit(
    _ schemas: MemberSchemas, _ member: JSONObject.Member, _ position: Int,
    _ marks: inout Marks, _ faults: inout Faults
  ) {
    var ids: [SchemaNode.ID] = []
    if let id = schemas.named[ExactKey(member.key)] { ids.append(id) }
    for (pattern, id) in schemas.patterns {
      switch pattern.matches(member.key) {
      case true?: ids.append(id)
      case false?: break
      case nil: faults.add("a key is too long to be matched with \(pattern.source)")
      }
    }
    if ids.isEmpty, let others = schemas.others { ids.append(others) }
    guard !ids.isEmpty else { return }
    mark(&marks, position)
    faults.at(member.key) { faults in
      for id in ids { _ = check(id, member.value, &faults) }
    }
  }
}

extension SchemaValidation {
  /// Applies schemas that look at the same value; what they looked at counts where they pass.
  mutating func applyInPlace(
    _ check: SchemaCheck, _ value: JSONValue, _ marks: inout Marks, _ faults: inout Faults
  ) {
    switch check {
    case .reference(let id): follow(id, value, &marks, &faults)
    case .allOf(let ids):
      for id in ids { follow(id, value, &marks, &faults) }
    case .anyOf(let ids):
      applyChoice(ids, value, &marks, &faults) { $0 > 0 }
    case .oneOf(let ids):
      applyChoice(ids, value, &marks, &faults) { $0 == 1 }
    case .not(let id):
      if probe(id, value).faults.isEmpty { faults.add("is what must not stand here") }
    case .conditional(let test, let then, let otherwise):
      let (found, failed) = probe(test, value)
      if failed.isEmpty { merge(&marks, found) }
      if let branch = failed.isEmpty ? then : otherwise { follow(branch, value, &marks, &faults) }
    case .dependentSchemas(let rules):
      guard case .object(let object) = value else { return }
      for (key, id) in rules where object.position(of: key) != nil {
        follow(id, value, &marks, &faults)
      }
    default: break
    }
  }

  private mutating func follow(
    _ id: SchemaNode.ID, _ value: JSONValue, _ marks: inout Marks, _ faults: inout Faults
  ) {
    merge(&marks, check(id, value, &faults))
  }

  /// Tries every branch; where too few pass, the nearest speaks for all: the one whose constants the
  /// value has, as a union's tag, else the one with the fewest faults.
  private mutating func applyChoice(
    _ ids: [SchemaNode.ID], _ value: JSONValue, _ marks: inout Marks, _ faults: inout Faults,
    isRight: (_ passed: Int) -> Bool
  ) {
    var passed = 0
    var nearest: Faults?
    var claimed: [Faults] = []
    for id in ids {
      let (found, failed) = probe(id, value)
      if failed.isEmpty {
        passed += 1
        merge(&marks, found)
        continue
      }
      if failed.count < nearest?.count ?? .max { nearest = failed }
      if isClaimed(id, by: value) { claimed.append(failed) }
    }
    guard !isRight(passed) else { return }
    if passed > 0 {
      faults.add("matches \(passed) of \(ids.count) alternatives, where one must match")
    } else if claimed.count == 1 {
      faults.add(contentsOf: claimed[0])
    } else if ids.count == 1, let nearest {
      faults.add(contentsOf: nearest)
    } else {
      let hint = nearest?.all.first.map { "; the nearest one says: \($0)" } ?? ""
      faults.add("matches none of \(ids.count) alternatives\(hint)")
    }
  }

  /// Tells whether a value has every member that a schema fixes to one constant, and there is one.
  private func isClaimed(_ id: SchemaNode.ID, by value: JSONValue) -> Bool {
    guard case .object(let object) = value else { return false }
    var hasConstant = false
    for case .members(let members) in nodes[id].checks {
      for (key, member) in members.named {
        for case .among(let values, _) in nodes[member].checks where values.count == 1 {
          guard let found = object[key.text], values.contains(found.normalized) else {
            return false
          }
          hasConstant = true
        }
      }
    }
    return hasConstant
  }
}

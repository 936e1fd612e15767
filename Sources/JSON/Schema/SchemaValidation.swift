/// Checks one value; bounded in depth and in the number of schemas it visits.
struct SchemaValidation {
  /// Tells, for an array or object, which of its parts some schema has looked at.
  typealias Marks = [Bool]

  /// Bounds schemas within schemas, and with them the stack: threads are small.
  private static let depthLimit = 96
  private static let visitLimit = 400_000

  let nodes: [SchemaNode]
  private let marksEvaluated: Bool
  private var depth = 0
  private var visits = 0
  /// Tells that a limit was reached: the answer is then no, whatever the parts said.
  private(set) var isExhausted = false

  init(_ nodes: [SchemaNode], marksEvaluated: Bool) {
    self.nodes = nodes
    self.marksEvaluated = marksEvaluated
  }

  /// Adds what is wrong; gives the parts that were looked at, if anybody asks.
  mutating func check(
    _ id: SchemaNode.ID, _ value: JSONValue, _ faults: inout Faults
  ) -> Marks {
    visits += 1
    guard visits <= Self.visitLimit, depth < Self.depthLimit else {
      isExhausted = true
      return []
    }
    depth += 1
    defer { depth -= 1 }
    var marks = Marks(repeating: false, count: marksEvaluated ? value.partCount : 0)
    for check in nodes[id].checks { apply(check, value, &marks, &faults) }
    return marks
  }

  /// Checks apart from everything else; tells whether the value passed.
  mutating func probe(
    _ id: SchemaNode.ID, _ value: JSONValue
  ) -> (marks: Marks, faults: Faults) {
    var faults = Faults()
    let marks = check(id, value, &faults)
    return (marks, faults)
  }

  private mutating func apply(
    _ check: SchemaCheck, _ value: JSONValue, _ marks: inout Marks, _ faults: inout Faults
  ) {
    switch check {
    case .never: faults.add("nothing may stand here")
    case .types(let types):
      if !types.allows(value) { faults.add("expected \(types.words), found \(value.shown)") }
    case .among(let values, let shown):
      if !values.contains(value.normalized) {
        faults.add("expected \(shown), found \(value.shown)")
      }
    case .bound, .multipleOf: applyNumber(check, value, &faults)
    case .pattern, .format: applyText(check, value, &faults)
    case .count(let countable, let range): applyCount(countable, range, value, &faults)
    case .prefixItems, .items, .contains, .uniqueItems, .unevaluatedItems:
      if case .array(let items) = value { applyItems(check, items, &marks, &faults) }
    case .members, .propertyNames, .required, .dependentRequired, .unevaluatedProperties:
      if case .object(let object) = value { applyMembers(check, object, &marks, &faults) }
    case .dependentSchemas, .reference, .allOf, .anyOf, .oneOf, .not, .conditional:
      applyInPlace(check, value, &marks, &faults)
    }
  }

  /// Notes a part as looked at.
  func mark(_ marks: inout Marks, _ part: Int) {
    if marksEvaluated { marks[part] = true }
  }

  /// Adds the parts another schema has looked at.
  func merge(_ marks: inout Marks, _ others: Marks) {
    for (part, isMarked) in others.enumerated() where isMarked { marks[part] = true }
  }
}

extension JSONValue {
  /// Counts items or members.
  fileprivate var partCount: Int {
    switch self {
    case .array(let items): items.count
    case .object(let object): object.count
    default: 0
    }
  }
}

/// Is one schema of a document, compiled; others are named by their place in the list of all.
struct SchemaNode: Sendable {
  typealias ID = Int

  /// Is asked in this order; what asks for unevaluated parts comes last.
  var checks: [SchemaCheck] = []
}

/// Is one assertion or one way into further schemas.
enum SchemaCheck: Sendable {
  /// Refuses everything, as the schema `false` does.
  case never
  case types(TypeSet)
  case among(Set<JSONValue>, shown: String)
  case bound(NumberBound, JSONValue)
  case multipleOf(DecimalNumber, shown: String)
  case count(Countable, ClosedRange<Int>)
  case pattern(Pattern)
  case format(StringFormat)
  case prefixItems([SchemaNode.ID])
  case items(SchemaNode.ID, from: Int)
  case contains(SchemaNode.ID, ClosedRange<Int>)
  case uniqueItems
  case members(MemberSchemas)
  case propertyNames(SchemaNode.ID)
  case required([String])
  case dependentRequired([(key: String, others: [String])])
  case dependentSchemas([(key: String, schema: SchemaNode.ID)])
  case reference(SchemaNode.ID)
  case allOf([SchemaNode.ID])
  case anyOf([SchemaNode.ID])
  case oneOf([SchemaNode.ID])
  case not(SchemaNode.ID)
  case conditional(SchemaNode.ID, then: SchemaNode.ID?, otherwise: SchemaNode.ID?)
  case unevaluatedItems(SchemaNode.ID)
  case unevaluatedProperties(SchemaNode.ID)

  /// Lists the schemas that look at the very same value.
  var inPlace: [SchemaNode.ID] {
    switch self {
    case .reference(let id), .not(let id): [id]
    case .allOf(let ids), .anyOf(let ids), .oneOf(let ids): ids
    case .conditional(let test, let then, let otherwise):
      [test] + [then, otherwise].compactMap { $0 }
    case .dependentSchemas(let list): list.map(\.schema)
    default: []
    }
  }

  var looksAtUnevaluated: Bool {
    switch self {
    case .unevaluatedItems, .unevaluatedProperties: true
    default: false
    }
  }
}

/// Compares a number with a limit.
enum NumberBound: Sendable {
  case atLeast, above, atMost, below

  var words: String {
    switch self {
    case .atLeast: "at least"
    case .above: "more than"
    case .atMost: "at most"
    case .below: "less than"
    }
  }
}

/// Says what is counted against a limit.
enum Countable: String, Sendable {
  case characters, items, members
}

/// Holds what `properties`, `patternProperties` and `additionalProperties` say together.
struct MemberSchemas: Sendable {
  var named: [ExactKey: SchemaNode.ID] = [:]
  var patterns: [(Pattern, SchemaNode.ID)] = []
  var others: SchemaNode.ID?
}

/// Holds the kinds that `type` allows.
struct TypeSet: OptionSet, Sendable {
  let rawValue: Int

  static let null = TypeSet(rawValue: 1)
  static let boolean = TypeSet(rawValue: 2)
  static let integer = TypeSet(rawValue: 4)
  static let number = TypeSet(rawValue: 8)
  static let string = TypeSet(rawValue: 16)
  static let array = TypeSet(rawValue: 32)
  static let object = TypeSet(rawValue: 64)

  static let byName: [(name: String, words: String, type: TypeSet)] = [
    ("null", "null", .null), ("boolean", "a boolean", .boolean),
    ("integer", "an integer", .integer), ("number", "a number", .number),
    ("string", "a string", .string), ("array", "an array", .array),
    ("object", "an object", .object),
  ]

  static func named(_ name: String) -> TypeSet? { byName.first { $0.name == name }?.type }

  func allows(_ value: JSONValue) -> Bool {
    switch value {
    case .null: contains(.null)
    case .bool: contains(.boolean)
    case .integer, .bigInteger: !isDisjoint(with: [.integer, .number])
    case .double(let number):
      contains(.number) || contains(.integer) && number == number.rounded()
    case .string: contains(.string)
    case .array: contains(.array)
    case .object: contains(.object)
    }
  }

  var words: String {
    Self.byName.filter { contains($0.type) }.map(\.words).joined(separator: " or ")
  }
}

/// Compiles the asserting keywords of one schema object.
struct SchemaKeywords {
  let object: JSONObject
  let place: JSONPointer
  /// Says that one of the three member keywords was met, which are compiled together.
  private var hasMembers = false

  init(_ object: JSONObject, at place: JSONPointer) {
    self.object = object
    self.place = place
  }

  /// Gives the check for a keyword; nil where another keyword carries it.
  mutating func check(
    _ key: String, _ operand: JSONValue, _ at: JSONPointer, compiler: inout SchemaCompiler
  ) throws(SchemaError) -> SchemaCheck? {
    switch key {
    case "type": return .types(try types(operand, at))
    case "enum":
      guard case .array(let values) = operand, !values.isEmpty else {
        throw .malformed(at: at, expected: "a list of values, at least one")
      }
      let shown = values.prefix(20).map(\.shown).joined(separator: ", ")
      return .among(Set(values.map(\.normalized)), shown: "one of \(shown)")
    case "const": return .among([operand.normalized], shown: operand.shown)
    case "minimum": return .bound(.atLeast, try number(operand, at))
    case "exclusiveMinimum": return .bound(.above, try number(operand, at))
    case "maximum": return .bound(.atMost, try number(operand, at))
    case "exclusiveMaximum": return .bound(.below, try number(operand, at))
    case "multipleOf": return try multipleOf(operand, at)
    case "minLength": return .count(.characters, try count(operand, at)...Int.max)
    case "maxLength": return .count(.characters, 0...(try count(operand, at)))
    case "minItems": return .count(.items, try count(operand, at)...Int.max)
    case "maxItems": return .count(.items, 0...(try count(operand, at)))
    case "minProperties": return .count(.members, try count(operand, at)...Int.max)
    case "maxProperties": return .count(.members, 0...(try count(operand, at)))
    case "pattern": return .pattern(try pattern(try string(operand, at), at))
    case "format":
      let name = try string(operand, at)
      guard let format = StringFormat(rawValue: name) else { throw .unknownFormat(name, at: at) }
      return .format(format)
    case "uniqueItems":
      guard let flag = operand.boolValue else { throw .malformed(at: at, expected: "a boolean") }
      return flag ? .uniqueItems : nil
    case "required": return .required(try strings(operand, at))
    case "dependentRequired": return .dependentRequired(try dependents(operand, at))
    default: return try applicator(key, operand, at, &compiler)
    }
  }

  /// Compiles a keyword that leads into further schemas.
  private mutating func applicator(
    _ key: String, _ operand: JSONValue, _ at: JSONPointer, _ compiler: inout SchemaCompiler
  ) throws(SchemaError) -> SchemaCheck? {
    switch key {
    case "prefixItems": return .prefixItems(try compiler.schemas(operand, at: at))
    case "items":
      let prefix = object["prefixItems"]?.arrayValue?.count ?? 0
      return .items(try compiler.schema(operand, at: at), from: prefix)
    case "contains": return try contains(operand, at, &compiler)
    case "minContains", "maxContains":
      _ = try count(operand, at)
      return nil
    case "properties", "patternProperties", "additionalProperties":
      guard !hasMembers else { return nil }
      hasMembers = true
      return try members(&compiler)
    case "propertyNames": return .propertyNames(try compiler.schema(operand, at: at))
    case "dependentSchemas":
      return .dependentSchemas(try compiler.namedSchemas(operand, at: at))
    case "allOf": return .allOf(try compiler.schemas(operand, at: at))
    case "anyOf": return .anyOf(try compiler.schemas(operand, at: at))
    case "oneOf": return .oneOf(try compiler.schemas(operand, at: at))
    case "not": return .not(try compiler.schema(operand, at: at))
    case "if": return try conditional(operand, at, &compiler)
    case "then", "else":
      // Without an `if` it says nothing, but must still be a schema.
      if object["if"] == nil { _ = try compiler.schema(operand, at: at) }
      return nil
    case "unevaluatedItems": return .unevaluatedItems(try compiler.schema(operand, at: at))
    case "unevaluatedProperties":
      return .unevaluatedProperties(try compiler.schema(operand, at: at))
    default: throw .unsupportedKeyword(key, at: at)
    }
  }

  private func contains(
    _ operand: JSONValue, _ at: JSONPointer, _ compiler: inout SchemaCompiler
  ) throws(SchemaError) -> SchemaCheck {
    let schema = try compiler.schema(operand, at: at)
    let least = try bound("minContains") ?? 1
    let most = try bound("maxContains") ?? .max
    // No count lies between: the range stands for that by a count no array reaches.
    return .contains(schema, least <= most ? least...most : .max ... .max)
  }

  private func bound(_ key: String) throws(SchemaError) -> Int? {
    guard let operand = object[key] else { return nil }
    return try count(operand, place.appending(key: key))
  }

  private func conditional(
    _ operand: JSONValue, _ at: JSONPointer, _ compiler: inout SchemaCompiler
  ) throws(SchemaError) -> SchemaCheck {
    let test = try compiler.schema(operand, at: at)
    var branches: [SchemaNode.ID?] = []
    for key in ["then", "else"] {
      if let branch = object[key] {
        branches.append(try compiler.schema(branch, at: place.appending(key: key)))
      } else {
        branches.append(nil)
      }
    }
    return .conditional(test, then: branches[0], otherwise: branches[1])
  }

  private func members(_ compiler: inout SchemaCompiler) throws(SchemaError) -> SchemaCheck {
    var members = MemberSchemas()
    if let named = object["properties"] {
      let at = place.appending(key: "properties")
      for (key, id) in try compiler.namedSchemas(named, at: at) {
        members.named[ExactKey(key)] = id
      }
    }
    if let patterned = object["patternProperties"] {
      let at = place.appending(key: "patternProperties")
      for (key, id) in try compiler.namedSchemas(patterned, at: at) {
        members.patterns.append((try pattern(key, at.appending(key: key)), id))
      }
    }
    if let others = object["additionalProperties"] {
      members.others = try compiler.schema(
        others, at: place.appending(key: "additionalProperties"))
    }
    return .members(members)
  }
}

extension SchemaKeywords {
  func types(_ operand: JSONValue, _ at: JSONPointer) throws(SchemaError) -> TypeSet {
    let names: [JSONValue]
    switch operand {
    case .string: names = [operand]
    case .array(let items) where !items.isEmpty: names = items
    default: throw .malformed(at: at, expected: "the name of a type, or a list of them")
    }
    var types: TypeSet = []
    for name in names {
      guard let type = name.stringValue.flatMap(TypeSet.named), !types.contains(type) else {
        throw .malformed(at: at, expected: "the name of a type, each once, not \(name.shown)")
      }
      types.insert(type)
    }
    return types
  }

  func string(_ operand: JSONValue, _ at: JSONPointer) throws(SchemaError) -> String {
    guard let text = operand.stringValue else { throw .malformed(at: at, expected: "a string") }
    return text
  }

  func strings(_ operand: JSONValue, _ at: JSONPointer) throws(SchemaError) -> [String] {
    let names = operand.arrayValue?.compactMap(\.stringValue)
    guard let names, names.count == operand.arrayValue?.count else {
      throw .malformed(at: at, expected: "a list of strings")
    }
    return names
  }

  func number(_ operand: JSONValue, _ at: JSONPointer) throws(SchemaError) -> JSONValue {
    guard operand.doubleValue != nil else { throw .malformed(at: at, expected: "a number") }
    return operand
  }

  func count(_ operand: JSONValue, _ at: JSONPointer) throws(SchemaError) -> Int {
    guard let count = operand.intValue, count >= 0 else {
      throw .malformed(at: at, expected: "an integer, at least 0")
    }
    return count
  }

  func multipleOf(_ operand: JSONValue, _ at: JSONPointer) throws(SchemaError) -> SchemaCheck {
    guard let divisor = DecimalNumber(operand), let double = operand.doubleValue, double > 0,
      divisor.significand != nil
    else { throw .malformed(at: at, expected: "a number above 0 of at most 18 digits") }
    return .multipleOf(divisor, shown: operand.text)
  }

  func pattern(_ source: String, _ at: JSONPointer) throws(SchemaError) -> Pattern {
    do throws(Pattern.Refusal) {
      return try Pattern(source)
    } catch {
      throw .unsupportedPattern(source, at: at, reason: error.reason)
    }
  }

  func dependents(
    _ operand: JSONValue, _ at: JSONPointer
  ) throws(SchemaError) -> [(key: String, others: [String])] {
    guard case .object(let object) = operand else {
      throw .malformed(at: at, expected: "an object of lists of keys")
    }
    var result: [(key: String, others: [String])] = []
    for (key, others) in object.members {
      result.append((key, try strings(others, at.appending(key: key))))
    }
    return result
  }
}

extension JSONValue {
  /// Gives one form to all values a schema calls equal: member order and `1.0` make no difference.
  var normalized: JSONValue {
    switch self {
    case .double(let number) where number == number.rounded():
      if let whole = Int(exactly: number) { return .integer(whole) }
      return NumberText.expanded(number).map(JSONValue.bigInteger) ?? self
    case .bigInteger(let digits):
      guard let number = Double(digits), NumberText.expanded(number) == digits else { return self }
      return JSONValue.double(number).normalized
    case .array(let items): return .array(items.map(\.normalized))
    case .object(let object):
      let sorted = object.members.sorted { left, right in
        left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
      }
      return .object(JSONObject(sorted.map { (key: $0.key, value: $0.value.normalized) }))
    case .null, .bool, .integer, .double, .string: return self
    }
  }
}

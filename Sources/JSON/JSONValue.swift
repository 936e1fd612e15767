/// Holds any JSON document: member order kept, integers apart from doubles.
///
/// Two values are equal when they have the same kinds, the same bytes in every string and the same
/// member order; `1` and `1.0` differ. A schema's looser equality lives with the schema.
@usableFromInline
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  /// An integer outside `Int`, by its exact digits.
  case bigInteger(String)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// Compares strings byte by byte, which `String` itself does not.
  @usableFromInline package static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.bigInteger(let left), .bigInteger(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.string(let left), .string(let right)): left.isExactly(right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

extension JSONValue {
  /// Finds a member of an object; nil for every other kind.
  @usableFromInline package subscript(key: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  @inlinable package var isNull: Bool {
    if case .null = self { true } else { false }
  }

  @usableFromInline package var stringValue: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// Gives a whole number, also one written with a fraction of zero.
  package var intValue: Int? {
    switch self {
    case .integer(let number): number
    case .double(let number): Int(exactly: number)
    default: nil
    }
  }

  /// Gives any number as a double, rounded where it must be.
  package var doubleValue: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .double(let number): number
    case .bigInteger(let digits): Double(digits)
    default: nil
    }
  }

  package var boolValue: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  @usableFromInline package var arrayValue: [JSONValue]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  @usableFromInline package var objectValue: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  /// Names the kind for messages: "a string", "an object".
  package var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .bigInteger: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  @usableFromInline package init(stringLiteral value: String) { self = .string(value) }
  @usableFromInline package init(integerLiteral value: Int) { self = .integer(value) }
  @usableFromInline package init(floatLiteral value: Double) { self = .double(value) }
  @usableFromInline package init(booleanLiteral value: Bool) { self = .bool(value) }
  @usableFromInline package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  @usableFromInline package init(nilLiteral: ()) { self = .null }

  /// Keeps the order of the literal; a repeated key keeps its first place and its last value.
  @usableFromInline package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { (key: $0.0, value: $0.1) }))
  }
}

extension Codec where Value == String {
  package static var string: Codec<String> {
    Codec(
      schema: ["type": "string"],
      read: { value, faults in
        guard case .string(let text) = value else { return faults.expected("a string", value) }
        return text
      },
      write: { $1.string($0) })
  }

  /// Bounds the length, in code points.
  package static func string(length: ClosedRange<Int>) -> Codec<String> {
    let expected = "a string of \(length.described) characters"
    return Codec(
      schema: JSONValue.bounded(
        "string", ("minLength", length.lowerBound), ("maxLength", length.upperBound)),
      read: { value, faults in
        guard case .string(let text) = value else { return faults.expected(expected, value) }
        // A code point takes one to four bytes: most lengths are settled without counting, which
        // takes long for a text of megabytes.
        let bytes = text.utf8.count
        let mayFit = bytes >= length.lowerBound && bytes / 4 <= length.upperBound
        let count = mayFit ? text.unicodeScalars.count : nil
        if let count, length.contains(count) { return text }
        if bytes <= JSONValue.shownLimit { return faults.expected(expected, value) }
        let found = count.map { "\($0)" } ?? "\(bytes) bytes"
        faults.add("expected \(expected), found one of \(found)")
        return nil
      },
      write: { $1.string($0) })
  }

  /// Publishes a pattern; `check` decides, and `expected` completes "expected …".
  package static func string(
    pattern: String, expected: String? = nil, check: @escaping @Sendable (String) -> Bool
  ) -> Codec<String> {
    checked(
      ["type": "string", "pattern": .string(pattern)],
      expected: expected ?? "a string that matches \(pattern)", check)
  }

  private static func checked(
    _ schema: @autoclosure @escaping @Sendable () -> JSONValue, expected: String,
    _ check: @escaping @Sendable (String) -> Bool
  ) -> Codec<String> {
    Codec(
      schema: schema(),
      read: { value, faults in
        guard case .string(let text) = value, check(text) else {
          return faults.expected(expected, value)
        }
        return text
      },
      write: { $1.string($0) })
  }
}

extension Codec where Value == Int {
  package static var int: Codec<Int> {
    Codec(
      schema: ["type": "integer"],
      read: { value, faults in
        guard let number = value.intValue else { return faults.expected("an integer", value) }
        return number
      },
      write: { $1.integer($0) })
  }

  package static func int(_ range: ClosedRange<Int>) -> Codec<Int> {
    let expected = "an integer, \(range.described)"
    return Codec(
      schema: .bounded("integer", ("minimum", range.lowerBound), ("maximum", range.upperBound)),
      read: { value, faults in
        guard let number = value.intValue, range.contains(number) else {
          return faults.expected(expected, value)
        }
        return number
      },
      write: { $1.integer($0) })
  }
}

extension Codec where Value == Double {
  package static var double: Codec<Double> {
    Codec(
      schema: ["type": "number"],
      read: { value, faults in
        guard let number = value.doubleValue, number.isFinite else {
          return faults.expected("a number", value)
        }
        return number
      },
      write: { $1.double($0) })
  }

  package static func double(_ range: ClosedRange<Double>) -> Codec<Double> {
    let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
    return Codec(
      schema: [
        "type": "number", "minimum": .double(range.lowerBound),
        "maximum": .double(range.upperBound),
      ],
      read: { value, faults in
        guard let number = value.doubleValue, range.contains(number) else {
          return faults.expected(expected, value)
        }
        return number
      },
      write: { $1.double($0) })
  }
}

extension Codec where Value == Bool {
  package static var bool: Codec<Bool> {
    Codec(
      schema: ["type": "boolean"],
      read: { value, faults in
        guard case .bool(let flag) = value else { return faults.expected("a boolean", value) }
        return flag
      },
      write: { $1.bool($0) })
  }
}

extension Codec where Value == JSONValue {
  /// Takes any value as it is.
  package static var any: Codec<JSONValue> {
    Codec(schema: [:], read: { value, _ in value }, write: { $1.value($0) })
  }
}

extension Codec where Value == JSONObject {
  /// Takes any object as it is.
  package static var anyObject: Codec<JSONObject> {
    Codec(
      schema: ["type": "object"],
      read: { value, faults in
        guard case .object(let object) = value else {
          return faults.expected("an object", value)
        }
        return object
      },
      write: { $1.value(.object($0)) })
  }
}

extension Faults {
  /// Notes that something else stands here; gives the nil that goes with every fault.
  @inlinable package mutating func expected<Value>(_ what: String, _ found: JSONValue) -> Value? {
    add("expected \(what), found \(found.shown)")
    return nil
  }
}

extension JSONValue {
  /// Bounds in bytes what of a text is shown.
  fileprivate static let shownLimit = 40

  /// Shows a short value itself and names the kind of a long one.
  @usableFromInline package var shown: String {
    switch self {
    case .null, .bool, .integer, .double: return text
    case .string(let string) where string.utf8.count <= Self.shownLimit: return text
    case .bigInteger, .string, .array, .object: return kindName
    }
  }

  /// Makes a schema with bounds; `Int.min` and `Int.max` mean none.
  fileprivate static func bounded(
    _ type: String, _ lower: (String, Int), _ upper: (String, Int)
  ) -> JSONValue {
    var schema: JSONObject = ["type": .string(type)]
    if lower.1 > .min { schema[lower.0] = .integer(lower.1) }
    if upper.1 < .max { schema[upper.0] = .integer(upper.1) }
    return .object(schema)
  }
}

extension ClosedRange<Int> {
  /// Reads "3 to 9", or "at least 3".
  @usableFromInline var described: String {
    upperBound == .max ? "at least \(lowerBound)" : "\(lowerBound) to \(upperBound)"
  }
}

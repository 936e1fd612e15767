import JSON

/// States something about an output that can be decided without any judgment.
package struct Assertion: Sendable, Hashable {
  package enum Operation: String, Sendable, Hashable, CaseIterable {
    case exists, equals, matches
    case inRange = "in-range"
    case minLength = "min-length"
  }

  package var id: String
  /// Dotted; numbers index arrays and `*` expands them.
  package var path: String
  package var op: Operation
  package var value: JSONValue?

  /// Says why it can never be decided; nil where it can.
  package var trouble: String? {
    do throws(Refusal) {
      _ = try rule()
      return nil
    } catch {
      return error.reason
    }
  }

  /// Decides it for an output; nil where it holds, else what was found.
  package func failure(in output: JSONValue) -> String? {
    let found = OutputPath(path).values(in: output)
    guard !found.isEmpty else { return "there is nothing at \(path)" }
    do throws(Refusal) {
      let rule = try rule()
      let faults = found.lazy.flatMap { rule.validate($0) }
      return faults.first.map { "at \(path): \($0)" }
    } catch {
      return error.reason
    }
  }

  private struct Refusal: Error {
    let reason: String
  }

  /// Says the same as a schema, whose checks and words are there already.
  private func rule() throws(Refusal) -> Schema {
    let document: JSONValue
    switch (op, value) {
    case (.exists, _): document = true
    case (.equals, let value?): document = ["const": value]
    case (.matches, .string(let pattern)?):
      document = ["type": "string", "pattern": .string(pattern)]
    case (.matches, _): throw Refusal(reason: "matches takes a pattern")
    case (.inRange, let value?): document = try Self.range(value)
    case (.minLength, let value?):
      guard let least = value.intValue, least >= 0 else {
        throw Refusal(reason: "min-length takes a whole number")
      }
      document = [
        "type": ["string", "array"], "minLength": .integer(least), "minItems": .integer(least),
      ]
    case (.equals, nil), (.inRange, nil), (.minLength, nil):
      throw Refusal(reason: "required with \(op.rawValue)")
    }
    do throws(SchemaError) { return try Schema(document) } catch {
      throw Refusal(reason: "\(error)")
    }
  }

  /// Takes `[least, most]` or `{min, max}`; null or absent leaves an end open.
  private static func range(_ value: JSONValue) throws(Refusal) -> JSONValue {
    let pair = value.arrayValue
    let ends =
      pair.map { $0.count == 2 ? ($0[0], $0[1]) : nil }
      ?? value.objectValue.map { ($0["min"] ?? .null, $0["max"] ?? .null) }
    guard case (let least, let most)?? = .some(ends), !(least.isNull && most.isNull),
      [least, most].allSatisfy({ $0.isNull || $0.doubleValue != nil })
    else { throw Refusal(reason: "in-range takes [least, most] or {min, max}, in numbers") }
    if let low = least.doubleValue, let high = most.doubleValue, low > high {
      throw Refusal(reason: "nothing is in this range: \(least.text) is more than \(most.text)")
    }
    var rule: JSONObject = ["type": "number"]
    if !least.isNull { rule["minimum"] = least }
    if !most.isNull { rule["maximum"] = most }
    return .object(rule)
  }
}

extension Assertion: JSONCodable {
  package static let json = Codec.object(
    Self.init(id:path:op:value:), unknownKeys: .refused,
    required("id", \.id, .string(length: 1...200)),
    required("path", \.path, .string(length: 1...500), "Dotted; * expands arrays."),
    required("op", \.op, .enumeration),
    optional("value", \.value, .any))
}

/// Walks into a value by a dotted path; what is not there yields nothing.
package struct OutputPath: Sendable, Hashable {
  private let steps: [Substring]

  /// Bounds what `*` may expand to.
  private static let most = 10_000

  package init(_ text: String) {
    steps = text.split(separator: ".", omittingEmptySubsequences: false)
  }

  package func values(in value: JSONValue) -> [JSONValue] {
    steps.reduce([value]) { found, step in
      Array(found.lazy.flatMap { Self.children(step, of: $0) }.prefix(Self.most))
    }
  }

  private static func children(_ step: Substring, of value: JSONValue) -> [JSONValue] {
    switch value {
    case .object(let object): object[String(step)].map { [$0] } ?? []
    case .array(let items):
      if step == "*" {
        items
      } else if let index = Int(step), items.indices.contains(index) {
        [items[index]]
      } else {
        []
      }
    case .null, .bool, .integer, .bigInteger, .double, .string: []
    }
  }
}

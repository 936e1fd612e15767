import JSON

/// Is a question for the user, in fields that every client can show.
package struct ElicitationForm: Sendable, Hashable {
  package var message: String
  package var fields: [ElicitationField]

  package init(_ message: String, _ fields: [ElicitationField]) {
    self.message = message
    self.fields = fields
  }

  /// Says from when on clients know all kinds of its fields.
  var minimumVersion: ProtocolVersion {
    let hasChoices = fields.contains { field in
      if case .choices = field.kind { return true }
      return false
    }
    return hasChoices ? .november2025 : .june2025
  }

  var requestedSchema: JSONValue {
    let properties = JSONObject(fields.map { (key: $0.name, value: $0.schema) })
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    return .object(schema)
  }

  /// Gives the params of `elicitation/create`; the mode is named where versions know modes.
  func params(_ version: ProtocolVersion) -> JSONValue {
    var params: JSONObject = version >= .november2025 ? ["mode": "form"] : [:]
    params["message"] = .string(message)
    params["requestedSchema"] = requestedSchema
    return .object(params)
  }

  /// Gives the question as an entry of `inputRequests`.
  var inputRequest: JSONValue {
    ["method": "elicitation/create", "params": params(.july2026)]
  }

  /// Tells whether the user's answer is what was asked for.
  package func accepts(_ content: JSONObject) -> Bool {
    fields.allSatisfy { field in
      switch content[field.name] {
      case let value?: field.kind.accepts(value)
      case nil: !field.isRequired
      }
    }
  }
}

/// Is one field of a form. Secrets must never be asked for.
package struct ElicitationField: Sendable, Hashable {
  package var name: String
  package var title: String
  package var description: String?
  package var kind: Kind
  package var isRequired: Bool

  package init(
    _ name: String, title: String, description: String? = nil, _ kind: Kind,
    isRequired: Bool = true
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.kind = kind
    self.isRequired = isRequired
  }

  package enum Kind: Sendable, Hashable {
    case text(maxLength: Int? = nil)
    case integer(ClosedRange<Int>? = nil)
    case number
    case yesNo(preset: Bool? = nil)
    case choice([Option])
    case choices([Option])
  }

  /// Is one thing to choose, its words apart from its value.
  package struct Option: Sendable, Hashable {
    package var value: String
    package var title: String

    package init(_ value: String, title: String) {
      self.value = value
      self.title = title
    }
  }

  var schema: JSONValue {
    var schema = kind.schema
    schema["title"] = .string(title)
    schema["description"] = description.map { .string($0) }
    return .object(schema)
  }
}

extension ElicitationField.Kind {
  var schema: JSONObject {
    switch self {
    case .text(let maxLength):
      var schema: JSONObject = ["type": "string"]
      schema["maxLength"] = maxLength.map { .integer($0) }
      return schema
    case .integer(let range):
      var schema: JSONObject = ["type": "integer"]
      schema["minimum"] = range.map { .integer($0.lowerBound) }
      schema["maximum"] = range.map { .integer($0.upperBound) }
      return schema
    case .number: return ["type": "number"]
    case .yesNo(let preset):
      var schema: JSONObject = ["type": "boolean"]
      schema["default"] = preset.map { .bool($0) }
      return schema
    case .choice(let options):
      // Plain `enum` with names beside it is read by every version that has forms.
      return [
        "type": "string", "enum": .array(options.map { .string($0.value) }),
        "enumNames": .array(options.map { .string($0.title) }),
      ]
    case .choices(let options):
      return [
        "type": "array",
        "items": [
          "anyOf": .array(
            options.map { ["const": .string($0.value), "title": .string($0.title)] })
        ],
      ]
    }
  }

  func accepts(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.text(let maxLength), .string(let text)):
      text.unicodeScalars.count <= maxLength ?? .max
    case (.integer(let range), _):
      value.intValue.map { range?.contains($0) ?? true } ?? false
    case (.number, _): value.doubleValue != nil
    case (.yesNo, .bool): true
    case (.choice(let options), .string(let text)): options.contains { $0.value == text }
    case (.choices(let options), .array(let items)):
      items.allSatisfy { item in options.contains { .string($0.value) == item } }
    default: false
    }
  }
}

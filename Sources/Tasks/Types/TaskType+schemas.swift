import JSON

// Pieces that several types' schemas have in common.
extension TaskType {
  /// A closed object: what it does not name is refused.
  static func closed(
    _ properties: JSONObject, required: [JSONValue] = []
  ) -> JSONValue {
    var schema: JSONObject = [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
    if !required.isEmpty { schema["required"] = .array(required) }
    return .object(schema)
  }

  /// An output; what it says beyond that is kept, and `verification` may always stand in it.
  static func output(
    _ properties: JSONObject, required: [JSONValue]
  ) -> JSONValue {
    var properties = properties
    properties[Verification.key] = verification
    return ["type": "object", "required": .array(required), "properties": .object(properties)]
  }

  /// A string that says something, bounded.
  static func text(_ description: JSONValue, _ limit: JSONValue) -> JSONValue {
    ["type": "string", "minLength": 1, "maxLength": limit, "description": description]
  }

  /// Something that may have to be said to be absent.
  static func nullable(_ description: JSONValue, _ limit: JSONValue) -> JSONValue {
    [
      "type": ["string", "null"], "minLength": 1, "maxLength": limit, "description": description,
    ]
  }

  static func list(_ description: JSONValue, of items: JSONValue, atMost: JSONValue) -> JSONValue {
    ["type": "array", "maxItems": atMost, "description": description, "items": items]
  }

  static func count(_ description: JSONValue, atLeast: JSONValue = 0) -> JSONValue {
    ["type": "integer", "minimum": atLeast, "description": description]
  }

  static func choice(_ words: JSONValue...) -> JSONValue { ["enum": .array(words)] }

  /// The id of a task.
  static func task(_ description: JSONValue) -> JSONValue {
    ["type": "string", "format": "uuid", "description": description]
  }

  /// What an attempt left behind, by content.
  static let artifacts = list(
    "Artifacts handed in.",
    of: [
      "type": "object",
      "required": ["title"],
      "properties": [
        "title": text("Its title.", 300),
        "kind": text("file, report, diff or another word.", 64),
        "cid": text("Its content id.", 100),
        "path": text("Where it lies, from the directory.", 4_096),
      ],
    ], atMost: 20)

  /// The agent's own claim about what was checked.
  static let verification = Verification.json.schema

  /// Says what is asked of a rubric in the criteria of an input.
  enum RubricWish { case optional, required, absent, boolean }

  static func criteria(_ rubric: RubricWish) -> JSONValue {
    guard case .object(var schema) = SuccessCriteria.json.schema,
      case .object(var properties)? = schema["properties"]
    else { preconditionFailure("the criteria are an object") }
    switch rubric {
    case .optional: break
    case .absent:
      properties["rubric"] = nil
      properties["minComposite"] = nil
    case .required, .boolean:
      schema["required"] = .array((schema["required"]?.arrayValue ?? []) + ["rubric"])
    }
    schema["properties"] = .object(properties)
    if rubric == .boolean {
      schema["allOf"] = [
        [
          "properties": [
            "rubric": [
              "properties": [
                "criteria": ["items": ["properties": ["scoring": ["const": "boolean"]]]]
              ]
            ]
          ]
        ]
      ]
    }
    schema["description"] = "What the result must satisfy."
    return .object(schema)
  }

  /// What judges hand in; `score` and `entry` say more of each score.
  static func judgment(
    score: JSONValue = ["type": "number", "minimum": 0, "maximum": 1], entry: JSONObject = [:],
    requiredOfEntry: [JSONValue] = [], more: JSONObject = [:], required: [JSONValue] = []
  ) -> JSONValue {
    var members: JSONObject = [
      "criterionId": text("The criterion.", 200), "score": score,
      "rationale": text("Why.", 10_000),
    ]
    for (key, schema) in entry { members[key] = schema }
    var properties: JSONObject = [
      "scores": list(
        "A score for each criterion of the rubric.",
        of: [
          "type": "object", "required": .array(["criterionId", "score"] + requiredOfEntry),
          "properties": .object(members),
        ], atMost: 100),
      "composite": [
        "type": "number", "minimum": 0, "maximum": 1,
        "description": "The sum of weight × score.",
      ],
      "verdict": text("The judgment in words.", 20_000),
      "judgeModel": text("The model that judged.", 200),
    ]
    for (key, schema) in more { properties[key] = schema }
    return output(properties, required: required + ["scores", "composite", "verdict"])
  }
}

import JSON

extension TaskType {
  /// Any brief, done by any agent.
  static func freeform() throws(TaskTypeError) -> TaskType {
    try TaskType(
      name: "freeform", title: "Freeform",
      description: "Does what the brief says and hands in a summary of what was done.",
      inputSchema: [
        "type": "object",
        "additionalProperties": false,
        "required": ["brief"],
        "properties": [
          "brief": text("What to do, complete in itself.", 100_000),
          "expectedOutput": text("What to hand in.", 10_000),
          "constraints": [
            "type": "array", "maxItems": 20, "description": "What must be kept to.",
            "items": text("One constraint.", 2_000),
          ],
          "context": text("Background, given to the agent as data, not as instructions.", 100_000),
        ],
      ],
      outputSchema: [
        "type": "object",
        "required": ["summary"],
        "properties": [
          "summary": text("What was done.", 20_000),
          "branch": text("Branch that holds the work.", 255),
          "artifacts": artifacts,
          "verification": verification,
        ],
      ])
  }

  /// A string that says something, bounded.
  static func text(_ description: JSONValue, _ limit: JSONValue) -> JSONValue {
    ["type": "string", "minLength": 1, "maxLength": limit, "description": description]
  }

  /// What an attempt left behind, by content.
  static let artifacts: JSONValue = [
    "type": "array", "maxItems": 20, "description": "Artifacts handed in.",
    "items": [
      "type": "object",
      "required": ["title"],
      "properties": [
        "title": text("Its title.", 300),
        "kind": text("file, report, diff or another word.", 64),
        "cid": text("Its content id.", 100),
        "path": text("Where it lies, from the directory.", 4_096),
      ],
    ],
  ]

  /// The agent's own claim about what was checked.
  static let verification: JSONValue = [
    "type": "object",
    "required": ["results", "passed"],
    "properties": [
      "inputCid": text("Content id of the input that was checked against.", 100),
      "passed": ["type": "boolean", "description": "True if nothing failed."],
      "results": [
        "type": "array", "maxItems": 200,
        "items": [
          "type": "object",
          "required": ["id", "kind", "status"],
          "properties": [
            "id": text("What was checked.", 200),
            "kind": ["enum": ["gate", "assertion", "rubric", "sideEffect"]],
            "status": ["enum": ["pass", "fail", "skip"]],
            "detail": text("What was seen.", 2_000),
          ],
        ],
      ],
    ],
  ]
}

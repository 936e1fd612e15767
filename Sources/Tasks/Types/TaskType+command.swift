import JSON

extension TaskType {
  /// A program or a script, with no model in between.
  static func command() throws(TaskTypeError) -> TaskType {
    try TaskType(
      name: "command", title: "Command",
      description: "Runs a program or a POSIX script as it is, without any model.",
      // What runs without a model needs a place of the caller's choice: a copy to build in, or none.
      policy: Policy(acceptsWorkspaceOverride: true),
      inputSchema: [
        "type": "object",
        "additionalProperties": false,
        // Exactly one of the two says what runs.
        "oneOf": [["required": ["argv"]], ["required": ["script"]]],
        "properties": [
          "argv": [
            "type": "array", "minItems": 1, "maxItems": 256,
            "description": "Program and arguments; no shell reads them.",
            "prefixItems": [argument(atLeast: 1)],
            "items": argument(atLeast: 0),
          ],
          "script": withoutNul(text("POSIX shell script.", 100_000)),
          "stdin": [
            "type": "string", "maxLength": 1_000_000, "description": "Standard input.",
          ],
          "env": [
            "type": "object", "maxProperties": 64,
            "description": "Variables, by names the configuration allows.",
            "propertyNames": ["pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$"],
            "additionalProperties": argument(atLeast: 0),
          ],
        ],
      ],
      outputSchema: output(
        [
          "summary": [
            "type": "string", "maxLength": 20_000, "description": "The last lines written.",
          ],
          "exitCode": ["type": "integer", "description": "Exit code of the program."],
          "durationMs": count("How long it ran."),
          "artifacts": artifacts,
        ], required: ["summary", "exitCode"]))
  }

  /// What can be handed to a process: a string that no byte of it ends early.
  private static func argument(atLeast minimum: JSONValue) -> JSONValue {
    withoutNul(["type": "string", "minLength": minimum, "maxLength": 100_000])
  }

  private static func withoutNul(_ schema: JSONValue) -> JSONValue {
    var object = schema.objectValue ?? [:]
    object["pattern"] = "^[^\\u0000]*$"
    return .object(object)
  }
}

import JSON

extension TaskType {
  /// Any brief, done by any agent.
  static func freeform() throws(TaskTypeError) -> TaskType {
    try TaskType(
      name: "freeform", title: "Freeform",
      description: "Does what the brief says and hands in a summary of what was done.",
      policy: Policy(
        resumable: true, workspaceScope: .session, sessionScope: .correlation,
        acceptsWorkspaceOverride: true),
      inputSchema: closed(
        [
          "brief": text("What to do, complete in itself.", 100_000),
          "expectedOutput": text("What to hand in.", 10_000),
          "constraints": list(
            "What must be kept to.", of: text("One constraint.", 2_000), atMost: 20),
          "context": text("Background, given to the agent as data, not as instructions.", 100_000),
          "execution": execution(),
          "continueFrom": continueFrom,
          "suggestedTaskType": text("A type this might rather be.", 64),
          "successCriteria": criteria(.optional),
        ], required: ["brief"]),
      outputSchema: output(
        [
          "summary": text("What was done.", 20_000),
          "branch": text("Branch that holds the work.", 255),
          "artifacts": artifacts,
          "proposedTaskType": text("A type this work should have.", 64),
          "followUpTasks": list(
            "Work that should follow.",
            of: [
              "type": "object", "required": ["brief"],
              "properties": [
                "brief": text("What to do.", 20_000), "title": text("One line.", 200),
                "taskType": text("Its type.", 64),
              ],
            ], atMost: 20),
        ], required: ["summary"]),
      prompt: """
        {{brief|words}}{{#expectedOutput}}

        ## Expected output

        {{expectedOutput|words}}{{/expectedOutput}}{{#constraints}}

        ## Constraints

        {{constraints|list}}{{/constraints}}{{#context}}

        ## Context

        {{context}}{{/context}}
        """)
  }

  /// Which earlier attempt is gone on with.
  private static let continueFrom: JSONValue = [
    "type": "object", "additionalProperties": false, "required": ["taskId"],
    "description": "What continuing sets.",
    "properties": [
      "taskId": text("Id or name of the task.", 200),
      "attemptN": ["type": "integer", "minimum": 1, "description": "Its attempt."],
      "mode": ["enum": ["extend", "fork"], "description": "The same, or copies."],
      "session": ["enum": ["resume", "new"], "description": "The conversation, or a briefing."],
    ],
  ]

  /// How it is to be carried out.
  static func execution(with more: JSONObject = [:]) -> JSONValue {
    var properties: JSONObject = [
      "workspace": [
        "enum": .array(WorkspaceMode.allCases.map { .string($0.rawValue) }),
        "description": "Where it works; the same as the argument workspace.",
      ],
      "revision": text("Branch, tag or commit a dedicated_worktree starts from.", 255),
    ]
    for (key, schema) in more { properties[key] = schema }
    return closed(properties)
  }
}

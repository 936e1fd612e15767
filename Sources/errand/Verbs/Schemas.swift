import JSON

extension Command {
  static let schemas = Command(
    path: ["schemas"], summary: "List the types of tasks, and who can run them.",
    operands: [.optional("type", "task_type")], options: [Options.json.spec, Options.quiet.spec],
    tool: "tasks_schemas",
    examples: [
      Example("errand schemas", "Types and profiles, and why one is not available."),
      Example("errand schemas command", "One type, with the schemas of its input and output."),
    ],
    run: Schemas.list)
}

/// Shows types and profiles.
enum Schemas {
  static func list(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = JSONObject()
    arguments["task_type"] = call.operand(0).map { .string($0) }
    if call[Options.json] { arguments["detail"] = "full" }
    let answer = try Operations.open(for: call.command).call("tasks_schemas", arguments)
    if call[Options.json] {
      try call.terminal.print(answer.text)
      return .ok
    }
    if call[Options.quiet] {
      for item in answer["items"]?.arrayValue ?? [] {
        try call.terminal.print(TaskText.line(item["taskType"]))
      }
      return .ok
    }
    try call.terminal.print(types(answer).text(for: call.terminal))
    for problem in answer["problems"]?.arrayValue ?? [] {
      call.terminal.note(
        "\(TaskText.line(problem["file"])): \(TaskText.line(problem["reason"]))")
    }
    if call.operand(0) != nil, let type = answer["items"]?.arrayValue?.first {
      try call.terminal.print("\ninput:  \((type["inputSchema"] ?? .null).text)")
      try call.terminal.print("output: \((type["outputSchema"] ?? .null).text)")
      return .ok
    }
    try call.terminal.print("\n" + profiles(answer).text(for: call.terminal))
    return .ok
  }

  private static func types(_ answer: JSONValue) -> Table {
    var table = Table([
      Table.Column("TYPE"), Table.Column("GIVES"), Table.Column("WHAT", atLeast: 20),
    ])
    for item in answer["items"]?.arrayValue ?? [] {
      table.add([
        Table.Cell(TaskText.line(item["taskType"]), .bold),
        Table.Cell(TaskText.line(item["outputKind"])),
        Table.Cell(TaskText.line(item["description"])),
      ])
    }
    return table
  }

  private static func profiles(_ answer: JSONValue) -> Table {
    var table = Table([
      Table.Column("PROFILE", atLeast: 8), Table.Column("ADAPTER"),
      Table.Column("AVAILABLE", atLeast: 20),
    ])
    for profile in answer["profiles"]?.arrayValue ?? [] {
      let isAvailable = profile["available"]?.boolValue ?? false
      let isDefault = profile["isDefault"]?.boolValue ?? false
      let reason = TaskText.line(profile["reason"])
      let note = isAvailable ? (isDefault ? "yes, the default" : "yes") : "no: \(reason)"
      table.add([
        Table.Cell(TaskText.line(profile["name"]), .bold),
        Table.Cell(TaskText.line(profile["adapter"])),
        Table.Cell(note, isAvailable ? .green : .dim),
      ])
    }
    return table
  }
}

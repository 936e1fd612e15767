import JSON
import Tasks
import Tools

extension Command {
  static let delete = Command(
    path: ["delete"], summary: "Put ended tasks into the bin.",
    operands: [.tasks],
    options: [Options.deleteDry.spec] + Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_delete",
    notes: """
      All of them, or none if one has not ended or is needed by one that has not. They keep their
      names, and `errand restore` brings them back until `errand prune` finds their time over
      (`retention.binDays`).
      """,
    examples: [
      Example("errand delete fix-login-test-k3f9", "Into the bin."),
      Example("errand delete $(errand list -s failed -q) --dry-run", "What would go."),
    ],
    run: Deleting.delete)

  static let restore = Command(
    path: ["restore"], summary: "Take tasks out of the bin; without a name, list what is in it.",
    operands: [.anyTasks],
    options: Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_delete",
    examples: [
      Example("errand restore", "What is in the bin."),
      Example("errand restore fix-login-test-k3f9", "As it was."),
    ],
    run: Deleting.restore)
}

/// Puts tasks into the bin and takes them out.
enum Deleting {
  static func delete(_ call: Invocation) throws(Complaint) -> ExitCode {
    try carryOut(call, restores: false)
  }

  static func restore(_ call: Invocation) throws(Complaint) -> ExitCode {
    guard call.operands.isEmpty else { return try carryOut(call, restores: true) }
    let items = try Operations.open(for: call.command).bin(call.place)
    if call[Options.json] {
      try call.terminal.print(JSONValue.object(["items": .array(items)]).text)
    } else if items.isEmpty {
      call.terminal.note("The bin is empty.")
    } else {
      try show(items, call) { "deleted \(TaskText.line($0["deletedAt"]))" }
    }
    return .ok
  }

  private static func carryOut(
    _ call: Invocation, restores: Bool
  ) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["task_ids"] = .array(call.operands.map { .string($0) })
    if restores { arguments["restore"] = true }
    let answer = try Operations.open(for: call.command).call("tasks_delete", arguments)
    if call[Options.json] {
      try call.terminal.print(answer.text)
      return .ok
    }
    try show(answer["items"]?.arrayValue ?? [], call) { item in
      if restores { return "back, \(TaskText.line(item["status"]))" }
      let size = Figures.bytes(item["sizeBytes"]?.intValue ?? 0)
      guard let end = item["restorableUntil"] else { return "would go, \(size)" }
      return "in the bin until \(TaskText.line(end)), \(size)"
    }
    if call[Options.deleteDry] {
      call.terminal.note("Nothing was changed; without --dry-run they would be deleted.")
    }
    return .ok
  }

  private static func show(
    _ items: [JSONValue], _ call: Invocation, _ words: (JSONValue) -> String
  ) throws(Complaint) {
    for item in items {
      if call[Options.quiet] {
        try call.terminal.print(TaskText.id(of: item))
      } else {
        try call.terminal.print(
          call.terminal.styled(TaskText.name(of: item), .bold) + ": " + words(item))
      }
    }
  }
}

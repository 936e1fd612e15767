import JSON

extension Command {
  static let accept = Command(
    path: ["accept"], summary: "Accept what a task handed in; that attempt counts.",
    operands: [.task],
    options: [
      Options.comments.spec, Options.reviewer.spec, Options.attempt.spec, Options.json.spec,
      Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_verify",
    examples: [
      Example("errand accept fix-login-test-k3f9", "The latest completed attempt."),
      Example("errand accept fix-login-test-k3f9 --attempt 1", "An earlier one."),
    ],
    run: Reviewing.accept)

  static let reject = Command(
    path: ["reject"], summary: "Reject what a task handed in; with --retry, send it back.",
    operands: [.task],
    options: [
      Options.comments.spec, Options.sendBack.spec, Options.reviewer.spec, Options.attempt.spec,
      Options.json.spec,
      Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_verify",
    notes: "A rejected attempt does not count; the task's status stays as it is.",
    examples: [
      Example("errand reject fix-login-test-k3f9 -m \"no test\"", "Says why; nothing else."),
      Example(
        "errand reject fix-login-test-k3f9 --retry -m \"add a test\"", "The next attempt is told."),
    ],
    run: Reviewing.reject)

  static let retry = Command(
    path: ["retry"], summary: "Give an ended task one more attempt.",
    operands: [.task],
    options: [
      Options.reason.spec, Options.brief.spec, Options.profile.spec, Options.session.spec,
      Options.json.spec, Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_retry",
    notes:
      "Earlier attempts stay, with their messages and artifacts. The next one is told the reason.",
    examples: [
      Example("errand retry fix-login-test-k3f9", "The same once more."),
      Example("errand retry fix-login-test-k3f9 --profile codex", "By another agent."),
      Example(
        "errand retry fix-login-test-k3f9 --session resume --reason \"add a test\"",
        "In the same conversation."),
    ],
    run: Reviewing.retry)

  static let update = Command(
    path: ["update"], summary: "Change a task's title, tags, priority, profile or result.",
    operands: [.task],
    options: [
      Options.title.spec, Options.tags.spec, Options.priority.spec, Options.profile.spec,
      Options.result.spec, Options.json.spec, Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_update",
    examples: [
      Example("errand update fix-login-test-k3f9 --priority 0", "Before all others."),
      Example("errand update fix-login-test-k3f9 --tag shop --tag urgent", "All its tags."),
      Example("errand update fix-login-test-k3f9 --tag \"\"", "No tags any more."),
    ],
    run: Reviewing.update)

  static let comment = Command(
    path: ["comment"], summary: "Keep a remark with a task.",
    operands: [.task, .required("text", "text")],
    options: [Options.author.spec, Options.json.spec, Options.quiet.spec] + Options.place,
    tool: "tasks_comment",
    examples: [
      Example("errand comment fix-login-test-k3f9 \"see the ticket\"", "Shown by `errand get`."),
      Example("git log -1 | errand comment fix-login-test-k3f9 -", "From standard input."),
    ],
    run: Reviewing.comment)
}

/// Judges tasks, sends them back, and changes what is said about them.
enum Reviewing {
  static func accept(_ call: Invocation) throws(Complaint) -> ExitCode {
    try carryOut(call, "tasks_verify", ["accepted": true])
  }

  static func reject(_ call: Invocation) throws(Complaint) -> ExitCode {
    try carryOut(call, "tasks_verify", ["accepted": false])
  }

  static func retry(_ call: Invocation) throws(Complaint) -> ExitCode {
    let reason = call[Options.reason] ?? "Try once more."
    return try carryOut(call, "tasks_retry", ["reason": .string(reason)])
  }

  static func update(_ call: Invocation) throws(Complaint) -> ExitCode {
    let clearsTags = call[Options.tags] == [""]
    return try carryOut(call, "tasks_update", clearsTags ? ["tags": []] : [:])
  }

  static func comment(_ call: Invocation) throws(Complaint) -> ExitCode {
    let word = call.operand(1) ?? ""
    let text = word == "-" ? try BriefText.standardInput() : word
    return try carryOut(call, "tasks_comment", ["text": .string(text)])
  }

  private static func carryOut(
    _ call: Invocation, _ tool: String, _ more: JSONObject
  ) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["task_id"] = .string(call.operand(0) ?? "")
    for (key, value) in more { arguments[key] = value }
    let task = try Operations.open(for: call.command).call(tool, arguments)
    if call[Options.json] {
      try call.terminal.print(task.text)
    } else if call[Options.quiet] {
      try call.terminal.print(TaskText.id(of: task))
    } else {
      let name = call.terminal.styled(TaskText.name(of: task), .bold)
      // Of what was sent back the verdict is past.
      let state = tool == "tasks_verify" && task["status"] != "queued" ? task["review"] : nil
      let verdict = state.map { ", " + TaskText.line($0["state"]) } ?? ""
      try call.terminal.print("\(name): \(TaskText.standing(of: task))\(verdict)")
    }
    return .ok
  }
}

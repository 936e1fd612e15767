import JSON

extension Command {
  static let continueTask = Command(
    path: ["continue"], summary: "Go on with an ended task: same agent, same conversation.",
    operands: [.required("task", "from_task_id"), .optional("brief", "brief")],
    options: [
      Options.fromAttempt.spec, Options.mode.spec, Options.session.spec, Options.profile.spec,
      Options.file.spec, Options.title.spec, Options.expectedOutput.spec,
      Options.constraints.spec, Options.criteria.spec, Options.key.spec, Options.watch.spec,
      Options.json.spec, Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_continue",
    notes: """
      The new task works where the old one did, on its branch; with --mode fork on a copy of the
      conversation and a branch of its own. Another profile, or --session new, starts from a briefing.
      """,
    examples: [
      Example("errand continue fix-login-test-k3f9 \"now make it shorter\" -w", "Follow it."),
      Example("errand continue fix-login-test-k3f9 --mode fork \"try it with a cache\"", "Apart."),
      Example("errand continue fix-login-test-k3f9 -p codex \"review this\"", "Hand it over."),
    ],
    run: Continuing.run)
}

/// Goes on with an ended task.
enum Continuing {
  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["from_task_id"] = call.operand(0).map(JSONValue.string)
    try BriefText.fill(&arguments, from: call, operand: 1)
    if let criteria = call[Options.criteria] {
      arguments["success_criteria"] = try BriefText.json(criteria, of: "--success-criteria")
    }
    let task = try Operations.open(for: call.command).call("tasks_continue", arguments)
    return try NewTask.tell(task, call)
  }
}

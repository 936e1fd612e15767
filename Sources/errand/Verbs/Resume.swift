import JSON
import Tasks
import Tools

extension Command {
  static let resume = Command(
    path: ["resume"], summary: "Let tasks go on that a used-up quota stopped.",
    operands: [.several("task")], options: Options.place + [Options.json.spec, Options.quiet.spec],
    notes: """
      The agent goes on with the same conversation, in a new attempt. With "autoResume": true in the
      configuration this happens by itself once the quota is back. Ends with 1 if a task was not
      stopped by a quota.
      """,
    examples: [Example("errand resume fix-login-test-k3f9", "By name or id.")],
    run: Resume.run)
}

/// Carries on what a quota stopped, at a person's word.
enum Resume {
  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open()
    var code = ExitCode.ok
    for reference in call.operands {
      let outcome = try operations.resume(reference, call.place)
      let task = try operations.call("tasks_get", call.naming(reference))
      if call[Options.json] {
        var shown = task.objectValue ?? [:]
        shown["outcome"] = .string(outcome.rawValue)
        try call.terminal.print(JSONValue.object(shown).text)
      } else if call[Options.quiet] {
        try call.terminal.print(TaskText.id(of: task))
      } else {
        let name = call.terminal.styled(TaskText.name(of: task), .bold)
        let words = outcome == .resumed ? "goes on" : "no quota has stopped it"
        try call.terminal.print("\(name): \(words), \(TaskText.standing(of: task))")
      }
      if outcome == .notStopped { code = .taskFailed }
    }
    return code
  }
}

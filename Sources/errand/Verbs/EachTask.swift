import JSON

/// Does one thing to each task that the line names, and shows how each stands then.
enum EachTask {
  static func run<Outcome: RawRepresentable<String>>(
    _ call: Invocation, words: (Outcome) -> String, code: (Outcome) -> ExitCode,
    doing work: (Operations, String) throws(Complaint) -> Outcome
  ) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    var last = ExitCode.ok
    for reference in call.operands {
      let outcome = try work(operations, reference)
      let task = try operations.call("tasks_get", call.naming(reference))
      if call[Options.json] {
        var shown = task.objectValue ?? [:]
        shown["outcome"] = .string(outcome.rawValue)
        try call.terminal.print(JSONValue.object(shown).text)
      } else if call[Options.quiet] {
        try call.terminal.print(TaskText.id(of: task))
      } else {
        let name = call.terminal.styled(TaskText.name(of: task), .bold)
        try call.terminal.print("\(name): \(words(outcome)), \(TaskText.standing(of: task))")
      }
      if code(outcome) != .ok { last = code(outcome) }
    }
    return last
  }
}

import JSON
import Posix
import Tasks

extension Command {
  static let answer = Command(
    path: ["answer"], summary: "Answer what a task asks; without an answer, show it.",
    operands: [.task, .optional("answer", "answer", "option", "decision")],
    options: [
      Options.request.spec, Options.words.spec, Options.json.spec, Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_respond",
    notes: """
      An answer is text, an option or its number, or JSON where the question has a schema. On a
      request for permission it is allow, deny or allow_always (for the rest of the conversation);
      deny turns any question away. The first answer wins; a late one is told which that was.
      """,
    examples: [
      Example("errand answer fix-login-test-k3f9", "Show what it asks; at a terminal, answer it."),
      Example("errand answer fix-login-test-k3f9 allow", "Give it leave, once."),
      Example("errand answer fix-login-test-k3f9 deny -m \"not in main\"", "And say why."),
      Example("errand answer fix-login-test-k3f9 2 --request q1", "The second option."),
    ],
    run: Answering.answer)

  static let send = Command(
    path: ["send"], summary: "Say something to a running agent, or take it back.",
    operands: [.task, .optional("message", "message")],
    options: [
      Options.interrupt.spec, Options.sendID.spec, Options.takeBack.spec, Options.json.spec,
      Options.quiet.spec,
    ] + Options.place,
    tool: "tasks_respond",
    notes: "Only agents that hold a conversation hear messages; others say so. `-` reads stdin.",
    examples: [
      Example("errand send fix-login-test-k3f9 \"use tabs\"", "Heard when its turn is over."),
      Example("errand send fix-login-test-k3f9 \"stop, wrong file\" --interrupt", "At once."),
      Example("errand send fix-login-test-k3f9 --cancel s1x2y3", "Not heard yet: taken back."),
    ],
    run: Answering.send)
}

/// Answers tasks and talks to them from the terminal.
enum Answering {
  static func answer(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    let task = call.operand(0) ?? ""
    guard let answer = call.operand(1) else { return try ask(task, call, operations) }
    var arguments = call.arguments()
    arguments["task_id"] = .string(task)
    let decision = ["allow", "deny", "allow_always"].contains(answer)
    arguments[decision && call[Options.words] != nil ? "decision" : "answer"] =
      answer == "deny" ? nil : .string(answer)
    if answer == "deny" { arguments["decision"] = "deny" }
    return try tell(try operations.call("tasks_respond", arguments), call)
  }

  /// Shows what is open; a person at a terminal is asked right away.
  private static func ask(
    _ task: String, _ call: Invocation, _ operations: Operations
  ) throws(Complaint) -> ExitCode {
    let found = try operations.call("tasks_get", call.naming(task))
    if call[Options.json] {
      try call.terminal.print((found["pendingRequests"] ?? []).text)
    } else if found["pendingRequests"]?.arrayValue?.isEmpty ?? true {
      call.terminal.note("\(TaskText.name(of: found)) asks nothing.")
    } else if Asking.isPossible(call) {
      try Asking.ask(found, call, operations)
      return .ok
    } else {
      for request in found["pendingRequests"]?.arrayValue ?? [] {
        try call.terminal.print(
          call[Options.quiet]
            ? TaskText.line(request["requestId"]) : Asking.text(of: request, call.terminal))
      }
    }
    return TaskText.status(of: found) == .inputRequired ? .needsInput : .ok
  }

  static func send(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["task_id"] = .string(call.operand(0) ?? "")
    if let text = call.operand(1) {
      arguments["message"] = .string(text == "-" ? try BriefText.standardInput() : text)
    } else if call[Options.takeBack] == nil {
      throw Complaint(
        "There is nothing to say: the message is missing.", why: ["Usage: \(call.command.usage)"],
        next: "Give it in quotes, or as `-` on standard input.", code: .usage)
    }
    if call[Options.interrupt] { arguments["when"] = "interrupt" }
    return try tell(try Operations.open(for: call.command).call("tasks_respond", arguments), call)
  }

  /// Says what became of it; a late answer is no success.
  private static func tell(_ answer: JSONValue, _ call: Invocation) throws(Complaint) -> ExitCode {
    let outcome = TaskText.line(answer["outcome"])
    let name = TaskText.line(answer["requestId"]) + TaskText.line(answer["sendId"])
    if call[Options.json] {
      try call.terminal.print(answer.text)
    } else if call[Options.quiet] {
      try call.terminal.print(name)
    } else {
      let words = outcome.replacing("_", with: " ")
      try call.terminal.print(call.terminal.styled(name, .bold) + ": " + words)
      if outcome == "already_answered" {
        let by = TaskText.line(answer["answeredBy"])
        let counted = TaskText.answer(answer["answer"] ?? .null)
        try call.terminal.print(
          "  the answer that counts, by \(by): \(counted.stringValue ?? counted.text)")
      }
    }
    let isUnheard = outcome == "answered" && TaskText.status(of: answer)?.isTerminal == true
    if isUnheard {
      call.terminal.note(
        "Its agent was lost; the answer is kept. "
          + "`errand retry \(TaskText.name(of: answer)) --session resume` goes on with it.")
    }
    return isUnheard || outcome == "already_answered" || outcome == "withdrawn" ? .taskFailed : .ok
  }
}

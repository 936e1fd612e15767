import JSON
import Posix

/// Does at the terminal what outside workers do: take tasks, keep them, and hand them in.
enum Working {
  static func claim(_ call: Invocation) throws(Complaint) -> ExitCode {
    guard call[Options.worker] != nil else {
      throw Complaint(
        "--worker is missing: a task is lent to somebody.",
        next: "Say who you are: errand worker claim --worker NAME.", code: .usage)
    }
    let answer = try Operations.open(for: call.command).call("tasks_claim", call.arguments())
    let task = answer["task"]
    if call[Options.json] {
      try call.terminal.print(answer.text)
    } else if let task {
      let name = TaskText.name(of: task)
      let lease = TaskText.line(answer["leaseId"])
      if call[Options.quiet] {
        try call.terminal.print("\(name) \(lease)")
      } else {
        try call.terminal.print("\(call.terminal.styled(name, .bold)), lease \(lease)")
        try call.terminal.print(TaskText.block(answer["prompt"]))
      }
    } else {
      call.terminal.note("Nothing suits you now.")
    }
    return task == nil ? .tryLater : .ok
  }

  static func heartbeat(_ call: Invocation) throws(Complaint) -> ExitCode {
    let answer = try carryOut(call, "tasks_heartbeat", [:])
    try call.terminal.print(
      call[Options.json] ? answer.text : "yours until \(TaskText.line(answer["leaseExpiresAt"]))")
    return .ok
  }

  static func say(_ call: Invocation) throws(Complaint) -> ExitCode {
    let messages: JSONValue
    switch (call.operand(1), call[Options.messages]) {
    case (let word?, nil):
      let text = word == "-" ? try BriefText.standardInput() : word
      messages = [["kind": "text", "payload": ["text": .string(text)]]]
    case (nil, let given?): messages = try BriefText.json(given, of: "--messages")
    case (nil, nil), (.some, .some):
      throw Complaint(
        "Give either a text or --messages.", why: ["Usage: \(call.command.usage)"],
        next: "See `errand worker say --help`.", code: .usage)
    }
    let answer = try carryOut(call, "tasks_messages_append", ["messages": messages])
    if call[Options.json] { try call.terminal.print(answer.text) }
    return .ok
  }

  static func complete(_ call: Invocation) throws(Complaint) -> ExitCode {
    guard let output = call[Options.handedIn] else {
      throw Complaint(
        "--output is missing: nothing is taken as done without what it came to.",
        next: "Give it as JSON, or @ and a file that holds it.", code: .usage)
    }
    return try tell(
      call, "tasks_complete", ["output": try BriefText.json(output, of: "--output")])
  }

  static func fail(_ call: Invocation) throws(Complaint) -> ExitCode {
    try tell(call, "tasks_fail", ["message": .string(call.operand(1) ?? "")])
  }

  static func abort(_ call: Invocation) throws(Complaint) -> ExitCode {
    try tell(call, "tasks_abort", ["reason": .string(call.operand(1) ?? "")])
  }

  static func session(_ call: Invocation) throws(Complaint) -> ExitCode {
    let task = call.naming(call.operand(0) ?? "")
    let operations = try Operations.open(for: call.command)
    var arguments = task
    arguments["attempt_n"] = call[Options.attempt].map { .integer($0) }
    let answer = try operations.call("runtime_sessions_get", arguments)
    guard let session = answer["session"], let cid = session["cid"]?.stringValue else {
      throw Complaint(
        "No conversation was left with it.", next: "Start anew, from the task's prompt.",
        code: .notFound)
    }
    if let path = call[Options.output] {
      var reader = try ArtifactReader(task: task, cid: cid, operations: operations)
      try Artifacts.save(&reader, to: path)
    }
    try call.terminal.print(
      call[Options.json] ? session.text : "\(TaskText.line(session["title"]))  \(cid)")
    return .ok
  }

  static func keepSession(_ call: Invocation) throws(Complaint) -> ExitCode {
    let path = try Artifacts.resolved(call.operand(1) ?? "")
    let answer = try carryOut(call, "runtime_sessions_upload", ["path": .string(path)])
    try call.terminal.print(call[Options.json] ? answer.text : TaskText.line(answer["cid"]))
    return .ok
  }

  private static func tell(
    _ call: Invocation, _ tool: String, _ more: JSONObject
  ) throws(Complaint) -> ExitCode {
    let task = try carryOut(call, tool, more)
    if call[Options.json] {
      try call.terminal.print(task.text)
    } else if call[Options.quiet] {
      try call.terminal.print(TaskText.id(of: task))
    } else {
      let name = call.terminal.styled(TaskText.name(of: task), .bold)
      try call.terminal.print("\(name): \(TaskText.standing(of: task))")
    }
    return .ok
  }

  private static func carryOut(
    _ call: Invocation, _ tool: String, _ more: JSONObject
  ) throws(Complaint) -> JSONValue {
    guard call[Options.lease] != nil else {
      throw Complaint(
        "--lease is missing: only who holds a task may say something of it.",
        next: "Give the lease that `errand worker claim` printed.", code: .usage)
    }
    var arguments = call.arguments()
    arguments["task_id"] = .string(call.operand(0) ?? "")
    for (key, value) in more { arguments[key] = value }
    return try Operations.open(for: call.command).call(tool, arguments)
  }
}

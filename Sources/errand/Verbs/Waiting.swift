import JSON
import Posix

extension Command {
  static let wait = Command(
    path: ["wait"], summary: "Wait until tasks ask or end; the exit code is that of the worst.",
    operands: [.tasks],
    options: [Options.until.spec, Options.timeout.spec] + Options.place
      + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_wait",
    notes: "With several tasks it waits until all have come that far. 4: it asks. 75: not yet.",
    examples: [
      Example("errand wait fix-login-test-k3f9", "Until it ends or asks, however long that takes."),
      Example("errand wait $(errand list -s running -q) --timeout 600", "Ten minutes at most."),
      Example("errand wait fix-login-test-k3f9 --until terminal", "Questions do not end the wait."),
    ],
    run: Waiting.wait)

  static let cancel = Command(
    path: ["cancel"], summary: "End tasks and every process they started.",
    operands: [.tasks],
    options: [Options.reason.spec] + Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_cancel",
    examples: [
      Example("errand cancel fix-login-test-k3f9", "By name or id."),
      Example("errand cancel $(errand list -s queued -q) --reason \"not today\"", "Several."),
    ],
    run: Waiting.cancel)
}

/// Waits for tasks, and ends them.
enum Waiting {
  /// Longest wait of one call of the operation.
  private static let patience = 45

  static func wait(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    let deadline = call[Options.timeout].map { MonotonicTime.after(.seconds($0)) }
    let until = call[Options.until] ?? "needs_me"
    var worst = ExitCode.ok
    for reference in call.operands {
      let isDone = try hasCome(call.naming(reference), until, deadline, operations)
      let task = try operations.call("tasks_get", call.naming(reference))
      try show(task, call)
      // A task that goes on is as it should be for somebody who waits for any change.
      let code = TaskText.exitCode(of: task)
      worst = max(worst, isDone && code == .tryLater ? .ok : code)
    }
    return worst
  }

  /// Waits for one task, in pieces; false when the deadline came first.
  private static func hasCome(
    _ task: JSONObject, _ until: String, _ deadline: MonotonicTime?, _ operations: Operations
  ) throws(Complaint) -> Bool {
    var arguments = task
    arguments["task_ids"] = .array([task["task_id"] ?? .null])
    arguments["task_id"] = nil
    arguments["until"] = .string(until)
    while true {
      let left = deadline.map { Int(($0.remaining.milliseconds + 999) / 1000) } ?? patience
      arguments["timeout_sec"] = .integer(min(patience, left))
      let answer = try operations.call("tasks_wait", arguments)
      if answer["timedOut"]?.boolValue != true { return true }
      if left <= patience, deadline != nil { return false }
      // A change between two pieces must not be missed.
      arguments["after"] = answer["cursor"]
    }
  }

  static func cancel(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["task_ids"] = .array(call.operands.map { .string($0) })
    let answer = try Operations.open(for: call.command).call("tasks_cancel", arguments)
    let tasks = answer["items"]?.arrayValue ?? []
    if call[Options.json] {
      try call.terminal.print(answer.text)
    } else {
      for task in tasks {
        try show(task, call)
        if let subtasks = task["subtasks"]?.intValue, subtasks > 0 {
          call.terminal.note("  ended with it: \(subtasks) subtask\(subtasks == 1 ? "" : "s")")
        }
        let left = (task["survivors"]?.arrayValue ?? []).map { TaskText.line($0) }
        if !left.isEmpty {
          call.terminal.note("  could not be ended: \(left.joined(separator: ", "))")
        }
      }
    }
    let failures = answer["failures"]?.arrayValue ?? []
    for failure in failures {
      call.terminal.note("\(TaskText.line(failure["task"])): \(TaskText.line(failure["message"]))")
    }
    if !failures.isEmpty {
      return failures.allSatisfy { $0["code"] == "not_found" } ? .notFound : .taskFailed
    }
    guard tasks.contains(where: { $0["outcome"] == "cancelling" }) else { return .ok }
    call.terminal.note("Some are still ending; see `errand wait`.")
    return .tryLater
  }

  private static func show(_ task: JSONValue, _ call: Invocation) throws(Complaint) {
    if call[Options.json] { return try call.terminal.print(task.text) }
    if call[Options.quiet] { return try call.terminal.print(TaskText.id(of: task)) }
    let now = WallClock.nowMilliseconds()
    try call.terminal.print(
      call.terminal.styled(TaskText.name(of: task), .bold) + ": "
        + TaskText.summary(of: task, now: now, call.terminal))
  }
}

extension ExitCode: Comparable {
  /// Orders by gravity for a list of tasks: ended well, not yet, asks, stopped, failed.
  static func < (left: ExitCode, right: ExitCode) -> Bool { left.gravity < right.gravity }

  private var gravity: Int {
    switch self {
    case .ok: 0
    case .tryLater: 1
    case .needsInput: 2
    case .stopped: 3
    case .taskFailed: 4
    case .notFound: 5
    case .usage: 6
    case .interrupted: 7
    }
  }
}

import JSON
import Posix
import Tasks

/// Follows one task on the terminal until it ends or asks.
enum Watching {
  /// Longest time one look waits; the next one follows at once.
  private static let patience = 20

  /// Prints messages as they come, then one line about the end; gives the task's exit code.
  static func follow(
    _ id: String, name: String, _ call: Invocation
  ) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    let farewell = try Farewell.start([.interrupt]) {
      call.terminal.note("\n\(name) goes on. Come back: errand logs \(name) --follow")
    }
    defer { farewell.end() }
    if !call[Options.json], !call[Options.quiet] {
      call.terminal.note("Watching \(name); Ctrl-C leaves it running.")
    }
    var stream = MessageStream(task: call.naming(id), operations: operations)
    var task: JSONValue
    repeat {
      repeat {
        let messages = try stream.next(waitSec: patience)
        if !call[Options.quiet] { try Messages.show(messages, call) }
      } while !(stream.hasEnded || stream.isCaughtUp && stream.taskStatus == .inputRequired)
      task = try operations.call("tasks_get", call.naming(id))
    } while try hasAnswered(task, call, operations)
    try close(task, call)
    return TaskText.exitCode(of: task)
  }

  /// Asks the person, where there is one; false if nothing is open, or is left open.
  private static func hasAnswered(
    _ task: JSONValue, _ call: Invocation, _ operations: Operations
  ) throws(Complaint) -> Bool {
    guard TaskText.status(of: task) == .inputRequired, Asking.isPossible(call) else {
      return false
    }
    try Asking.ask(task, call, operations)
    let now = try operations.call("tasks_get", call.naming(TaskText.id(of: task)))
    return TaskText.status(of: now) != .inputRequired
  }

  private static func close(_ task: JSONValue, _ call: Invocation) throws(Complaint) {
    if call[Options.json] { return try call.terminal.print(task.text) }
    if call[Options.quiet] { return try call.terminal.print(TaskText.id(of: task)) }
    let now = WallClock.nowMilliseconds()
    try call.terminal.print(
      call.terminal.styled(TaskText.name(of: task), .bold) + ": "
        + TaskText.summary(of: task, now: now, call.terminal))
    if TaskText.status(of: task) == .inputRequired {
      call.terminal.note("Answer it: errand answer \(TaskText.name(of: task)) …")
    }
    for request in task["pendingRequests"]?.arrayValue ?? [] {
      try call.terminal.print(Asking.text(of: request, call.terminal))
    }
  }
}

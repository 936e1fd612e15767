import JSON
import Posix
import Tasks

/// Puts a task's questions to the person at the terminal.
enum Asking {
  /// Tells whether there is a person who can be asked: they see what is printed, and can type.
  static func isPossible(_ call: Invocation) -> Bool {
    !call[Options.json] && !call[Options.quiet] && Environment.isTerminal(0)
      && Environment.isTerminal(1)
  }

  /// Lays a question out for reading.
  static func text(of request: JSONValue, _ terminal: Terminal) -> String {
    let id = TaskText.line(request["requestId"])
    var lines = [terminal.styled(id, .yellow) + "  " + TaskText.block(request["question"])]
    if let wish = request["permission"], let arguments = wish["arguments"] {
      lines.append("    " + CleanText.line(arguments.text, limit: 600))
    }
    for (index, option) in (request["options"]?.arrayValue ?? []).enumerated() {
      lines.append("    \(index + 1)  " + TaskText.line(option))
    }
    if let schema = request["schema"] { lines.append("    answer of the shape \(schema.text)") }
    if let deadline = request["deadline"]?.stringValue { lines.append("    until \(deadline)") }
    return lines.joined(separator: "\n")
  }

  /// Asks each open question until it is answered; an empty line leaves it open.
  static func ask(
    _ task: JSONValue, _ call: Invocation, _ operations: Operations
  ) throws(Complaint) {
    for request in task["pendingRequests"]?.arrayValue ?? [] {
      try call.terminal.print(text(of: request, call.terminal))
      while true {
        call.terminal.note("Answer (empty: later):")
        guard let line = readLine(), !line.allSatisfy(\.isWhitespace) else { break }
        var arguments = call.naming(TaskText.id(of: task))
        arguments["answer"] = .string(line)
        arguments["request_id"] = request["requestId"]
        do throws(Complaint) {
          let answer = try operations.call("tasks_respond", arguments)
          if answer["outcome"] != "answered" { call.terminal.note(TaskText.line(answer["hint"])) }
          break
        } catch {
          // What does not fit is said, and asked again.
          guard error.code == .usage else { throw error }
          call.terminal.note(error.text)
        }
      }
    }
  }
}

import JSON
import MCP
import Tools

extension Complaint {
  /// Says a tool's refusal in the terminal's words: options for arguments, verbs for tools.
  init(_ failure: ToolFailure, of tool: String) {
    let command = Command.all.first { $0.tool == tool }
    self.init(
      Self.spoken(failure.summary),
      why: failure.faults.map { fault in
        Self.place(fault.pointer, command) + Self.spoken(fault.message)
      },
      next: failure.nextStep.map { Self.spoken($0) }, code: Self.exitCode(failure.kind))
  }

  /// Names the option that fills the argument at fault, else the place itself.
  private static func place(_ pointer: JSONPointer, _ command: Command?) -> String {
    // What names the task is an operand, which the summary repeats.
    guard let first = pointer.tokens.first, first != "task_id", first != "task_ids" else {
      return ""
    }
    let option = command?.options.first { $0.argument == first }
    // One of several values is named by its option, too; a place inside a value is not.
    guard let option, pointer.tokens.count == (option.repeats ? 2 : 1) else {
      return "\(pointer): "
    }
    return "--\(option.name): "
  }

  /// Puts the verb where a tool is named.
  private static func spoken(_ text: String) -> String {
    Command.all.reversed().reduce(text) { text, command in
      guard let tool = command.tool else { return text }
      return text.replacing("call \(tool)", with: "use `errand \(command.name)`")
        .replacing("Call \(tool)", with: "Use `errand \(command.name)`")
        .replacing(tool, with: "`errand \(command.name)`")
    }
  }

  private static func exitCode(_ kind: FailureCode?) -> ExitCode {
    switch kind {
    case .notFound: .notFound
    case .busy, .limit, .storeNotWritable, .storeUnavailable, .storeRemoved, .storeStopped:
      .tryLater
    case .internal, .storeDamaged, .storeNewer, .taskDamaged: .taskFailed
    case .conflict, .nameTaken, .idempotencyConflict, .badCursor, nil: .usage
    }
  }
}

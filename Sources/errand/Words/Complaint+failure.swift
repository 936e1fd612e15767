import JSON
import MCP
import Tools

extension Complaint {
  /// Says a tool's refusal in the terminal's words: options for arguments, verbs for tools.
  init(_ failure: ToolFailure, of tool: String) {
    let command = Command.all.first { $0.tool == tool }
    self.init(
      Self.spoken(failure.summary, command),
      why: failure.faults.map { fault in
        Self.place(fault.pointer, command) + Self.spoken(fault.message, command)
      },
      next: failure.nextStep.map { Self.spoken($0, command) }, code: Self.exitCode(failure.kind))
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

  /// Puts the verb where a tool is named, and the command's option where an argument is.
  private static func spoken(_ text: String, _ command: Command?) -> String {
    let verbs = Command.all.reversed().flatMap { command in
      ([command.tool].compactMap(\.self) + command.otherTools).map { ($0, command.name) }
    }
    let words = verbs.reduce(text) { text, verb in
      text.replacing("call \(verb.0)", with: "use `errand \(verb.1)`")
        .replacing("Call \(verb.0)", with: "Use `errand \(verb.1)`")
        .replacing(verb.0, with: "`errand \(verb.1)`")
    }
    return (command?.options ?? []).reduce(words) { text, option in
      // A word of one part may stand for itself.
      guard let argument = option.argument, argument.contains("_") else { return text }
      return text.replacing(argument, with: "--\(option.name)")
    }
  }

  private static func exitCode(_ kind: FailureCode?) -> ExitCode {
    switch kind {
    case .notFound, .sourceNotFound: .notFound
    case .busy, .limit, .storeNotWritable, .storeUnavailable, .storeRemoved, .storeStopped:
      .tryLater
    case .internal, .storeDamaged, .storeNewer, .taskDamaged: .taskFailed
    case .conflict, .nameTaken, .idempotencyConflict, .badCursor, nil: .usage
    }
  }
}

import JSON
import MCP
import Tools

extension Complaint {
  /// Says a tool's refusal in the terminal's words: options for arguments, verbs for tools.
  init(_ failure: ToolFailure, of tool: String? = nil, in command: Command) {
    self.init(
      Self.spoken(failure.summary, tool, command),
      why: failure.faults.compactMap { Self.reason($0, tool, command) },
      next: failure.nextStep.map { Self.spoken($0, tool, command) },
      code: Self.exitCode(failure.kind), name: failure.code)
  }

  /// Says what is wrong with one argument; nil if the summary has said it.
  private static func reason(_ fault: Fault, _ tool: String?, _ command: Command) -> String? {
    guard let place = place(fault.pointer, command) else {
      return fault.message == Fault.namesNoTask ? nil : spoken(fault.message, tool, command)
    }
    return "\(place): \(spoken(fault.message, tool, command))"
  }

  /// Names the option that fills the argument at fault, else the place itself; nil for the task
  /// that the line names, which the summary repeats.
  private static func place(_ pointer: JSONPointer, _ command: Command) -> String? {
    var pointer = pointer
    // What a schedule makes each time is said by options of its own.
    if pointer.tokens.first == "task", pointer.tokens.count > 1 {
      pointer = JSONPointer(tokens: Array(pointer.tokens.dropFirst()))
    }
    guard let first = pointer.tokens.first else { return "\(pointer)" }
    if let operand = command.operands.first(where: { $0.arguments.contains(first) }) {
      return operand.name == "task" ? nil : "<\(operand.name)>"
    }
    let option = command.options.first { $0.argument == first }
    guard let option else { return "\(pointer)" }
    // One of several values is named by its option alone; of a value, the place inside is told, too.
    if option.repeats || pointer.tokens.count == 1 { return "--\(option.name)" }
    return "--\(option.name) at \(JSONPointer(tokens: Array(pointer.tokens.dropFirst())))"
  }

  /// Puts the verb where a tool is named, and the command's option where an argument is.
  private static func spoken(_ text: String, _ tool: String?, _ command: Command) -> String {
    // Where one tool serves several verbs, the one that was called is meant.
    let own = [tool, command.tool].compactMap(\.self).map { ($0, command.name) }
    let others = Command.all.flatMap { command in
      ([command.tool].compactMap(\.self) + command.otherTools).map { ($0, command.name) }
    }
    let again = own.reduce(text) { text, verb in
      text.replacing("all \(verb.0) again", with: "all `errand \(verb.1)` again")
    }
    let words = (own.dropFirst() + others).reduce(again) { text, verb in
      text.replacing(verb.0, with: "`errand \(verb.1)`")
    }
    .replacing("call `errand", with: "use `errand").replacing("Call `errand", with: "Use `errand")
    return command.options.reduce(words) { text, option in
      guard let argument = option.argument else { return text }
      let text = text.replacing("with \(argument) ", with: "with --\(option.name) ")
      // A word of one part may stand for itself.
      return argument.contains("_") ? text.replacing(argument, with: "--\(option.name)") : text
    }
  }

  private static func exitCode(_ kind: FailureCode?) -> ExitCode {
    switch kind {
    case .notFound, .sourceNotFound: .notFound
    case .busy, .limit, .storeNotWritable, .storeUnavailable, .storeRemoved, .storeStopped,
      .storeNewer:
      .tryLater
    case .internal, .storeDamaged, .taskDamaged: .taskFailed
    case .conflict, .nameTaken, .idempotencyConflict, .runDecided, .badCursor, nil: .usage
    }
  }
}

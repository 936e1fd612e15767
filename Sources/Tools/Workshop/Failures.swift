import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Passes the store's errors on in the words a model reads.
func naming<Value: ~Copyable>(_ body: () throws(StoreError) -> Value) throws(ToolFailure) -> Value {
  do throws(StoreError) {
    return try body()
  } catch {
    throw ToolFailure(error)
  }
}

extension Fault {
  /// Says of an argument what the failure's summary says of the task.
  package static let namesNoTask = "names no task"
}

/// Passes the runner's errors on in the words a model reads.
func namingRunner<Value>(_ body: () throws(RunnerError) -> Value) throws(ToolFailure) -> Value {
  do throws(RunnerError) {
    return try body()
  } catch {
    throw ToolFailure(error)
  }
}

extension ToolFailure {
  package init(_ error: StoreError) {
    self.init(code: error.code.rawValue, summary: "\(error)", nextStep: error.nextStep)
  }

  /// Points at the argument that names the task the trouble is about.
  static func task(_ error: StoreError, at pointer: JSONPointer) -> ToolFailure {
    var failure = ToolFailure(error)
    switch error {
    case .notFound, .inBin:
      failure.faults = [Fault(pointer: pointer, message: Fault.namesNoTask)]
    case .damagedTask: failure.faults = [Fault(pointer: pointer, message: "is damaged")]
    case .refused, .nameTaken, .idempotencyConflict, .limit, .badCursor, .damaged, .newerFormat,
      .foreign, .notWritable, .disk, .busy, .removed, .stopped, .noSchedule, .scheduleTaken,
      .runDecided:
      break
    }
    return failure
  }

  /// Points at the argument of tasks_create that the store refuses.
  static func creating(_ error: StoreError) -> ToolFailure {
    var failure = ToolFailure(error)
    let fault: (argument: String, message: String)? =
      switch error {
      case .nameTaken: ("name", "is taken; nothing was stored")
      case .idempotencyConflict: ("idempotency_key", "was used before; nothing was stored")
      case .notFound, .inBin, .refused, .limit, .badCursor, .damaged, .damagedTask, .newerFormat,
        .foreign, .notWritable, .disk, .busy, .removed, .stopped, .noSchedule, .scheduleTaken,
        .runDecided:
        nil
      }
    if let fault {
      failure.faults = [
        Fault(pointer: JSONPointer(tokens: [fault.argument]), message: fault.message)
      ]
    }
    return failure
  }

  /// Gives what of the store's errors concerns a page's cursor its place among the arguments.
  static func listing(_ error: StoreError) -> ToolFailure {
    var failure = ToolFailure(error)
    if case .badCursor = error {
      failure.faults = [Fault(pointer: JSONPointer(tokens: ["cursor"]), message: "unknown cursor")]
    }
    return failure
  }

  init(_ error: RunnerError) {
    switch error {
    case .store(let error): self.init(error)
    case .system, .spawn, .notHandedOver:
      self.init(
        code: FailureCode.internal.rawValue, summary: error.description,
        nextStep: error.nextStep)
    }
  }

  init(_ error: PreflightError) {
    let place = JSONPointer(parsing: error.pointer) ?? .root
    self.init(
      code: error.code, summary: CleanText.clean(error.description, limit: .max),
      faults: [Fault(pointer: place, message: "cannot be used; nothing was stored")],
      nextStep: error.nextStep)
  }

  /// Points at one argument.
  static func argument(
    _ name: String, _ message: String, code: String = "invalid_arguments", tool: String
  ) -> ToolFailure {
    ToolFailure(
      code: code, summary: "An argument is wrong. Nothing was done.",
      faults: [Fault(pointer: JSONPointer(tokens: [name]), message: message)],
      nextStep: "Correct it and call \(tool) again.")
  }

  static let readOnly = ToolFailure(
    code: "read_only", summary: "This server was started with --read-only. Nothing was done.",
    nextStep: "Ask the user to start it without --read-only if this should be done.")

  static func attemptScope(_ attempt: String) -> ToolFailure {
    ToolFailure(
      code: "attempt_scope",
      summary:
        "This runs inside the attempt \(attempt), where tasks can only be read. Nothing was done.",
      nextStep: "Do the work yourself, or name in your result what should be a task of its own.")
  }

  /// Says what does without leave for commands.
  private static func instead(of argument: String) -> String {
    switch argument {
    case "checks": "Leave the checks out"
    case "task_type": "Use another task_type"
    case "task_id": "Create a task without checks"
    default: "Name another profile"
    }
  }

  static func commandsNotAllowed(_ what: String, pointer: String) -> ToolFailure {
    ToolFailure(
      code: "commands_not_allowed",
      summary: "\(what) runs commands as they are, and this server has no leave for that.",
      faults: [
        Fault(
          pointer: JSONPointer(tokens: [pointer]), message: "needs leave; nothing was stored")
      ],
      nextStep: instead(of: pointer)
        + "; or the user gives leave with \"allowCommands\": true in the configuration or `errand serve --allow-commands`, and restarts the server."
    )
  }
}

import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Ends tasks, with every process they started.
package struct TasksCancel: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_cancel"
  package let title = "Cancel tasks"
  package let summary = """
    Ends tasks, their subtasks and all processes of both, and waits up to 10 s for that. \
    Repeating it is safe.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: true, idempotent: true, openWorld: false)
  package let group = Toolset.tasks

  package struct Input: JSONCodable, Budgeted {
    var task: TaskReference?
    var tasks: [TaskReference]?
    var reason: String?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional("task_id", \.task, .reference, "Id or name of the task.", alias: "id"),
      optional("task_ids", \.tasks, .array(of: .reference, count: 0...50), "Several."),
      optional("reason", \.reason, .text(1...500), "Why, for the record."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let wanted = try found(input)
    let store = try workshop.store()
    let reason = input.reason.map { CleanText.line(Redactor([:]).redacted($0), limit: 500) }
    let ended = Canceller.cancel(
      wanted.tasks.map { .id($0.id) }, in: store, by: caller.actor, reason: reason)
    var (results, failures) = ([Cancellation](), wanted.failures)
    for (task, result) in zip(wanted.tasks, ended) {
      do throws(RunnerError) {
        results.append(try result.get())
      } catch {
        failures.append(CancelFailure(task.id.description, ToolFailure(error)))
      }
    }
    return try Output(results, failures, workshop, bytes: input.maxBytes)
  }

  /// Finds each task by itself: that one is not there must not keep the others running. Throws
  /// where there is none at all.
  private func found(
    _ input: Input
  ) throws(ToolFailure) -> (tasks: [TaskRecord], failures: [CancelFailure]) {
    let named =
      input.task.map { [(reference: $0, pointer: JSONPointer(tokens: ["task_id"]))] } ?? []
    let listed = (input.tasks ?? []).enumerated().map {
      (reference: $0.element, pointer: JSONPointer(tokens: ["task_ids", "\($0.offset)"]))
    }
    guard !(named + listed).isEmpty else {
      throw input.tasks == nil
        ? .argument("task_id", "required", tool: name)
        : .argument("task_ids", "names no task; give one at least", tool: name)
    }
    var (tasks, troubles) = ([TaskRecord](), [(reference: TaskReference, failure: ToolFailure)]())
    for (reference, pointer) in named + listed {
      do throws(ToolFailure) {
        let task = try workshop.find(
          TaskPlace(task: reference, team: input.team, diary: input.diary), at: pointer,
          evenInDoubt: true)
        if !tasks.contains(where: { $0.id == task.id }) { tasks.append(task) }
      } catch {
        troubles.append((reference, error))
      }
    }
    if tasks.isEmpty, var failure = troubles.first?.failure {
      failure.faults = troubles.flatMap { $0.failure.faults }
      throw failure
    }
    return (tasks, troubles.map { CancelFailure($0.reference.description, $0.failure) })
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [CancelledTask]
    var failures: [CancelFailure]
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(items:failures:truncated:hint:),
      required("items", \.items, .array(of: CancelledTask.json)),
      defaulted("failures", \.failures, .array(of: CancelFailure.json), []),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }
}

extension TasksCancel.Output {
  /// Tells of as many tasks as fit: first what became of them, then what was not to be found.
  fileprivate init(
    _ results: [Cancellation], _ failures: [CancelFailure], _ workshop: Workshop, bytes: Int
  ) throws(ToolFailure) {
    let standings = try Standings(workshop, for: results.map(\.record))
    var page = PageFiller(CancelledTask.json, bytes: bytes)
    let told = results.prefix { page.add(CancelledTask($0, standings)) }.count
    var rest = PageFiller(CancelFailure.json, bytes: page.left + ByteBudget.frame)
    let named = failures.prefix { rest.add($0) }.count
    var hint = Hint.cancelled
    if results.contains(where: { !$0.survivors.isEmpty }) { hint = Hint.survivors }
    if results.contains(where: { !$0.isOver }) { hint = Hint.cancelling }
    if !failures.isEmpty { hint += " " + Hint.cancelFailures }
    self.init(
      items: page.items, failures: rest.items,
      truncated: page.hasCuts || told < results.count || named < failures.count, hint: hint)
  }
}

/// Says why a task was not cancelled while others were.
struct CancelFailure: JSONCodable, Hashable {
  var task: String
  var code: String
  var message: String

  static let json = Codec.object(
    Self.init(task:code:message:),
    required("task", \.task, .string), required("code", \.code, .string),
    required("message", \.message, .string))

  init(task: String, code: String, message: String) {
    self.task = task
    self.code = code
    self.message = message
  }

  init(_ task: String, _ failure: ToolFailure) {
    self.init(
      task: CleanText.line(task, limit: 200), code: failure.code,
      message: CleanText.line(failure.summary, limit: 300))
  }
}

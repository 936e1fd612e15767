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
    Ends one or several tasks with all processes they started, and waits up to 10 s for that. \
    Repeating it changes nothing. A task that had ended is reported as already_terminal.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: true, idempotent: true, openWorld: false)
  package let group = Toolset.tasks

  package struct Input: JSONCodable {
    var task: TaskReference?
    var tasks: [TaskReference]
    var reason: String?
    var team: String?
    var diary: String?
    var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional("task_id", \.task, .reference, "Id or name of the task.", alias: "id"),
      defaulted("task_ids", \.tasks, .array(of: .reference, count: 0...50), [], "Several."),
      optional("reason", \.reason, .text(1...500), "Why, for the record."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let wanted = [input.task].compactMap { $0 } + input.tasks
    guard !wanted.isEmpty else { throw .argument("task_id", "required", tool: name) }
    let tasks = try workshop.find(wanted, team: input.team, diary: input.diary)
    let store = try workshop.store()
    let reason = input.reason.map { CleanText.line($0, limit: 500) }
    let ended = Canceller.cancel(
      tasks.map { .id($0.id) }, in: store, by: caller.actor, reason: reason)
    var results: [Cancellation] = []
    for result in ended {
      results.append(try namingRunner { () throws(RunnerError) in try result.get() })
    }
    let standings = try Standings(workshop, for: results.map(\.record))
    var page = PageFiller(CancelledTask.json, bytes: input.maxBytes)
    let told = results.prefix { page.add(CancelledTask($0, standings)) }.count
    return Output(
      items: page.items, truncated: told < results.count,
      hint: results.contains { $0.record.status.isActive } ? Hint.cancelling : Hint.cancelled)
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [CancelledTask]
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(items:truncated:hint:),
      required("items", \.items, .array(of: CancelledTask.json)),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }
}

/// Shows what became of the wish to end a task.
struct CancelledTask: JSONCodable {
  var brief: BriefEnvelope
  var end: End

  struct End: JSONCodable {
    enum Outcome: String, Sendable, CaseIterable {
      case cancelled, cancelling
      case alreadyTerminal = "already_terminal"
      /// It came to another end of its own before the wish reached it.
      case ended
    }
    var outcome: Outcome

    static let json = Codec.object(
      Self.init(outcome:), required("outcome", \.outcome, .enumeration))
  }

  init(brief: BriefEnvelope, end: End) {
    self.brief = brief
    self.end = end
  }

  init(_ cancellation: Cancellation, _ standings: Standings) {
    let record = cancellation.record
    brief = standings.brief(record)
    end = End(
      outcome: cancellation.wasTerminal
        ? .alreadyTerminal
        : record.status == .cancelled
          ? .cancelled : record.status.isTerminal ? .ended : .cancelling)
  }

  static let json = Codec.beside(
    BriefEnvelope.json, End.json, make: { CancelledTask(brief: $0, end: $1) },
    parts: { ($0.brief, $0.end) })
}

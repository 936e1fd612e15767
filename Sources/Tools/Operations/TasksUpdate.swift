import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Changes what people call a task, how urgent it is, or who is to run it.
package struct TasksUpdate: TaskTool {
  package let workshop: Workshop
  let mayRunCommands: Bool
  package let name = "tasks_update"
  package let title = "Change a task"
  package let summary = """
    Changes title, tags or priority of a task, or the profile of one that waits. With revision, \
    only if nobody was faster.
    """
  package let group = Toolset.review

  package var hints: ToolHints {
    var hints = ToolHints.changing(mayRunCommands: mayRunCommands)
    hints.idempotent = true
    return hints
  }

  package struct Input: JSONCodable {
    var task: TaskReference
    var title: String?
    var tags: [String]?
    var priority: Int?
    var profile: String?
    var result: String?
    var revision: Int?
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      optional("title", \.title, .text(1...200), "One line."),
      optional("tags", \.tags, .array(of: .text(1...64), count: 0...50), "All its tags."),
      optional("priority", \.priority, .int(0...100), "0 critical, 100 low."),
      optional("profile", \.profile, TaskPlace.groupName, "Who runs it."),
      optional(
        "result", \.result, .text(1...TaskRecord.Limit.summary), "Of an ended one, in a line."),
      optional("revision", \.revision, .int(1 ... .max), "As last seen."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    try workshop.mayChange()
    let task = try workshop.find(TaskPlace(task: input.task, team: input.team, diary: input.diary))
    // Lists show them everywhere, so nothing secret stays in them.
    let redactor = Redactor([:])
    var update = TaskUpdate(
      title: input.title.map { CleanText.line(redactor.redacted($0), limit: 200) },
      tags: input.tags?.map { CleanText.line(redactor.redacted($0), limit: 64) },
      priority: input.priority,
      result: input.result.map {
        CleanText.line(redactor.redacted($0), limit: TaskRecord.Limit.summary)
      })
    let resolved = try input.profile.map { (profile) throws(ToolFailure) in
      try workshop.relaunch(task, profile: profile, mayRunCommands: mayRunCommands, caller)
    }
    let store = try workshop.store()
    if let resolved {
      guard task.isToStart else { throw .notWaiting(task) }
      update.launch = try namingRunner { () throws(RunnerError) in
        try resolved.planned(in: store)
      }
    }
    guard update != TaskUpdate() else {
      throw .argument("title", "nothing to change was given", tool: name)
    }
    let changed = try workshop.change(
      task, by: caller, .updated(update), ifAt: input.revision
    ) { (fresh) throws(StoreError) in
      // The secrets of the profile that stays are not touched for one that is refused.
      guard let resolved, fresh.isToStart, !resolved.secrets.isEmpty else { return }
      try store.writeSecrets(task.id, resolved.secrets)
    }
    return try ChangedTask(changed, workshop)
  }
}

extension TaskRecord {
  fileprivate var isToStart: Bool { status == .queued || status == .waiting }
}

extension ToolFailure {
  fileprivate static func notWaiting(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: "conflict",
      summary: "Task \(task.spec.name) is \(task.status.rawValue), so its profile stays.",
      nextStep: task.status.isTerminal
        ? "Call tasks_retry, which takes another profile."
        : "Once it has ended, tasks_retry takes another profile.")
  }
}

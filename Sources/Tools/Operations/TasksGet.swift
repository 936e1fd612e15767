import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Shows one task whole.
package struct TasksGet: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_get"
  package let title = "Show a task"
  package let summary = """
    Shows one task: status and why, open questions, result summary, usage, limits, its latest \
    attempt in a line. Takes an id or a name. Messages, outputs and artifacts have tools of \
    their own.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.tasks

  package struct Input: JSONCodable, Budgeted {
    var task: TaskReference
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task), TaskPlace.teamField(\.team),
      TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package typealias Output = TaskShown

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> TaskShown {
    try workshop.attend()
    let task = try workshop.findToShow(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    return try workshop.shown(task, bytes: input.maxBytes)
  }
}

/// Shows a task with what a caller may do next.
package struct TaskShown: JSONCodable, ToolOutput {
  var envelope: TaskEnvelope
  var note: Note

  /// Is what stands beside the task itself.
  struct Note: JSONCodable {
    /// Tells that texts or the input were cut.
    var truncated = false
    /// Tells that its agent hears what tasks_respond says to it.
    var takesMessages = false
    var hint: String

    static let json = Codec.object(
      Self.init(truncated:takesMessages:hint:),
      defaulted("truncated", \.truncated, .bool, false),
      defaulted("takesMessages", \.takesMessages, .bool, false),
      required("hint", \.hint, .string))
  }

  package static let json = Codec.beside(
    TaskEnvelope.json, Note.json, make: { TaskShown(envelope: $0, note: $1) },
    parts: { ($0.envelope, $0.note) }
  ).bare.outlining([
    "budget", "usage", "childCounts", "claimCondition", "createdBy", "cancelledBy", "references",
    "queuedMessages",
    "review", "comments", "tags", "allowedProfiles", "requiredTools", "checks",
    "requiredExecutorTrustLevel", "workspace",
  ])
}

extension Workshop {
  /// Shows a task within so many bytes.
  func shown(_ task: TaskRecord, bytes: Int) throws(ToolFailure) -> TaskShown {
    let standings = try Standings(self, for: [task])
    var envelope = standings.envelope(task, children: try childCounts(of: task))
    try tellAwaited(&envelope, task)
    let note = TaskShown.Note(
      takesMessages: task.status.isActive && task.hearsMessages, hint: standings.hint(for: task))
    return try Self.fitted(envelope, note, bytes: bytes)
  }

  /// Shows a task that was made just now: nobody has looked at the queue for it yet.
  func shownNew(_ task: TaskRecord, bytes: Int) throws(ToolFailure) -> TaskShown {
    var envelope = TaskEnvelope(task)
    envelope.consoleUrl = consolePlace()?.url(of: task.spec.name)
    try tellAwaited(&envelope, task)
    return try Self.fitted(envelope, TaskShown.Note(hint: Hint.next(for: task)), bytes: bytes)
  }

  /// Names the tasks that one waits for, which it knows by their ids alone.
  private func tellAwaited(_ envelope: inout TaskEnvelope, _ task: TaskRecord) throws(ToolFailure) {
    guard envelope.statusMessage == nil else { return }
    let store = try store()
    envelope.statusMessage = try naming { () throws(StoreError) in
      try Dependencies.awaited(by: task, in: store)
    }
  }

  private static func fitted(
    _ envelope: TaskEnvelope, _ note: TaskShown.Note, bytes: Int
  ) throws(ToolFailure) -> TaskShown {
    var shown = TaskShown(envelope: envelope, note: note)
    shown.note.truncated = envelope.inputCut
    if ByteBudget.size(shown, TaskShown.json) <= bytes { return shown }
    shown.note.truncated = true
    if shown.envelope.input != nil {
      // The caller wrote the input and may have it; the state is what is asked for.
      shown.envelope.input = nil
      shown.envelope.inputCut = true
    }
    guard let (fitted, _) = ByteBudget.fit(shown, TaskShown.json, bytes: bytes) else {
      throw .tooSmall(bytes)
    }
    return fitted
  }

  /// Counts subtasks by status; nil where there are none.
  private func childCounts(of task: TaskRecord) throws(ToolFailure) -> [TaskStatus: Int]? {
    var query = TaskQuery()
    query.parentId = task.id
    query.teamId = task.spec.teamId
    query.limit = 1
    let (store, asked) = (try store(), query)
    let page = try naming { () throws(StoreError) in try store.list(asked) }
    return page.total == 0 ? nil : page.counts
  }
}

extension ToolFailure {
  static func tooSmall(_ bytes: Int) -> ToolFailure {
    ToolFailure(
      code: "result_too_large", summary: "The result does not fit into \(bytes) bytes.",
      nextStep: "Call again with a larger max_bytes, up to \(ByteBudget.most).")
  }
}

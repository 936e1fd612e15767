import JSON
import MCP
import TaskStore
import Tasks

/// Shows the board, or one task, as a live page inside the conversation.
package struct TasksAppOpen: TaskTool {
  package let workshop: Workshop
  let choice: ToolChoice
  package let name = "tasks_app_open"
  package let title = "Show tasks in the chat"
  package let summary = """
    Shows the user a live page in this conversation: all tasks, or one. There they watch, answer \
    and cancel by themselves; say no more than that it is there.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.app
  package var meta: JSONObject? { AppPage.meta }

  package struct Input: JSONCodable {
    var task: TaskReference?
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional("task_id", \.task, .reference, "Task.", alias: "id"),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  /// Is complete without the page, as a client may not show it after all.
  package struct Output: JSONCodable, ToolOutput {
    /// Names the one task that is shown.
    var id: TaskID?
    var name: String?
    var items: [BriefEnvelope]
    var total: Int
    /// Names what the page may offer.
    var tools: [String]
    var hint: String

    package static let json = Codec.object(
      Self.init(id:name:items:total:tools:hint:),
      optional("id", \.id, TaskID.json), optional("name", \.name, .string),
      required("items", \.items, .array(of: BriefEnvelope.json)),
      required("total", \.total, .int),
      required("tools", \.tools, .array(of: .string)),
      required("hint", \.hint, .string)
    ).lean
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.attend()
    let tools = try offered()
    if let reference = input.task {
      let task = try workshop.findToShow(
        TaskPlace(task: reference, team: input.team, diary: input.diary))
      let brief = try Standings(workshop, for: [task]).brief(task)
      return Output(
        id: task.id, name: brief.name, items: [brief], total: 1, tools: tools,
        hint: Hint.shownInChat)
    }
    let store = try workshop.store()
    let reader = InboxReader(client: caller.inbox, team: workshop.team(input.team))
    let page = try naming { () throws(StoreError) in try store.inbox(reader, limit: Self.most) }
    let tasks = page.needsYou + page.finished + page.running + page.queued
    let standings = try Standings(workshop, for: tasks)
    return Output(
      id: nil, name: nil, items: tasks.map { standings.brief($0) },
      total: tasks.count + page.left.all, tools: tools, hint: Hint.shownInChat)
  }

  /// Leaves out what the client has not, and what would be refused.
  private func offered() throws(ToolFailure) -> [String] {
    let isFree = try workshop.isFreeToChange
    let operations = Toolbox(workshop, choice: choice).operations
    return operations.filter { isFree || $0.tool.hints.readOnly }.map(\.name)
  }

  /// Is enough for a model to speak of; the page asks for more by itself.
  private static let most = 15
}

extension Hint {
  static let shownInChat =
    "The user sees it live. Where no page is shown, tell them of these tasks in words."
}

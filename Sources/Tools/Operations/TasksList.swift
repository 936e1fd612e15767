import JSON
import MCP
import TaskStore
import Tasks

/// Lists tasks: the inbox of what concerns the caller, or any that match.
package struct TasksList: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_list"
  package let title = "List tasks"
  package let summary = """
    Lists tasks in short. Without arguments the inbox: what needs you, what finished since you \
    last looked, what runs, what waits. Call it first when ids were lost. Pass back the seen of a \
    page you have shown to mark it read. With filters: matching tasks, newest first.
    """
  /// Passing `seen` moves the caller's own reading mark, which is all it ever writes.
  package let hints = ToolHints.reading
  package let group = Toolset.tasks

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    if let seen = input.seen { try mark(seen, input, caller) }
    try workshop.attend()
    return switch try chosenView(input) {
    case .inbox: try inbox(input, caller)
    case .all: try matching(input)
    }
  }

  /// Takes the inbox where nothing is filtered; the two do not go together.
  private func chosenView(_ input: Input) throws(ToolFailure) -> Input.View {
    switch (input.view, input.filter.isEmpty && input.cursor == nil) {
    case (nil, let isPlain): return isPlain ? .inbox : .all
    case (.inbox, false):
      throw .argument("view", "the inbox takes no filters and no cursor; use \"all\"", tool: name)
    case (let view?, _): return view
    }
  }

  private func reader(_ input: Input, _ caller: Caller) throws(ToolFailure) -> InboxReader {
    InboxReader(client: caller.inbox, team: workshop.team(input.filter.team))
  }

  private func mark(_ number: Int, _ input: Input, _ caller: Caller) throws(ToolFailure) {
    try workshop.mayChange()
    let store = try workshop.store()
    let reader = try reader(input, caller)
    try naming { () throws(StoreError) in
      // A number from nowhere must not hide what is yet to come.
      let reached = min(number, try store.number())
      try store.moveInboxCursor(reader, to: reached, by: caller.actor)
      try store.sync()
    }
  }

  private func inbox(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let store = try workshop.store()
    let (reader, limit) = (try reader(input, caller), input.fittingLimit)
    let page = try naming { () throws(StoreError) in try store.inbox(reader, limit: limit) }
    let tasks = page.needsYou + page.finished + page.running + page.queued
    return Output(
      items: try briefs(tasks), total: tasks.count + page.left.all,
      counts: StatusCounts(page.counts), seen: page.cursor, nextCursor: nil,
      truncated: page.left.all > 0, hint: Self.hint(page, isEmpty: tasks.isEmpty))
  }

  private static func hint(_ page: InboxPage, isEmpty: Bool) -> String {
    if isEmpty { return Hint.noTasks }
    if page.left.finished > 0 { return Hint.moreFinished }
    return page.left.all > 0 ? Hint.fullInbox : Hint.inbox
  }

  private func matching(_ input: Input) throws(ToolFailure) -> Output {
    let store = try workshop.store()
    let query = try query(for: input)
    let page: TaskPage
    do throws(StoreError) { page = try store.list(query) } catch { throw .listing(error) }
    return Output(
      items: try briefs(page.items), total: page.total, counts: StatusCounts(page.counts),
      seen: nil, nextCursor: page.nextCursor,
      truncated: page.nextCursor != nil && query.limit < input.limit, hint: Self.hint(page))
  }

  private static func hint(_ page: TaskPage) -> String {
    if page.items.isEmpty { return Hint.noTasks }
    return page.nextCursor == nil ? Hint.listed : Hint.morePages
  }

  private func briefs(_ tasks: [TaskRecord]) throws(ToolFailure) -> [BriefEnvelope] {
    let standings = try Standings(workshop, for: tasks)
    return tasks.map { standings.brief($0) }
  }

  private func query(for input: Input) throws(ToolFailure) -> TaskQuery {
    let filter = input.filter
    var query = TaskQuery()
    query.statuses = Set(filter.status)
    query.taskTypes = Set(filter.taskType)
    query.profile = filter.profile
    query.provider = filter.provider
    query.model = filter.model
    query.tags = filter.tags
    query.parentId = try filter.parent.map { (parent) throws(ToolFailure) in
      try workshop.find(
        TaskPlace(task: parent, team: filter.team, diary: nil),
        at: JSONPointer(tokens: ["parent_id"])
      ).id
    }
    query.correlationId = filter.correlation
    query.teamId = workshop.team(filter.team)
    query.diaryId = filter.diary
    query.hasAttempts = filter.hasAttempts
    query.text = filter.text
    query.createdBy = filter.createdBy
    query.queuedAfter = filter.queuedAfter
    query.queuedBefore = filter.queuedBefore
    query.completedAfter = filter.completedAfter
    query.completedBefore = filter.completedBefore
    query.order = input.order
    query.limit = input.fittingLimit
    query.cursor = input.cursor
    return query
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [BriefEnvelope]
    var total: Int
    var counts: StatusCounts
    var seen: Int?
    var nextCursor: String?
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(items:total:counts:seen:nextCursor:truncated:hint:),
      required("items", \.items, .array(of: BriefEnvelope.json)),
      required("total", \.total, .int),
      required("counts", \.counts, StatusCounts.json),
      optional("seen", \.seen, .int),
      optional("nextCursor", \.nextCursor, .string),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean.outlining(["counts"])
  }
}

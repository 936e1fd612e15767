import JSON
import MCP
import TaskStore
import Tasks

/// Lists the standing orders, with what comes next of each and what came of the last time.
package struct SchedulesList: TaskTool {
  package let workshop: Workshop
  package let name = "schedules_list"
  package let title = "List schedules"
  package let summary = """
    Lists schedules, the oldest first: when each comes due next, and what came of the last time. \
    The runs themselves are tasks: tasks_list with created_by "schedule <name>".
    """
  package let hints = ToolHints.reading
  package let group = Toolset.manage

  package struct Input: JSONCodable, Budgeted {
    var limit: Int
    var after: TaskID?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      defaulted("limit", \.limit, .int(1...1000), 20, "Most in a page."),
      optional("cursor", \.after, TaskID.json.saying(["type": "string"]), "nextCursor."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [ScheduleView]
    var nextCursor: TaskID?
    var hint: String

    package static let json = Codec.object(
      Self.init(items:nextCursor:hint:),
      required("items", \.items, .array(of: ScheduleView.json)),
      optional("nextCursor", \.nextCursor, TaskID.json),
      required("hint", \.hint, .string)
    ).lean
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let store = try workshop.store()
    let team = workshop.team(input.team)
    let all = try naming { () throws(StoreError) in try store.schedules() }
    let left = all.filter { schedule in
      schedule.isIn(team, input.diary) && input.after.map { schedule.id > $0 } ?? true
    }
    let zones = ZoneFolder(environment: workshop.setting.environment)
    var known: [String: ZoneRules] = [:]
    var page = PageFiller(ScheduleView.json, bytes: input.maxBytes)
    for schedule in left.prefix(input.limit) {
      let rules = known[schedule.zone] ?? zones.rules(of: schedule.zone)
      known[schedule.zone] = rules
      guard page.add(ScheduleView(schedule, rules, hint: nil)) else { break }
    }
    let isAll = page.items.count == left.count
    try workshop.attend()
    return Output(
      items: page.items, nextCursor: isAll ? nil : page.items.last?.id,
      hint: left.isEmpty
        ? "There are none; schedules_create makes one." : isAll ? "These are all." : Hint.morePages)
  }
}

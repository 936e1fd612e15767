import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Keeps a standing order: a task that is made whenever its time has come.
package struct SchedulesCreate: TaskTool {
  let creating: TasksCreate
  package var workshop: Workshop { creating.workshop }
  package let name = "schedules_create"
  package let title = "Create a schedule"
  package let group = Toolset.manage
  package let summary = """
    Has a task made again and again, or once later: give one of cron, every_sec and at, and in \
    task what tasks_create takes. Each time makes one task, even after a crash. Cron and times \
    without an offset go by the clocks of time_zone. The same name and content again changes nothing.
    """

  package var hints: ToolHints {
    ToolHints(
      readOnly: false, destructive: creating.mayRunCommands, idempotent: false,
      openWorld: creating.mayRunCommands)
  }

  package struct Input: JSONCodable {
    var name: String?
    var cron: String?
    var everySec: Int?
    var at: String?
    var zone: String?
    var overlap: Schedule.Overlap
    var missed: Schedule.Missed
    var startsAt: String?
    var endsAt: String?
    var task: JSONObject
    var dryRun: Bool
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional(
        "name", \.name, .text(2...63), "Slug to call it by; made from the task unless given."),
      optional("cron", \.cron, .text(1...200), "Minute hour day month weekday, or @daily."),
      optional("every_sec", \.everySec, .int(Rhythm.paces), "Seconds from one to the next."),
      optional("at", \.at, .text(1...40), "Once: RFC 3339, or 2026-12-01T09:00 in time_zone."),
      optional("time_zone", \.zone, .text(1...100), "Such as Europe/Berlin; default the system's."),
      defaulted(
        "overlap", \.overlap, Schedule.Overlap.json, .skip,
        "While a run has not ended: skip the next, or queue it behind."),
      defaulted(
        "missed", \.missed, Schedule.Missed.json, .runOnce,
        "After times missed by over 10 minutes, with the machine off: one run, or none."),
      optional("starts_at", \.startsAt, .text(1...40), "No run before."),
      optional("ends_at", \.endsAt, .text(1...40), "No run after."),
      required(
        "task", \.task, .anyObject,
        "Arguments of tasks_create, without name, parent_id, wait, dry_run, idempotency_key."),
      defaulted("dry_run", \.dryRun, .bool, false, "Check everything, store nothing."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ScheduleView

  package func waits(_ input: Input) -> Bool {
    workshop.mayAskWhoIsLoggedIn(naming: input.task["profile"]?.stringValue)
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ScheduleView {
    try workshop.mayChange()
    let zones = ZoneFolder(environment: workshop.setting.environment)
    let zone = input.zone ?? zones.localName()
    let rules = try zones.rules(of: zone, for: name)
    var (schedule, draft) = try drafted(input, zone, rules, caller)
    guard schedule.nextDue(in: rules) != nil else {
      throw .neverDue(schedule, after: schedule.createdAt, in: rules, tool: name)
    }
    if input.dryRun {
      return ScheduleView(schedule, rules, hint: "Nothing was stored.", upcoming: Self.shown)
    }
    let store = try workshop.store()
    let most = try workshop.configuration().limits.schedules
    let environment = Self.environment(of: draft.launch, in: workshop.setting.environment)
    let kept = try naming { () throws(StoreError) in
      schedule.making.environment = try store.storeEnvironment(environment)
      return try store.keep(
        schedule, nameIsGiven: input.name != nil, secrets: draft.launch.secrets, most: most,
        by: caller.actor)
    }
    workshop.oweRunner()
    return ScheduleView(
      kept.schedule, rules,
      hint: kept.replayed
        ? "It was there already." : "Kept; schedules_list shows what came of each run.",
      upcoming: Self.shown)
  }

  /// Gives what a run is started with; where the configuration is found does not change with who
  /// makes it.
  static func environment(
    of launch: Preflight.Resolved, in own: [String: String]
  ) -> [String: String] {
    let places = own.filter { ["ERRAND_CONFIG", "XDG_CONFIG_HOME"].contains($0.key) }
    return launch.environment.merging(places) { $1 }
  }

  /// How many of the times to come are told.
  static let shown = 3
}

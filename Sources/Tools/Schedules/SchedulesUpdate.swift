import Agents
import JSON
import MCP
import TaskStore
import Tasks

/// Pauses, resumes or changes a standing order; what it has made goes on.
package struct SchedulesUpdate: TaskTool {
  let creating: TasksCreate
  package var workshop: Workshop { creating.workshop }
  package let name = "schedules_update"
  package let title = "Change a schedule"
  package let group = Toolset.manage
  package let summary = """
    Pauses or resumes a schedule, or changes when it comes due or what it makes: only what is given \
    changes, in task too. What comes due while it is paused is not made up for. Tasks it has made \
    stay and go on.
    """

  package var hints: ToolHints {
    ToolHints(
      readOnly: false, destructive: creating.mayRunCommands, idempotent: true,
      openWorld: creating.mayRunCommands)
  }

  package struct Input: JSONCodable {
    var schedule: TaskReference
    var paused: Bool?
    var cron: String?
    var everySec: Int?
    var at: String?
    var zone: String?
    var overlap: Schedule.Overlap?
    var missed: Schedule.Missed?
    var startsAt: String?
    var endsAt: String?
    var task: JSONObject?
    var dryRun: Bool
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("schedule_id", \.schedule, .reference, "Id or name.", alias: "id"),
      optional("paused", \.paused, .bool, "Whether nothing comes due."),
      optional("cron", \.cron, .text(1...200), "Minute hour day month weekday, or @daily."),
      optional("every_sec", \.everySec, .int(Rhythm.paces), "Seconds from one to the next."),
      optional("at", \.at, .text(1...40), "Once: RFC 3339, or 2026-12-01T09:00 in time_zone."),
      optional("time_zone", \.zone, .text(1...100), "Such as Europe/Berlin."),
      optional("overlap", \.overlap, Schedule.Overlap.json, "While a run has not ended."),
      optional("missed", \.missed, Schedule.Missed.json, "After times that went by."),
      optional("starts_at", \.startsAt, .text(1...40), "No run before; none: at once."),
      optional("ends_at", \.endsAt, .text(1...40), "No run after; none: goes on for ever."),
      optional(
        "task", \.task, .anyObject,
        "Arguments of tasks_create that change; the others stay, and null takes one away."),
      defaulted("dry_run", \.dryRun, .bool, false, "Check everything, store nothing."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ScheduleView

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ScheduleView {
    try workshop.mayChange()
    let found = try workshop.schedule(
      TaskPlace(task: input.schedule, team: input.team, diary: input.diary))
    let change = try self.change(of: found, input, caller)
    guard !change.isEmpty else {
      throw .argument("cron", "nothing to change was given", tool: name)
    }
    guard change.onlyPauses || !found.making.mayRunCommands || creating.hasLeave(caller) else {
      throw .commandsNotAllowed("Schedule \(found.name)", pointer: "schedule_id")
    }
    let now = Timestamp.now
    var planned = found
    change.apply(to: &planned, now)
    guard planned.pausedAt != nil || planned.nextDue(in: change.rules) != nil else {
      throw .neverDue(planned, after: now, in: change.rules, tool: name)
    }
    if input.dryRun {
      return view(planned, change, hint: "Nothing was stored.")
    }
    let kept = try keep(change, of: found, caller)
    workshop.oweRunner()
    return view(
      kept, change, hint: kept.pausedAt == nil ? "Changed." : "Nothing comes due until resumed.")
  }

  private func view(_ schedule: Schedule, _ change: ScheduleChange, hint: String) -> ScheduleView {
    ScheduleView(schedule, change.rules, hint: hint, upcoming: SchedulesCreate.shown)
  }

  private func keep(
    _ change: ScheduleChange, of found: Schedule, _ caller: Caller
  ) throws(ToolFailure) -> Schedule {
    let store = try workshop.store()
    let most = try workshop.configuration().limits.schedules
    return try naming { () throws(StoreError) in
      var change = change
      if let launch = change.launch {
        let environment = SchedulesCreate.environment(
          of: launch, in: workshop.setting.environment)
        change.order?.making.environment = try store.storeEnvironment(environment)
      }
      let final = change
      return try store.change(
        schedule: .id(found.id), secrets: change.launch?.secrets, most: most, by: caller.actor
      ) { final.apply(to: &$0, $1) }
    }
  }
}

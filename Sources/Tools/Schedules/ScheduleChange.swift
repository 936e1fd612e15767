import Agents
import JSON
import MCP
import TaskStore
import Tasks

/// Says what of a schedule is to be otherwise; what is absent stays.
struct ScheduleChange: Sendable {
  /// What is made each time, and what its giver had.
  struct Order: Sendable {
    var arguments: JSONObject
    var making: Schedule.Making
  }

  var isPaused: Bool?
  var rhythm: Rhythm?
  var zone: String?
  var overlap: Schedule.Overlap?
  var missed: Schedule.Missed?
  /// None inside means that the bound is lifted.
  var startsAt: Timestamp??
  var endsAt: Timestamp??
  var order: Order?
  /// With what the task is started, if that is new.
  var launch: Preflight.Resolved?
  /// Of the zone as it will be.
  let rules: ZoneRules

  init(rules: ZoneRules) { self.rules = rules }

  private var isAboutTime: Bool { rhythm != nil || zone != nil || startsAt != nil }

  private var isMoreThanPause: Bool {
    isAboutTime || endsAt != nil || overlap != nil || missed != nil || order != nil
  }

  var isEmpty: Bool { isPaused == nil && !isMoreThanPause }

  /// Tells that less comes of it, and nothing else.
  var onlyPauses: Bool { isPaused == true && !isMoreThanPause }

  func apply(to schedule: inout Schedule, _ now: Timestamp) {
    if let rhythm { schedule.rhythm = rhythm }
    if let zone { schedule.zone = zone }
    if let overlap { schedule.overlap = overlap }
    if let missed { schedule.missed = missed }
    if let startsAt { schedule.startsAt = startsAt }
    if let endsAt { schedule.endsAt = endsAt }
    if let order {
      schedule.order = order.arguments
      schedule.making = order.making
    }
    // What would have been due by now had it been so before is not made up for.
    if isAboutTime { schedule.countsFrom = now }
    if isPaused == true { schedule.pause(at: now) }
    if isPaused == false { schedule.resume(at: now) }
  }
}

extension SchedulesUpdate {
  /// Checks what is to change, each part as if the schedule were made anew.
  func change(
    of schedule: Schedule, _ input: Input, _ caller: Caller
  ) throws(ToolFailure) -> ScheduleChange {
    let zones = ZoneFolder(environment: workshop.setting.environment)
    let rules = try zones.rules(of: input.zone ?? schedule.zone, for: name)
    let times = ScheduleTimes(
      cron: input.cron, everySec: input.everySec, at: input.at, rules: rules, tool: name)
    var change = ScheduleChange(rules: rules)
    change.isPaused = input.paused
    change.zone = input.zone
    change.overlap = input.overlap
    change.missed = input.missed
    if let starts = input.startsAt {
      change.startsAt = .some(starts == Self.lifted ? nil : try times.time(starts, "starts_at"))
    }
    if let ends = input.endsAt {
      change.endsAt = .some(ends == Self.lifted ? nil : try times.time(ends, "ends_at"))
    }
    let begin = (change.startsAt ?? nil) ?? .now
    change.rhythm = try times.rhythm(from: begin)
    guard let task = input.task else { return change }
    let drafted = try SchedulesCreate(creating: creating).order(
      Self.merged(task, into: schedule.order), team: schedule.team, diary: nil, caller, for: name)
    change.order = ScheduleChange.Order(arguments: drafted.order, making: drafted.making)
    change.launch = drafted.draft.launch
    return change
  }

  private static let lifted = "none"

  /// Puts what changes in the place of what was; a brief takes the place of the brief, wherever
  /// that stood.
  private static func merged(_ task: JSONObject, into order: JSONObject) -> JSONObject {
    var merged = order
    for (key, value) in task { merged[key] = value == .null ? JSONValue?.none : value }
    if let brief = task["brief"], task["input"] == nil, var input = order["input"]?.objectValue,
      input["brief"] != nil
    {
      input["brief"] = brief
      merged["input"] = .object(input)
      merged["brief"] = JSONValue?.none
    }
    if task["input"]?["brief"] != nil, task["brief"] == nil {
      merged["brief"] = JSONValue?.none
    }
    return merged
  }
}

extension Workshop {
  /// Finds a schedule in the part of the store that is meant.
  func schedule(_ place: TaskPlace) throws(ToolFailure) -> Schedule {
    let store = try store()
    let team = team(place.team)
    do throws(StoreError) {
      let found = try store.schedule(place.task)
      guard found.isIn(team, place.diary) else {
        throw StoreError.noSchedule(reference: place.task.description, near: [])
      }
      return found
    } catch {
      var failure = ToolFailure(error)
      if case .noSchedule = error {
        failure.faults = [
          Fault(pointer: JSONPointer(tokens: ["schedule_id"]), message: "names no schedule")
        ]
      }
      throw failure
    }
  }
}

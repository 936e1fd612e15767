import JSON
import MCP
import TaskStore
import Tasks

/// Shows a schedule: when it comes due, what it makes, and what came of the last time.
package struct ScheduleView: JSONCodable, ToolOutput {
  var id: TaskID
  var name: String
  var rhythm: Rhythm
  var zone: String
  var overlap: Schedule.Overlap
  var missed: Schedule.Missed
  var startsAt: Timestamp?
  var endsAt: Timestamp?
  var pausedAt: Timestamp?
  var nextDueAt: Timestamp?
  /// By the clocks of the zone.
  var upcoming: [String]
  var lastRun: LastRun?
  var task: Order
  var createdBy: Actor
  var createdAt: Timestamp
  var hint: String?

  /// Says what became of the last time that came.
  struct LastRun: Sendable, JSONCodable {
    var dueAt: Timestamp
    var outcome: Schedule.Decision.Outcome
    var taskId: TaskID?
    var message: String?

    static let json = Codec.object(
      Self.init, required("dueAt", \.dueAt, .timestamp),
      required("outcome", \.outcome, Schedule.Decision.Outcome.json),
      optional("taskId", \.taskId, TaskID.json), optional("message", \.message, .string))
  }

  /// Says in short what is made.
  struct Order: Sendable, JSONCodable {
    var taskType: String
    var title: String?
    var brief: String?
    var profile: String?
    var directory: String?

    static let json = Codec.object(
      Self.init, required("taskType", \.taskType, .string), optional("title", \.title, .string),
      optional("brief", \.brief, .string), optional("profile", \.profile, .string),
      optional("directory", \.directory, .string))

    init(
      taskType: String, title: String?, brief: String?, profile: String?, directory: String?
    ) {
      self.taskType = taskType
      self.title = title
      self.brief = brief
      self.profile = profile
      self.directory = directory
    }

    init(_ order: JSONObject) {
      let words = order["brief"] ?? order["input"]?["brief"] ?? order["input"]?["script"]
      self.init(
        taskType: order["task_type"]?.stringValue ?? "freeform",
        title: order["title"]?.stringValue.map { CleanText.line($0, limit: 80) },
        brief: words?.stringValue.map { CleanText.line($0, limit: 160) },
        profile: order["profile"]?.stringValue, directory: order["directory"]?.stringValue)
    }
  }

  /// Shows one; a zone that this machine does not know tells no times.
  init(_ schedule: Schedule, _ rules: ZoneRules?, hint: String?, upcoming count: Int = 1) {
    id = schedule.id
    name = schedule.name
    rhythm = schedule.rhythm
    zone = schedule.zone
    overlap = schedule.overlap
    missed = schedule.missed
    startsAt = schedule.startsAt
    endsAt = schedule.endsAt
    pausedAt = schedule.pausedAt
    nextDueAt = rules.flatMap { schedule.nextDue(in: $0) }
    var times: [String] = []
    var next = nextDueAt
    while let rules, let time = next, times.count < count, time <= endsAt ?? time {
      times.append(time.text(in: rules))
      next = schedule.rhythm.next(after: time, in: rules)
    }
    upcoming = times
    lastRun = schedule.latest.map {
      LastRun(dueAt: $0.dueAt, outcome: $0.outcome, taskId: $0.task, message: $0.message)
    }
    task = Order(schedule.order)
    createdBy = schedule.createdBy
    createdAt = schedule.createdAt
    self.hint = hint
  }

  private init(
    id: TaskID, name: String, cron: String?, everySec: Int?, from: Timestamp?, at: Timestamp?,
    zone: String, overlap: Schedule.Overlap, missed: Schedule.Missed, startsAt: Timestamp?,
    endsAt: Timestamp?, pausedAt: Timestamp?, nextDueAt: Timestamp?, upcoming: [String],
    lastRun: LastRun?, task: Order, createdBy: Actor, createdAt: Timestamp, hint: String?
  ) {
    (self.id, self.name, self.zone) = (id, name, zone)
    rhythm = Rhythm(cron: cron, everySec: everySec, from: from, at: at) ?? .once(createdAt)
    (self.overlap, self.missed) = (overlap, missed)
    (self.startsAt, self.endsAt, self.pausedAt) = (startsAt, endsAt, pausedAt)
    self.nextDueAt = nextDueAt
    (self.upcoming, self.lastRun, self.task) = (upcoming, lastRun, task)
    (self.createdBy, self.createdAt, self.hint) = (createdBy, createdAt, hint)
  }

  package static let json = Codec.object(
    Self.init(
      id:name:cron:everySec:from:at:zone:overlap:missed:startsAt:endsAt:pausedAt:nextDueAt:
      upcoming:lastRun:task:createdBy:createdAt:hint:),
    required("id", \.id, TaskID.json),
    required("name", \.name, .string),
    optional("cron", \.rhythm.cron, .string),
    optional("everySec", \.rhythm.everySec, .int),
    optional("from", \.rhythm.from, .timestamp),
    optional("at", \.rhythm.at, .timestamp),
    required("timeZone", \.zone, .string),
    required("overlap", \.overlap, Schedule.Overlap.json),
    required("missed", \.missed, Schedule.Missed.json),
    optional("startsAt", \.startsAt, .timestamp),
    optional("endsAt", \.endsAt, .timestamp),
    optional("pausedAt", \.pausedAt, .timestamp),
    optional("nextDueAt", \.nextDueAt, .timestamp),
    defaulted("upcoming", \.upcoming, .array(of: .string), []),
    optional("lastRun", \.lastRun, LastRun.json),
    required("task", \.task, Order.json),
    required("createdBy", \.createdBy, Actor.json),
    required("createdAt", \.createdAt, .timestamp),
    optional("hint", \.hint, .string)
  ).lean
}

extension Schedule {
  /// Tells whether it is in the part of the store that is meant.
  func isIn(_ team: String, _ diary: String?) -> Bool {
    self.team == team && (diary == nil || order["diary_id"]?.stringValue == diary)
  }
}

import JSON
import Tasks

/// Decides what becomes of a schedule's times that have come; pure.
enum ScheduleStep: Sendable, Hashable {
  case make(dueAt: Timestamp, after: TaskID?)
  case note(Schedule.Decision)

  /// A run that starts later than this was missed: the runner wakes within a second, a timer of the
  /// system within minutes.
  static let grace: Int64 = 10 * 60_000
  /// How many runs may wait for one another.
  static let backlog = 10

  /// Decides the last of the times that have come, and with it all before; nil if there is none.
  ///
  /// `open` are the runs that have not ended.
  static func due(
    of schedule: Schedule, now: Timestamp, in zone: ZoneRules, open: [TaskRecord]
  ) -> ScheduleStep? {
    guard let last = schedule.lastDue(until: now, in: zone) else { return nil }
    let isLate = now.milliseconds - last.milliseconds > grace
    if isLate, schedule.missed == .skip {
      return .note(
        Schedule.Decision(
          dueAt: last, outcome: .missed, message: "No runner was there until \(now)."))
    }
    // The last to be made: ids begin with their time, while lists go by priority.
    guard let before = open.max(by: { $0.id < $1.id }) else {
      return .make(dueAt: last, after: nil)
    }
    switch schedule.overlap {
    case .queue where open.count < backlog: return .make(dueAt: last, after: before.id)
    case .queue, .skip:
      let many = open.count == 1 ? "" : " (\(open.count) have not ended)"
      return .note(
        Schedule.Decision(
          dueAt: last, outcome: .skipped,
          message: "The run before, \(before.spec.name), had not ended\(many)."))
    }
  }
}

import JSON
import Tasks

/// Says how long what is no longer needed is kept; `errand prune` takes the rest away.
package struct Retention: Sendable, Hashable {
  /// Days a task stays after its end; absent means for ever.
  package var tasksDays: Int?
  /// Days a pruned task's folder stays in the bin.
  package var binDays = 30
  /// Hours content stays that is bound to no task.
  package var stagedHours = 48

  package init() {}

  /// Days a key keeps its task.
  static let keyDays = 30
  /// Days a wait's handle is kept after its end, and one that nobody ever ended.
  package static let handleDays = 7
  static let forgottenHandleDays = 90

  /// Days a schedule is shown after its last run.
  static let scheduleDays = 30

  /// Gives the moment before which what is so many days old is over, in milliseconds since 1970.
  static func limit(days: Int, _ now: Int64) -> Int64 { now - Int64(days) * 86_400_000 }
}

extension Retention: JSONCodable {
  package static let json = Codec.object(
    { (tasksDays: Int?, binDays: Int, stagedHours: Int) in
      var made = Retention()
      made.tasksDays = tasksDays
      made.binDays = binDays
      made.stagedHours = stagedHours
      return made
    },
    optional("tasksDays", \.tasksDays, .int(1...36_500), "Ended tasks stay so long; none: always."),
    defaulted("binDays", \.binDays, .int(0...3650), 30, "Pruned tasks stay in the bin so long."),
    defaulted(
      "stagedHours", \.stagedHours, .int(25...87_600), 48, "Content of no task stays so long."))
}

extension TaskRecord {
  /// Tells whether it ended before a moment.
  func ended(before limit: Int64) -> Bool {
    guard status.isTerminal, let completedAt else { return false }
    return completedAt.milliseconds < limit
  }
}

extension WaitHandle {
  /// Tells whether it ended, or was forgotten, so long ago that it may go.
  func isOver(at now: Int64) -> Bool {
    let forgotten = Retention.limit(days: Retention.forgottenHandleDays, now)
    if createdAt.milliseconds < forgotten { return true }
    guard let endedAt else { return false }
    return endedAt.milliseconds < Retention.limit(days: Retention.handleDays, now)
  }
}

extension Schedule {
  /// Tells whether it came to its end so long ago that it may go.
  func isForgotten(at now: Int64) -> Bool {
    isOver(at: Timestamp(milliseconds: Retention.limit(days: Retention.scheduleDays, now)))
      && latest.map { $0.dueAt.milliseconds < Retention.limit(days: Retention.scheduleDays, now) }
        ?? true
  }
}

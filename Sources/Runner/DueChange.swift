import JSON
import Tasks

/// Says what time alone changes about a task that has not started.
enum DueChange {
  /// The event that is due, if one is.
  static func of(_ task: TaskRecord, now: Timestamp) -> TaskEvent? {
    guard task.status == .queued || task.status == .waiting else { return nil }
    if let expiry = task.spec.expiresAt, expiry <= now { return .expired }
    if let resumeAt = task.hold?.resumeAt, resumeAt <= now { return .released }
    return nil
  }

  /// When the next one will be.
  static func time(of task: TaskRecord) -> Timestamp? {
    guard task.status == .queued || task.status == .waiting else { return nil }
    return [task.spec.expiresAt, task.hold?.resumeAt].compactMap(\.self).min()
  }
}

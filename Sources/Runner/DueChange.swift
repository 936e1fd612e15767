import JSON
import Tasks

/// Says what time alone changes about a task that has not started, and when.
enum DueChange {
  /// The event that is due, if one is; what a quota stopped goes on by itself only if it may.
  static func of(_ task: TaskRecord, now: Timestamp, resumes: Bool) -> TaskEvent? {
    guard task.status == .queued || task.status == .waiting else { return nil }
    if let expiry = expiry(of: task), expiry <= now { return .expired }
    if task.isPaused, !resumes { return nil }
    if let resumeAt = task.hold?.resumeAt, resumeAt <= now { return .released }
    return nil
  }

  /// When the next one will be, an outside worker's lease runs out, or a quota is back for others.
  static func time(of task: TaskRecord, now: Timestamp, resumes: Bool) -> Timestamp? {
    if task.status.isActive { return task.latestAttempt?.worker?.expiresAt }
    guard task.status == .queued || task.status == .waiting else { return nil }
    let resumeAt = task.hold?.resumeAt
    let isOver = task.isPaused && !resumes && resumeAt.map { $0 <= now } ?? true
    return [expiry(of: task), isOver ? nil : resumeAt].compactMap(\.self).min()
  }

  /// It expires only as long as nothing has run.
  private static func expiry(of task: TaskRecord) -> Timestamp? {
    task.attempts.isEmpty ? task.spec.expiresAt : nil
  }
}

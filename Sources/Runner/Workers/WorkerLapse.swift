import JSON
import Posix
import TaskStore
import Tasks

/// Takes tasks back from outside workers that have been silent, or at work, for too long.
enum WorkerLapse {
  /// Takes one back if its time has come; nil if it has not.
  static func settle(
    _ task: TaskRecord, in store: TaskStore, by actor: Actor
  ) throws(StoreError) -> TaskRecord? {
    let now = Timestamp.now
    guard task.lapse(now: now) != nil else { return nil }
    // A sign of life may have come meanwhile.
    let record = try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
      fresh.lapse(now: now)
    }
    try store.sync()
    try WorkerDesk.tidy(after: record, in: store, by: actor)
    return record
  }
}

extension TaskRecord {
  /// Tells whether a runner has anything to do for it, now or later: a task that only waits for an
  /// outside worker keeps none alive.
  var needsRunner: Bool {
    guard isForWorkers, status == .queued else { return true }
    return attempts.isEmpty && spec.expiresAt != nil
  }
}

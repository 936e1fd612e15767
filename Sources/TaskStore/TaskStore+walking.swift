import JSON
import Tasks

extension TaskStore {
  /// Goes through the tasks created after a moment, newest first; the index spares the older ones.
  package func eachTask(
    queuedAfter limit: Timestamp, _ body: (TaskRecord) -> Void
  ) throws(StoreError) {
    // A copy is walked, so that nobody waits meanwhile.
    let fold = try reading { fold in fold }
    for ordinal in (0..<fold.taskCount).reversed() {
      if let snapshot = fold.snapshot, ordinal < snapshot.count,
        !fold.changedRows.contains(ordinal), snapshot.queuedAt(ordinal) <= limit.milliseconds
      {
        continue
      }
      guard let record = try fold.record(at: ordinal), record.deletion == nil,
        record.queuedAt > limit
      else { continue }
      body(record)
    }
  }
}

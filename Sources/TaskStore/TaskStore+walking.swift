import JSON
import Tasks

extension TaskStore {
  /// Goes once through the tasks that a query wants, newest first; the index spares most of the
  /// others.
  package func eachTask(
    _ query: TaskQuery, _ body: (TaskRecord) -> Void
  ) throws(StoreError) {
    // A copy is walked, so that nobody waits meanwhile.
    let fold = try reading { fold in fold }
    for ordinal in (0..<fold.taskCount).reversed() {
      if let snapshot = fold.snapshot, ordinal < snapshot.count,
        !fold.changedRows.contains(ordinal), !query.mayMatch(ordinal, of: snapshot)
      {
        continue
      }
      guard let record = try fold.record(at: ordinal), query.matches(record) else { continue }
      body(record)
    }
  }
}

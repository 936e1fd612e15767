import JSON
import Posix
import Tasks

extension TaskStore {
  /// Goes once through the tasks that a query wants, newest first, and adds them up; the index spares
  /// most of the others. Begins again where the snapshot proves harmed on the way.
  package func tally<Sum>(
    _ query: TaskQuery, from start: Sum, _ add: (inout Sum, TaskRecord) -> Void
  ) throws(StoreError) -> Sum {
    while true {
      // A copy is walked, so that nobody waits meanwhile.
      let fold = try reading { fold in fold }
      do throws(StoreError) {
        let sum = try fold.tally(query, from: start, add)
        if !fold.blamesSnapshot() { return sum }
      } catch {
        guard fold.blamesSnapshot(for: error) else { throw error }
      }
      try state.withLock { (state) throws(StoreError) in try state.startOver() }
    }
  }
}

extension Fold {
  fileprivate func tally<Sum>(
    _ query: TaskQuery, from start: Sum, _ add: (inout Sum, TaskRecord) -> Void
  ) throws(StoreError) -> Sum {
    var sum = start
    for ordinal in (0..<taskCount).reversed() {
      if let snapshot, ordinal < snapshot.count, !changedRows.contains(ordinal),
        !query.mayMatch(ordinal, of: snapshot)
      {
        continue
      }
      guard let record = try record(at: ordinal), query.matches(record) else { continue }
      add(&sum, record)
    }
    return sum
  }
}

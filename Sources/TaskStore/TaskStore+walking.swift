import JSON
import Posix
import Tasks

extension TaskStore {
  /// Goes once through the tasks that a query wants, newest first, and adds them up; the index spares
  /// most of the others.
  package func tally<Sum>(
    _ query: TaskQuery, from start: Sum, _ add: (inout Sum, TaskRecord) -> Void
  ) throws(StoreError) -> Sum {
    try walking { (fold) throws(StoreError) in try fold.tally(query, from: start, add) }
  }

  /// Runs a long reader on a copy of the freshest fold, so that nobody waits meanwhile; again where
  /// the snapshot proves harmed on the way.
  func walking<Result>(
    _ body: (Fold) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    while true {
      let fold = try reading { fold in fold }
      do throws(StoreError) {
        let result = try body(fold)
        if !fold.blamesSnapshot() { return result }
      } catch {
        guard fold.blamesSnapshot(for: error) else { throw error }
      }
      try startOver(without: fold.snapshot)
    }
  }

  /// Folds the whole journal again, unless this snapshot is left already.
  func startOver(without snapshot: Snapshot?) throws(StoreError) {
    try state.withLock { (state) throws(StoreError) in
      if state.fold.snapshot === snapshot { try state.startOver() }
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

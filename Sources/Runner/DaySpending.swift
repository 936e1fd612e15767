import TaskStore

/// Tells what today has cost, as the runner counts it against the ceiling of a day.
package enum DaySpending {
  package static func costUsd(in store: TaskStore) throws(StoreError) -> Double {
    try DayLedger.spent(in: store)
  }
}

import JSON
import Posix
import Runner
import TaskStore
import Tasks

/// Remembers what today has cost until something changes: to sum it up takes a look at every task
/// that ended today.
final class SpendingMemory: Sendable {
  private struct Known: Sendable {
    var number: Int
    var day: Int64
    var costUsd: Double
  }

  private let known = Monitor<Known?>(nil)

  func costUsd(in store: TaskStore) throws(StoreError) -> Double {
    let number = try store.number()
    let day = Timestamp.now.milliseconds / 86_400_000
    if let known = known.withLock({ $0 }), known.number == number, known.day == day {
      return known.costUsd
    }
    let cost = try DaySpending.costUsd(in: store)
    known.withLock { $0 = Known(number: number, day: day, costUsd: cost) }
    return cost
  }
}

import Posix
import TaskStore

/// Tells what today's attempts have cost, beside the most they may.
package struct DaySpending: Sendable {
  package let costUsd: Double
  package let ceilingUsd: Double

  package init(in store: TaskStore, _ configuration: Configuration) throws(StoreError) {
    costUsd = try DayLedger.spent(in: store)
    ceilingUsd = configuration.dailyUsd
  }
}

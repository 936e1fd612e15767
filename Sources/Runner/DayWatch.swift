import JSON
import Posix
import TaskStore
import Tasks

/// Holds what all tasks of a day cost against its ceiling, for one attempt that goes on meanwhile.
struct DayWatch {
  /// Says what is to be done about it.
  enum Finding: Sendable, Hashable {
    case nearlySpent(String)
    case spent(String)
  }

  private let environment: [String: String]
  private var ledger = DayLedger()
  private var lastTotal = -1.0
  private var hasWarned = false

  /// The environment is that of the one who looks, which names the configuration.
  init(environment: [String: String]) { self.environment = environment }

  /// Looks anew; nil where nothing is new or all is well.
  mutating func look(
    in store: TaskStore, now: Timestamp = .now
  ) throws(StoreError) -> Finding? {
    let total = try ledger.total(in: store, active: try store.activeTasks(), now: now)
    guard total != lastTotal else { return nil }
    lastTotal = total
    return ceiling.flatMap { finding(total, of: $0, now) }
  }

  private mutating func finding(_ total: Double, of ceiling: Double, _ now: Timestamp) -> Finding? {
    let cents = (total * 100).rounded() / 100
    let words = "\(cents) of \(ceiling) US dollars for all tasks of a day"
    if total >= ceiling {
      return .spent(
        "The budget of the day is used up: \(words), until \(DayLedger.nextDay(after: now)).")
    }
    guard total >= ceiling * BudgetGuard.warningShare, !hasWarned else { return nil }
    hasWarned = true
    return .nearlySpent("\(Int((total / ceiling * 100).rounded())) % of the day's budget: \(words)")
  }

  /// Gives what the day has left for all tasks; nil where there is no limit.
  func left(in store: TaskStore) throws(StoreError) -> Double? {
    guard let ceiling else { return nil }
    return max(0, ceiling - (try DayLedger.spent(in: store)))
  }

  /// Read anew, so that whoever allows more is heard; a broken configuration stops nothing.
  private var ceiling: Double? {
    do throws(ConfigurationError) {
      return try Configuration.load(environment: environment).0.dailyUsd
    } catch {
      return nil
    }
  }
}

import JSON
import Posix
import TaskStore
import Tasks

/// Keeps what all attempts that ended today have cost, and those that go on so far, for the runner,
/// which sees each of them.
struct DayLedger: Sendable {
  /// US dollars a day; nil is no limit.
  var ceiling: Double?

  private static let dayMilliseconds: Int64 = 86_400_000

  /// Days since 1970, in UTC.
  private var day: Int64?
  private var costs: [TaskID: Double] = [:]
  private var underway: Set<TaskID> = []

  /// Gives when the next day begins if today's money is spent.
  mutating func spentUntil(
    in store: TaskStore, active: [TaskRecord], now: Timestamp
  ) throws(StoreError) -> Timestamp? {
    guard let ceiling else { return nil }
    let total = try total(in: store, active: active, now: now)
    return total >= ceiling ? Self.nextDay(after: now) : nil
  }

  /// Gives what the day has cost so far.
  mutating func total(
    in store: TaskStore, active: [TaskRecord], now: Timestamp
  ) throws(StoreError) -> Double {
    let today = now.milliseconds / Self.dayMilliseconds
    if today != day { try begin(today, store) }
    let left = underway.subtracting(active.map(\.id))
    underway = []
    for task in active where task.attemptCount > 0 {
      underway.insert(task.id)
      count(task)
    }
    for id in left {
      guard let task = try store.lastKnown(id: id) else { continue }
      count(task)
      // One in doubt is not listed, and goes on all the same.
      if !task.status.isTerminal { underway.insert(id) }
    }
    return costs.values.reduce(0, +)
  }

  static func nextDay(after now: Timestamp) -> Timestamp {
    Timestamp(milliseconds: (now.milliseconds / dayMilliseconds + 1) * dayMilliseconds)
  }

  /// Starts a day with what has ended in it already.
  private mutating func begin(_ today: Int64, _ store: TaskStore) throws(StoreError) {
    day = today
    costs = [:]
    var query = TaskQuery()
    query.completedAfter = Timestamp(milliseconds: today * Self.dayMilliseconds - 1)
    try count(query, store)
  }

  private mutating func count(_ query: TaskQuery, _ store: TaskStore) throws(StoreError) {
    var query = query
    query.teamId = nil
    self = try store.tally(query, from: self) { ledger, task in ledger.count(task) }
  }

  private mutating func count(_ task: TaskRecord) {
    guard let day else { return }
    let cost = task.attempts.reduce(0.0) { sum, attempt in
      let endDay = attempt.completedAt.map { $0.milliseconds / Self.dayMilliseconds } ?? day
      return endDay == day ? sum + (attempt.usage.costUsd ?? 0) : sum
    }
    if cost > 0 { costs[task.id] = cost }
  }
}

extension DayLedger {
  /// Gives what a day has cost until now, for who has not watched it.
  static func spent(
    in store: TaskStore, now: Timestamp = .now
  ) throws(StoreError) -> Double {
    var ledger = DayLedger()
    try ledger.begin(now.milliseconds / dayMilliseconds, store)
    // What goes on, or is to be tried again, may have had attempts that ended today.
    var open = TaskQuery()
    open.statuses = Set(TaskStatus.allCases.filter { !$0.isTerminal })
    open.hasAttempts = true
    try ledger.count(open, store)
    return ledger.costs.values.reduce(0, +)
  }
}

import JSON
import JSONRPC
import MCP
import Posix
import TaskStore
import Tasks

/// Says what is waited for: any of the tasks, come so far.
struct WaitTerms: Sendable, Hashable {
  var tasks: [TaskID]
  var until: WaitUntil
  /// Is the number after which a change counts; nil takes the start of the wait.
  var after: Int?

  /// Tells whether a task ends the wait as it stands now.
  func match(_ task: TaskRecord, since start: Int) -> Bool {
    switch until {
    case .needsMe: task.needsAttention
    case .terminal: task.status.isTerminal
    case .change: task.number > after ?? start
    }
  }
}

/// Is how a wait ended, or how it stands.
struct WaitOutcome: Sendable {
  /// The tasks that ended the wait; empty where the time ran out.
  var matched: [TaskRecord] = []
  var waiting: [TaskRecord] = []
  /// Every change up to this number has been seen.
  var cursor: Int

  /// When one of them last changed.
  var latest: Timestamp? { (matched + waiting).map(\.updatedAt).max() }
}

extension Workshop {
  /// Looks once. The number is read first: what comes in between is seen again, never missed.
  func look(_ terms: WaitTerms, since start: Int? = nil) throws(ToolFailure) -> WaitOutcome {
    let store = try store()
    return try naming { () throws(StoreError) in
      try Self.look(terms, since: start, in: store)
    }
  }

  private static func look(
    _ terms: WaitTerms, since start: Int?, in store: TaskStore
  ) throws(StoreError) -> WaitOutcome {
    var outcome = WaitOutcome(cursor: try store.number())
    let damaged = try store.damaged(among: terms.tasks)
    for id in terms.tasks {
      guard let task = try store.task(id: id, evenInDoubt: true) else { continue }
      // It would be waited for in vain, unless its owner lives to tell how it stands.
      if damaged.contains(id), !task.status.isActive { throw .damagedTask(id) }
      if terms.match(task, since: start ?? outcome.cursor) {
        outcome.matched.append(task)
      } else {
        outcome.waiting.append(task)
      }
    }
    return outcome
  }

  /// Waits until a task matches, the time is over, or the caller has gone.
  func wait(
    _ terms: WaitTerms, seconds: Int, _ caller: Caller
  ) throws(ToolFailure) -> WaitOutcome {
    let first = try look(terms)
    guard first.matched.isEmpty else { return first }
    let start = first.cursor
    let found = try watch(seconds: seconds, caller) {
      (store) throws(StoreError) -> (found: WaitOutcome?, line: String) in
      let outcome = try Self.look(terms, since: start, in: store)
      return (outcome.matched.isEmpty ? nil : outcome, Self.line(outcome))
    }
    if let found { return found }
    return try look(terms, since: start)
  }

  /// Looks at every change until a look gives something; nil when the time is over or the caller
  /// has gone. Says now and then how it stands.
  func watch<Found>(
    seconds: Int, _ caller: Caller,
    _ look: (TaskStore) throws(StoreError) -> (found: Found?, line: String)
  ) throws(ToolFailure) -> Found? {
    let store = try store()
    let begin = MonotonicTime.now
    let deadline = begin + .seconds(seconds)
    while deadline > .now, !caller.cancellation.isCancelled {
      try attend()
      var line = ""
      let slice = min(deadline, .after(Self.slice))
      let found = try sleep(until: slice, in: store, caller) {
        (store) throws(StoreError) -> Found? in
        let now = try look(store)
        line = now.line
        return now.found
      }
      let passed = Double((MonotonicTime.now - begin).milliseconds) / 1000
      caller.progress(passed, Double(seconds), line)
      if found != nil { return found }
    }
    return nil
  }

  /// Sleeps until a look gives something; nil at the deadline, or when the caller has gone.
  private func sleep<Found>(
    until deadline: MonotonicTime, in store: TaskStore, _ caller: Caller,
    _ look: (TaskStore) throws(StoreError) -> Found?
  ) throws(ToolFailure) -> Found? {
    let isGone = { caller.cancellation.isCancelled }
    return try caller.cancellation.observing(
      { store.wakeWaiters() },
      { () throws(ToolFailure) in
        try naming { () throws(StoreError) in
          try store.wait(until: deadline, cancelled: isGone, look)
        }
      })
  }

  /// How often a waiting caller hears how it stands.
  private static let slice = Duration.seconds(2)

  /// Says in a line how a wait stands.
  static func line(_ outcome: WaitOutcome) -> String {
    guard let first = outcome.waiting.first else { return "done" }
    let one = "\(first.spec.name) is \(first.status.rawValue)"
    guard let attempt = first.latestAttempt, outcome.waiting.count == 1 else {
      return outcome.waiting.count == 1 ? one : "\(one), and \(outcome.waiting.count - 1) more"
    }
    return "\(one), attempt \(attempt.attemptN) of \(first.spec.maxAttempts)"
  }
}

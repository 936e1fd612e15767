import Posix

/// Tells waiting work that nobody needs it any more; set once, never unset.
package final class Cancellation: Sendable {
  private struct State: Sendable {
    var isCancelled = false
    var observers: [Int: @Sendable () -> Void] = [:]
    var next = 0
  }

  private let state = Monitor(State())

  package init() {}

  /// Is for work that nobody can cancel.
  package static let unheard = Cancellation()

  package var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Cancels: wakes whoever waits here, then calls the observers on this thread.
  package func cancel() {
    let observers = state.update { state in
      state.isCancelled = true
      defer { state.observers = [:] }
      return Array(state.observers.values)
    }
    for observer in observers { observer() }
  }

  /// Sleeps until cancelled; false when the deadline passes first.
  @discardableResult
  package func wait(until deadline: MonotonicTime?) -> Bool {
    state.wait(until: deadline, while: { !$0.isCancelled })
  }

  /// Sleeps until cancelled; false when the time passes first.
  @discardableResult
  package func wait(for duration: Duration) -> Bool { wait(until: .after(duration)) }

  /// Runs `body`; meanwhile `action` is called once if the cancellation comes, at once if it came
  /// before.
  ///
  /// The action wakes what `body` waits on, such as a monitor; it must not wait itself.
  package func observing<Result, Failure: Error>(
    _ action: @escaping @Sendable () -> Void, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let key = state.withLock { state -> Int? in
      if state.isCancelled { return nil }
      state.next += 1
      state.observers[state.next] = action
      return state.next
    }
    if key == nil { action() }
    defer { if let key { state.withLock { state in state.observers[key] = nil } } }
    return try body()
  }

  /// Waits on a monitor like its own `wait`, but also ends with nil once cancelled.
  package func wait<Guarded: ~Copyable & Sendable, Result, Failure: Error>(
    on monitor: Monitor<Guarded>, until deadline: MonotonicTime? = nil,
    _ body: (inout Guarded) throws(Failure) -> Result?
  ) throws(Failure) -> Result? {
    // Taking the lock once before notifying makes sure that the waiter either sleeps or has yet to
    // look.
    let wake: @Sendable () -> Void = {
      monitor.withLock { _ in }
      monitor.notifyAll()
    }
    let outcome: Result?? = try observing(wake) { () throws(Failure) -> Result?? in
      try monitor.wait(until: deadline) { (guarded: inout Guarded) throws(Failure) -> Result?? in
        if let result = try body(&guarded) { return .some(.some(result)) }
        return isCancelled ? .some(.none) : .none
      }
    }
    return outcome ?? nil
  }
}

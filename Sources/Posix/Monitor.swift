import CPosix

/// Guards state by a lock on which threads can also wait for the state to change.
package final class Monitor<State: ~Copyable & Sendable>: Sendable {
  private let lock: UInt
  // Touched only between lock and unlock.
  nonisolated(unsafe) private var state: State

  package init(_ state: consuming State) {
    lock = cposix_monitor_make()
    unsafe self.state = state
  }

  deinit { cposix_monitor_free(lock) }

  /// Reads or changes the state, alone. Does not notify: say `notifyAll` when waiters should look
  /// again.
  package func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    cposix_monitor_lock(lock)
    defer { cposix_monitor_unlock(lock) }
    return try unsafe body(&state)
  }

  /// Wakes everyone who waits, to look at the state again.
  package func notifyAll() { cposix_monitor_notify(lock) }

  /// Changes the state and wakes everyone who waits.
  package func update<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { notifyAll() }
    return try withLock(body)
  }

  /// Waits until `body` gives a value, looking again after each notification; nil when the deadline
  /// passes first.
  package func wait<Result, Failure: Error>(
    until deadline: MonotonicTime? = nil, _ body: (inout State) throws(Failure) -> Result?
  ) throws(Failure) -> Result? {
    cposix_monitor_lock(lock)
    defer { cposix_monitor_unlock(lock) }
    while true {
      if let result = try unsafe body(&state) { return result }
      guard let deadline else {
        _ = cposix_monitor_wait(lock, -1)
        continue
      }
      let left = deadline.remaining.nanoseconds
      if left <= 0 { return nil }
      _ = cposix_monitor_wait(lock, left)
    }
  }

  /// Waits while the condition holds; false when the deadline passes first.
  @discardableResult
  package func wait(
    until deadline: MonotonicTime? = nil, while condition: (inout State) -> Bool
  ) -> Bool {
    wait(until: deadline) { (state: inout State) in condition(&state) ? nil : true } ?? false
  }
}

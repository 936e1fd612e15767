import Posix

/// Runs work that may wait, each on a thread of its own, a bounded number at once.
package final class Workers: Sendable {
  private let running = Monitor(0)
  private let limit: Int

  package init(limit: Int) { self.limit = limit }

  /// Starts a thread for the work; false if as many as allowed run already, or no thread can be
  /// had.
  package func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    let admitted = running.withLock { running in
      guard running < limit else { return false }
      running += 1
      return true
    }
    guard admitted else { return false }
    do {
      try Thread.start(name: name) {
        body()
        self.leave()
      }
      return true
    } catch {
      leave()
      return false
    }
  }

  private func leave() { running.update { $0 -= 1 } }

  /// Waits until all work has ended; false when the deadline passes first.
  @discardableResult
  package func wait(until deadline: MonotonicTime) -> Bool {
    running.wait(until: deadline, while: { $0 > 0 })
  }

  package var count: Int { running.withLock { $0 } }
}

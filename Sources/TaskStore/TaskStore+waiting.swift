import Posix
import Synchronization
import Tasks

extension TaskStore {
  /// Looks again at each change, until `look` gives something, the wait is cancelled or the time is
  /// over; changes of other processes wake it, too.
  package func wait<Result>(
    until deadline: MonotonicTime?, cancelled: () -> Bool = { false },
    _ look: (TaskStore) throws(StoreError) -> Result?
  ) throws(StoreError) -> Result? {
    try followers.wait(until: deadline, cancelled: cancelled) { () throws(StoreError) in
      try look(self)
    }
  }

  /// Makes waiters look again, as after a cancellation.
  package func wakeWaiters() { followers.changed() }

  /// Watches the journal for a poll loop; the folder is made if need be.
  package func makeJournalWatch() throws(StoreError) -> FileWatch {
    try onDisk { () throws(SystemError) in
      try files.createDirectories(layout.journal)
      return try FileWatch.on([layout.journal])
    }
  }

  /// Calls back with what changed from now on, on a thread of its own, until cancelled.
  package func follow(
    _ onChange: @escaping @Sendable ([Change]) -> Void
  ) throws(StoreError) -> Subscription {
    let subscription = Subscription(store: self)
    let start = try number()
    _ = try onDisk { () throws(SystemError) in
      try Thread.start(name: "changes") { subscription.run(from: start, onChange) }
    }
    return subscription
  }
}

/// Is one listener to changes; it ends when told to.
package final class Subscription: Sendable {
  private let store: TaskStore
  private let isCancelled = Atomic(false)

  init(store: TaskStore) { self.store = store }

  package func cancel() {
    isCancelled.store(true, ordering: .releasing)
    store.wakeWaiters()
  }

  fileprivate func run(from start: Int, _ onChange: ([Change]) -> Void) {
    var number = start
    while !isCancelled.load(ordering: .acquiring) {
      do throws(StoreError) {
        guard let changes = try next(after: &number), let last = changes.last else { continue }
        number = last.number
        onChange(changes)
      } catch {
        // A store that cannot be read now may be readable later; asking without a pause would spin.
        _ = try? Poller.wait([], timeoutMilliseconds: 1000)
      }
    }
  }

  private func next(after number: inout Int) throws(StoreError) -> [Change]? {
    let start = number
    var restart: Int?
    let isOver = { self.isCancelled.load(ordering: .acquiring) }
    let changes = try store.wait(until: nil, cancelled: isOver) {
      (store) throws(StoreError) -> [Change]? in
      guard let changes = try store.changes(after: start) else {
        restart = try store.number()
        return []
      }
      return changes.isEmpty ? nil : changes
    }
    if let restart { number = restart }
    return changes
  }
}

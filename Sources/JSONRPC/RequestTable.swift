import Posix
import Synchronization

/// Knows the requests in flight, so that each gets one answer or none, and nothing follows it.
package final class RequestTable: Sendable {
  /// Stands for one request in flight; another request under the same id is another entry.
  package final class Entry: Sendable {
    package let id: RequestID
    package let cancellation = Cancellation()
    fileprivate init(_ id: RequestID) { self.id = id }
  }

  private let running = Mutex<[RequestID: Entry]>([:])
  private let outbox: Outbox

  package init(_ outbox: Outbox) { self.outbox = outbox }

  /// Takes a request in; nil if its id is in flight already.
  package func begin(_ id: RequestID) -> Entry? {
    running.withLock { running in
      guard running[id] == nil else { return nil }
      let entry = Entry(id)
      running[id] = entry
      return entry
    }
  }

  package func isRunning(_ id: RequestID) -> Bool {
    running.withLock { !$0.isEmpty && $0[id] != nil }
  }

  /// Sends the answer unless the request was cancelled; false if it was.
  @discardableResult
  package func answer(_ entry: Entry, _ frame: [UInt8]) -> Bool {
    running.withLock { running in
      guard running[entry.id] === entry else { return false }
      running[entry.id] = nil
      outbox.send(frame)
      return true
    }
  }

  /// Sends a message that belongs to the request, while it is still in flight; false once it is
  /// not.
  @discardableResult
  package func notify(_ entry: Entry, _ frame: [UInt8]) -> Bool {
    running.withLock { running in
      guard running[entry.id] === entry else { return false }
      outbox.sendIfRoom(frame)
      return true
    }
  }

  /// Cancels a request: it gets no answer. False if it is not in flight.
  @discardableResult
  package func cancel(_ id: RequestID) -> Bool {
    guard let entry = running.withLock({ $0.removeValue(forKey: id) }) else { return false }
    entry.cancellation.cancel()
    return true
  }

  /// Wakes everything that waits; what is computed then may still be answered.
  package func interruptAll() {
    for entry in running.withLock({ Array($0.values) }) { entry.cancellation.cancel() }
  }
}

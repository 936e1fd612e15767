import Posix
import Synchronization

/// Sends whole messages to the peer, never waiting for it, and holds no more than its limit.
package final class Outbox: Sendable {
  private let writer: MessageWriter
  private let limit: Int
  private let gone: Gone

  /// Says once, on whichever thread notices, that the peer reads no more.
  private final class Gone: Sendable {
    let flag = Atomic(false)
    let action: @Sendable () -> Void
    init(_ action: @escaping @Sendable () -> Void) { self.action = action }

    func set() {
      if !flag.exchange(true, ordering: .acquiringAndReleasing) { action() }
    }
  }

  /// `onGone` may be called under locks of the caller of a method here; it must not call back.
  package init(
    _ descriptor: consuming Descriptor, limit: Int = 64 << 20,
    onGone: @escaping @Sendable () -> Void = {}
  ) {
    let gone = Gone(onGone)
    self.gone = gone
    self.limit = limit
    writer = MessageWriter(descriptor, limit: limit) { _ in gone.set() }
  }

  /// Tells whether the peer was found gone: its end closed, or far behind in reading.
  package var isGone: Bool { gone.flag.load(ordering: .acquiring) }

  /// Sends what must arrive; a peer for whom there is no room is treated as gone.
  package func send(_ bytes: [UInt8]) {
    switch writer.enqueue(bytes) {
    case .queued: return
    case .full: tellUnread()
    case .closed: break
    }
    gone.set()
  }

  /// Sends what must arrive from the reading thread: at once where that cannot wait.
  package func sendFromReader(_ bytes: [UInt8]) {
    if !writer.tryWriteNow(bytes) { send(bytes) }
  }

  /// Sends what may be lost; it is dropped when half of the room is taken, to keep the rest for
  /// answers.
  package func sendIfRoom(_ bytes: [UInt8]) {
    guard writer.queuedBytes + bytes.count < limit / 2 else { return }
    if writer.enqueue(bytes) == .closed { gone.set() }
  }

  /// Waits until everything is written; false when the deadline passes first or the peer is gone.
  @discardableResult
  package func drain(until deadline: MonotonicTime) -> Bool {
    if writer.drain(until: deadline) { return true }
    // A peer that has closed its end is not told of: it chose to hear no more.
    if writer.queuedBytes > 0 { tellUnread() }
    return false
  }

  /// Says why the conversation ends though nobody asked for that.
  private func tellUnread() {
    guard !isGone else { return }
    StandardError.write(
      "errand: the client does not read what it asked for; \(writer.queuedBytes) bytes are left\n")
  }

  /// Takes no more messages; closes the peer's input once the queue is written.
  package func close() { writer.close() }
}

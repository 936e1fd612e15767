import Posix
import Synchronization

/// Holds one peer's conversation on two descriptors, as the side that serves.
///
/// The thread that calls `read` is the only one that reads. Everybody may send.
package final class Conversation: Sendable {
  /// Says how much is taken in and kept.
  package struct Limits: Sendable {
    package var lineLength = 16 << 20
    package var queuedBytes = 64 << 20
    package var workers = 64
    package init() {}
  }

  /// Is what the reading thread is handed.
  package enum Piece: Sendable {
    case line([UInt8])
    /// Was longer than allowed and is gone.
    case tooLong(length: Int)
    /// Says that the next step may wait for the peer: send now what has been collected.
    case pause
  }

  package let outbox: Outbox
  package let requests: RequestTable
  package let calls = PendingCalls(.prefixed("errand-"))
  package let workers: Workers
  package let limits: Limits
  private let reader: Mutex<LineReader>
  private let watchdog: Watchdog?
  private let leave: @Sendable (Int32) -> Void

  /// Takes both descriptors. `leave` ends the process, from any thread, when the peer is gone or a
  /// signal asks for it.
  package init(
    input: consuming Descriptor, output: consuming Descriptor, limits: Limits = Limits(),
    watchdog: Watchdog? = nil, leave: @escaping @Sendable (Int32) -> Void
  ) {
    self.limits = limits
    self.leave = leave
    self.watchdog = watchdog
    reader = Mutex(LineReader(input, maxLength: limits.lineLength))
    outbox = Outbox(output, limit: limits.queuedBytes) { leave(0) }
    requests = RequestTable(outbox)
    workers = Workers(limit: limits.workers)
  }

  /// Takes the standard streams, out of reach of a careless print, and watches the parent, the
  /// signals and whether anybody can still read.
  package static func standard(limits: Limits = Limits()) throws(SystemError) -> Conversation {
    Signal.ignoreBrokenPipe()
    let wire = try StandardStreams.takeWire()
    var made: Conversation?
    try wire.split { (input, output) throws(SystemError) in
      let watchdog = try Watchdog(output: try output.duplicate())
      made = Conversation(
        input: input, output: output, limits: limits, watchdog: watchdog,
        leave: { exitNow($0) })
    }
    guard let made else { preconditionFailure("the wire was not parted") }
    return made
  }

  /// Reads until the peer closes its end or is gone, handing over each line.
  package func read(_ take: (Piece) -> Void) {
    reader.withLock { reader in
      while !outbox.isGone {
        if !reader.hasBufferedLine {
          take(.pause)
          if let watchdog, !watchdog.hasStarted,
            !watchdog.watch(untilReadable: reader.rawValue)
          {
            return
          }
        }
        watchdog?.noteRead()
        switch Self.next(&reader) {
        case .line(let line): take(.line(line))
        case .tooLong(_, let length): take(.tooLong(length: length))
        // A last line without its newline is half a message.
        case .unterminated, nil: return
        }
      }
    }
  }

  /// Reads on; a broken input is an ended one.
  private static func next(_ reader: inout LineReader) -> Line? {
    do {
      return try reader.next()
    } catch {
      return nil
    }
  }

  /// Takes signals from now on: whoever reads sees them while it waits for more to read, and the
  /// watchdog's thread does once it is started.
  package func routeSignals() { watchdog?.routeSignals() }

  /// Begins to watch for signals and the parent's death on a thread of its own, once whoever reads
  /// may be busy with other things.
  package func startWatchdog(closing: @escaping @Sendable () -> Void = {}) {
    watchdog?.start { [self] in
      closing()
      finish(within: .milliseconds(80))
      leave(0)
    }
  }

  /// Wakes all that waits, gives it and the writer a moment to bring out what is computed.
  package func finish(within time: Duration) {
    let deadline = MonotonicTime.after(time)
    requests.interruptAll()
    calls.close()
    // Work that does not wake must not take the time in which the rest is written.
    workers.wait(until: .after(.nanoseconds(time.nanoseconds / 2)))
    outbox.drain(until: deadline)
  }
}

/// Writes whole messages in order, never one inside another, on a thread that alone waits for the
/// reader.
package final class MessageWriter: Sendable {
  /// Says what became of a message handed over.
  package enum Admission: Sendable, Equatable {
    case queued
    /// More bytes wait than the limit allows; nothing was taken.
    case full
    /// The other end is gone, or the writer was closed.
    case closed
  }

  private let channel: WriterChannel

  /// Writes to `descriptor`, holding at most `limit` waiting bytes (one message may exceed it when
  /// alone). `onClosed` is called once, on whichever thread notices, when the other end is gone.
  package init(
    _ descriptor: consuming Descriptor, limit: Int = 32 << 20, name: String = "writer",
    onClosed: @escaping @Sendable (SystemError) -> Void = { _ in }
  ) {
    channel = WriterChannel(descriptor, limit: limit, name: name, onClosed: onClosed)
  }

  deinit { channel.close() }

  /// Hands a message over; it is written after everything handed over before.
  package func enqueue(_ bytes: [UInt8]) -> Admission {
    channel.enqueue(bytes, until: nil)
  }

  /// Hands a message over, waiting for room; `.full` when the deadline passes first.
  package func enqueue(_ bytes: [UInt8], until deadline: MonotonicTime) -> Admission {
    channel.enqueue(bytes, until: deadline)
  }

  /// Writes at once on this thread if that cannot wait: nothing queued, a pipe with room, at most
  /// PIPE_BUF bytes.
  package func tryWriteNow(_ bytes: [UInt8]) -> Bool { channel.tryWriteNow(bytes) }

  /// Writes at once if possible, else queues.
  package func send(_ bytes: [UInt8]) -> Admission {
    tryWriteNow(bytes) ? .queued : enqueue(bytes)
  }

  /// Waits until everything is written; false when the deadline passes first or the other end is
  /// gone.
  package func drain(until deadline: MonotonicTime) -> Bool { channel.drain(until: deadline) }

  /// Takes no more messages; what is queued is still written, then the descriptor is closed.
  package func close() { channel.close() }

  /// Counts the bytes that wait.
  package var queuedBytes: Int { channel.queuedBytes }
}

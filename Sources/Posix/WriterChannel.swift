#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Is what a message writer shares with its thread: the queue, and the descriptor until the last
/// byte.
final class WriterChannel: Sendable {
  private enum Phase: Sendable { case open, closing, broken }

  private enum Step: Sendable {
    case write([UInt8])
    case stop
  }

  private struct State: ~Copyable, Sendable {
    var phase = Phase.open
    var queue: [[UInt8]] = []
    /// Counts the bytes queued and those being written.
    var bytes = 0
    var isWriting = false
    var hasThread = false
    var descriptor: Descriptor?
  }

  /// Joins small messages into one write of about this size.
  private static let batch = 64 << 10

  private let state: Monitor<State>
  // Valid while the state owns the descriptor: only a step that ends the phase lets it go.
  private let number: Int32
  private let isPipe: Bool
  private let limit: Int
  private let name: String
  private let onClosed: @Sendable (SystemError) -> Void

  init(
    _ descriptor: consuming Descriptor, limit: Int, name: String,
    onClosed: @escaping @Sendable (SystemError) -> Void
  ) {
    number = descriptor.rawValue
    isPipe = descriptor.isPipe()
    state = Monitor(State(descriptor: descriptor))
    self.limit = limit
    self.name = name
    self.onClosed = onClosed
  }

  var queuedBytes: Int { state.withLock { $0.bytes } }

  func enqueue(
    _ bytes: [UInt8], until deadline: MonotonicTime?
  ) -> MessageWriter.Admission {
    var failure: SystemError?
    let admission = state.wait(until: deadline ?? .now) { state in
      let admission = admit(bytes, &state, &failure)
      return admission == .full ? nil : admission
    }
    state.notifyAll()
    if let failure { onClosed(failure) }
    return admission ?? .full
  }

  private func admit(
    _ bytes: [UInt8], _ state: inout State, _ failure: inout SystemError?
  ) -> MessageWriter.Admission {
    guard state.phase == .open else { return .closed }
    if state.bytes > 0, state.bytes + bytes.count > limit { return .full }
    if !state.hasThread {
      do {
        try Thread.start(name: name, stackSize: 128 << 10) { self.run() }
        state.hasThread = true
      } catch {
        failure = error
        letGo(&state, .broken)
        return .closed
      }
    }
    state.queue.append(bytes)
    state.bytes += bytes.count
    return .queued
  }

  func tryWriteNow(_ bytes: [UInt8]) -> Bool {
    guard isPipe, bytes.count <= Int(PIPE_BUF) else { return false }
    var failure: SystemError?
    let written = state.withLock { state -> Bool in
      guard state.phase == .open, state.queue.isEmpty, !state.isWriting else { return false }
      do throws(SystemError) {
        return try write(bytes) == bytes.count
      } catch {
        if error.isWouldBlock { return false }
        failure = error
        letGo(&state, .broken)
        return false
      }
    }
    if let failure {
      state.notifyAll()
      onClosed(failure)
    }
    return written
  }

  /// Writes at most PIPE_BUF bytes, which a pipe takes whole or not at all, without waiting; the
  /// state owns the descriptor meanwhile.
  private func write(_ bytes: [UInt8]) throws(SystemError) -> Int {
    if let count = try Descriptor.writeNow(bytes, to: number) { return count }
    // A pipe that is writable has room for that many.
    guard try Poller.isWritable(number) else { return 0 }
    return try Descriptor.writeOnce(bytes[...], to: number)
  }

  func drain(until deadline: MonotonicTime) -> Bool {
    state.wait(until: deadline) { state in
      if state.phase == .broken { return false }
      return state.bytes == 0 ? true : nil
    } ?? false
  }

  func close() {
    state.update { state in
      guard state.phase == .open else { return }
      state.phase = .closing
      if !state.hasThread { state.descriptor = nil }
    }
  }

  /// Is the thread: writes what is queued until nothing more can come.
  private func run() {
    while true {
      guard case .write(let bytes)? = state.wait({ nextStep(&$0) }) else { return }
      do {
        try Descriptor.writeAll(bytes[...], to: number)
        state.update { state in
          state.bytes -= bytes.count
          state.isWriting = false
        }
      } catch {
        state.update { letGo(&$0, .broken) }
        onClosed(error)
        return
      }
    }
  }

  private func nextStep(_ state: inout State) -> Step? {
    if state.phase != .broken, !state.queue.isEmpty {
      state.isWriting = true
      return .write(takeBatch(&state.queue))
    }
    if state.phase == .open { return nil }
    letGo(&state, state.phase)
    return .stop
  }

  private func takeBatch(_ queue: inout [[UInt8]]) -> [UInt8] {
    var count = 1
    var size = queue[0].count
    while count < queue.count, size + queue[count].count <= Self.batch {
      size += queue[count].count
      count += 1
    }
    defer { queue.removeFirst(count) }
    return count == 1 ? queue[0] : Array(queue[..<count].joined())
  }

  private func letGo(_ state: inout State, _ phase: Phase) {
    state.phase = phase
    state.queue = []
    state.bytes = 0
    state.isWriting = false
    state.descriptor = nil
  }
}

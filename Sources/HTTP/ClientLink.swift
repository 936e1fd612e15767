import Posix

/// Owns the socket of one client: reads and writes in bounded time, and closes when it goes.
final class ClientLink: Sendable {
  /// Says what a wait has come to.
  enum Awaited { case spoken, other, stopping, timeOver }

  let limits: HTTPLimits
  private let socket: Descriptor
  private let stop: StopSign

  init(_ socket: consuming Descriptor, _ stop: StopSign, _ limits: HTTPLimits) {
    self.socket = socket
    self.stop = stop
    self.limits = limits
  }

  /// Waits until the client has said something or gone, or one of the others is readable.
  func wait(
    also others: [Int32] = [], until deadline: MonotonicTime
  ) throws(SystemError) -> Awaited {
    let watched = ([socket.rawValue, stop.descriptor] + others).map { ($0, Poller.Event.readable) }
    let ready = try Poller.wait(watched, until: deadline)
    if ready[stop.descriptor] != nil { return .stopping }
    if ready[socket.rawValue] != nil { return .spoken }
    return ready.isEmpty ? .timeOver : .other
  }

  /// Reads what has come; empty at the end, or when the client is gone.
  func read() throws(SystemError) -> [UInt8] {
    do throws(SystemError) {
      return try socket.read(upTo: 16 << 10)
    } catch {
      if error.isClosedPipe { return [] }
      throw error
    }
  }

  /// Writes every byte, or fails when the client does not fetch them in time.
  func write(_ bytes: ArraySlice<UInt8>, until deadline: MonotonicTime) throws(SystemError) {
    try socket.write(bytes, until: deadline)
  }

  /// Says that nothing more comes, and lets the client finish what it says: closing on unread bytes
  /// would take the last answer away from it.
  func linger() {
    let deadline = MonotonicTime.after(.seconds(1))
    var left = 256 << 10
    do throws(SystemError) {
      try socket.shutdownWriting()
      while left > 0, try wait(until: deadline) == .spoken {
        let piece = try read()
        if piece.isEmpty { return }
        left -= piece.count
      }
    } catch {
      // It is being closed anyway.
    }
  }
}

/// Tells all connections at once that the server stops; once set it stays.
final class StopSign: Sendable {
  private let pipe: Pipe

  init() throws(SystemError) { pipe = try Pipe.make() }

  /// Lends the number that turns readable, and stays so.
  var descriptor: Int32 { pipe.reading.rawValue }

  func set() throws(SystemError) { try pipe.writing.write([1]) }

  var isSet: Bool {
    do throws(SystemError) { return try Poller.isReadable(descriptor) } catch { return true }
  }
}

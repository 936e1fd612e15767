import Posix

/// Sends events to one listener (server-sent events, in the words of the HTML standard).
///
/// It is lent to the closure that writes the stream and is good for nothing after it.
package struct EventSink: Sendable {
  /// Tells that nobody listens any more, or that the server stops.
  package struct Ended: Error, Sendable {
    package init() {}
  }

  let link: ClientLink

  /// Sends one event; its number, if it has one, is what the listener resumes from.
  package func send(
    _ name: String, id: String? = nil, _ data: [UInt8]
  ) throws(Ended) {
    var frame = Array("event: \(name)\n".utf8)
    if let id { frame += Array("id: \(id)\n".utf8) }
    for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      frame += Array("data: ".utf8) + line + [UInt8(ascii: "\n")]
    }
    frame.append(UInt8(ascii: "\n"))
    try write(frame)
  }

  /// Waits until one of the descriptors is readable; false when the deadline passes first.
  ///
  /// Meanwhile the listener hears now and then that the stream is alive.
  package func wait(
    for descriptors: [Int32], until deadline: MonotonicTime? = nil
  ) throws(Ended) -> Bool {
    while true {
      let beat = MonotonicTime.after(link.limits.heartbeat)
      switch try ended({ () throws(SystemError) in
        try link.wait(also: descriptors, until: deadline.map { min($0, beat) } ?? beat)
      }) {
      // A listener has nothing to say: it has gone, or what it says belongs to no stream.
      case .spoken, .stopping: throw Ended()
      case .other: return true
      case .timeOver: break
      }
      if let deadline, deadline <= .now { return false }
      try write(Array(": alive\n\n".utf8))
    }
  }

  private func write(_ bytes: [UInt8]) throws(Ended) {
    try ended { () throws(SystemError) in
      try link.write(bytes[...], until: link.limits.deadline(for: bytes.count))
    }
  }

  private func ended<Value>(_ body: () throws(SystemError) -> Value) throws(Ended) -> Value {
    do throws(SystemError) { return try body() } catch { throw Ended() }
  }
}

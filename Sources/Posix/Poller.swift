#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Waits for several descriptors at once.
package enum Poller {
  /// Says what is waited for, and what has come.
  package struct Event: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readable = Event(rawValue: 1)
    package static let writable = Event(rawValue: 2)
    /// Comes unasked: the other end is gone, or the descriptor is broken; there may still be
    /// something to read.
    package static let closed = Event(rawValue: 4)
  }

  /// Tells what has come to which descriptor.
  package struct Ready: Sendable, Hashable {
    private var arrived: [Arrival] = []

    private struct Arrival: Sendable, Hashable {
      var descriptor: Int32
      var event: Event
    }

    package var isEmpty: Bool { arrived.isEmpty }

    package subscript(descriptor: Int32) -> Event? {
      arrived.first { $0.descriptor == descriptor }?.event
    }

    fileprivate mutating func add(_ event: Event, to descriptor: Int32) {
      if let known = arrived.firstIndex(where: { $0.descriptor == descriptor }) {
        arrived[known].event.formUnion(event)
      } else {
        arrived.append(Arrival(descriptor: descriptor, event: event))
      }
    }
  }

  /// Waits until one is ready or the deadline passes (an empty answer); nil waits for ever.
  package static func wait(
    _ watched: [(descriptor: Int32, events: Event)], until deadline: MonotonicTime? = nil
  ) throws(SystemError) -> Ready {
    var entries = watched.map {
      pollfd(fd: $0.descriptor, events: wanted($0.events), revents: 0)
    }
    while true {
      let milliseconds = deadline.map { Int32(clamping: $0.remaining.milliseconds) } ?? -1
      let count = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw SystemError("poll", code)
      }
      if count == 0, milliseconds == Int32.max { continue }
      var ready = Ready()
      for entry in entries where entry.revents != 0 {
        ready.add(arrived(entry.revents), to: entry.fd)
      }
      return ready
    }
  }

  /// Waits with a timeout in milliseconds; nil waits for ever, zero only looks.
  package static func wait(
    _ watched: [(descriptor: Int32, events: Event)], timeoutMilliseconds: Int?
  ) throws(SystemError) -> Ready {
    try wait(watched, until: timeoutMilliseconds.map { .after(.milliseconds($0)) })
  }

  /// Tells whether a read would return at once, with bytes or the end.
  package static func isReadable(
    _ descriptor: Int32, until deadline: MonotonicTime? = .now
  ) throws(SystemError) -> Bool {
    try !wait([(descriptor, .readable)], until: deadline).isEmpty
  }

  /// Tells whether a write would go at once; an end that is gone is not writable.
  static func isWritable(_ descriptor: Int32) throws(SystemError) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let count = try retrying("poll", "\(descriptor)") { unsafe poll(&entry, 1, 0) }
    return count == 1 && entry.revents == Int16(POLLOUT)
  }

  private static func wanted(_ events: Event) -> Int16 {
    var bits: Int32 = 0
    if events.contains(.readable) { bits |= Int32(POLLIN) }
    if events.contains(.writable) { bits |= Int32(POLLOUT) }
    return Int16(bits)
  }

  private static func arrived(_ bits: Int16) -> Event {
    var events = Event(rawValue: 0)
    let bits = Int32(bits)
    if bits & Int32(POLLIN) != 0 { events.insert(.readable) }
    if bits & Int32(POLLOUT) != 0 { events.insert(.writable) }
    if bits & Int32(POLLHUP | POLLERR | POLLNVAL) != 0 { events.insert(.closed) }
    return events
  }
}

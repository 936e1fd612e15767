import Posix

/// Wakes those who wait for changes; watches the journal only while somebody does.
final class Followers: Sendable {
  /// Counts wake-ups, so that none is missed between a look and a wait.
  private struct State: Sendable {
    var generation = 0
    var waiting = 0
    var thread: Stop?
  }

  /// Ends a watching thread by closing its pipe.
  private final class Stop: Sendable {
    let writing: Descriptor
    init(_ writing: consuming Descriptor) { self.writing = writing }
  }

  private let layout: StoreLayout
  private let state = Monitor(State())

  init(layout: StoreLayout) { self.layout = layout }

  /// Tells everyone to look again.
  func changed() { state.update { $0.generation += 1 } }

  /// Looks again and again, at each change, until there is something, nobody wants it any more, or
  /// the time is over.
  func wait<Result>(
    until deadline: MonotonicTime?, cancelled: () -> Bool,
    _ look: () throws(StoreError) -> Result?
  ) throws(StoreError) -> Result? {
    try begin()
    defer { end() }
    while true {
      let generation = state.withLock { $0.generation }
      if let result = try look() { return result }
      if cancelled() { return nil }
      let woken = state.wait(until: deadline, while: { $0.generation == generation })
      if !woken { return try look() }
    }
  }

  private func begin() throws(StoreError) {
    try onDisk { () throws(SystemError) in
      try state.withLock { (state) throws(SystemError) in
        state.waiting += 1
        guard state.thread == nil else { return }
        let pipe = try Pipe.make()
        let reading = try pipe.reading.duplicate()
        let stop = Stop(pipe.takeWriting())
        let watch = Watch(journal: layout.journal, stop: reading)
        state.thread = stop
        try Thread.start(name: "follower") { [self] in watch.run { self.changed() } }
      }
    }
  }

  private func end() {
    state.withLock {
      $0.waiting -= 1
      if $0.waiting == 0 { $0.thread = nil }
    }
  }

  /// Is what the watching thread owns.
  private final class Watch: Sendable {
    private let journal: String
    private let stop: Descriptor
    /// How often to look where the journal cannot be watched.
    private static let pollMilliseconds = 50

    init(journal: String, stop: consuming Descriptor) {
      self.journal = journal
      self.stop = stop
    }

    func run(_ changed: () -> Void) {
      do throws(SystemError) {
        let watch = try FileWatch.on([journal])
        changed()
        while true {
          let ready = try Poller.wait([
            (watch.descriptor, .readable), (stop.rawValue, .readable),
          ])
          if ready[stop.rawValue] != nil { return }
          if try watch.drain() { changed() }
        }
      } catch {
        poll(changed)
      }
    }

    /// Does without a watch, as before the journal's folder exists.
    private func poll(_ changed: () -> Void) {
      do throws(SystemError) {
        while try Poller.wait(
          [(stop.rawValue, .readable)], timeoutMilliseconds: Self.pollMilliseconds
        ).isEmpty {
          changed()
        }
      } catch {
        // The waits then end at their deadlines.
        changed()
      }
    }
  }
}

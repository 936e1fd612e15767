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
        guard state.thread == nil else {
          state.waiting += 1
          return
        }
        let pipe = try Pipe.make()
        let reading = try pipe.reading.duplicate()
        let stop = Stop(pipe.takeWriting())
        let watch = Watch(journal: layout.journal, stop: reading)
        try Thread.start(name: "follower") { [self] in watch.run { self.changed() } }
        state.thread = stop
        state.waiting += 1
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
      while !follow(changed), !pause(changed) {}
    }

    /// Tells of changes until it is stopped; false if the journal cannot be watched now.
    private func follow(_ changed: () -> Void) -> Bool {
      do throws(SystemError) {
        while true {
          let folder = try nearest(journal)
          let watch = try FileWatch.on([folder])
          changed()
          // Before the journal's folder exists, the one in which its path will grow is watched.
          while try isNearest(folder) {
            let ready = try Poller.wait([
              (watch.descriptor, .readable), (stop.rawValue, .readable),
            ])
            if ready[stop.rawValue] != nil { return true }
            if try watch.drain() { changed() }
          }
        }
      } catch {
        // Where nothing can be watched, whoever waits looks now and then instead.
        return false
      }
    }

    private func isNearest(_ folder: String) throws(SystemError) -> Bool {
      if folder == journal { return true }
      return try nearest(journal) == folder
    }

    /// Finds the nearest folder on a path that exists.
    private func nearest(_ path: String) throws(SystemError) -> String {
      var path = path
      while try FileStatus.of(path)?.kind != .directory {
        let parent = Path.parent(path)
        if parent == path { break }
        path = parent
      }
      return path
    }

    /// Waits a little, then has everyone look; true once it is stopped.
    private func pause(_ changed: () -> Void) -> Bool {
      do throws(SystemError) {
        let ready = try Poller.wait(
          [(stop.rawValue, .readable)], timeoutMilliseconds: Self.pollMilliseconds)
        changed()
        return !ready.isEmpty
      } catch {
        // The waits then end at their deadlines.
        changed()
        return true
      }
    }
  }
}

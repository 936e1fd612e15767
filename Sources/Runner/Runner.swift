import JSON
import Posix
import TaskStore
import Tasks

/// Starts what may start, one runner per store; killing it loses nothing.
package enum Runner {
  /// Runs until there has been nothing to do for ten minutes, or for ever with `stay`.
  ///
  /// Returns 0 when it left of its own accord, was asked to, or found another runner at work.
  package static func run(
    root: String, stay: Bool, executable: String, build: Build,
    environment: [String: String] = Environment.current,
    idleLimit: Duration = .seconds(600),
    beside makeCompanion: (TaskStore) -> (any RunnerCompanion)? = { _ in nil },
    scheduling makeWork: (TaskStore) -> (any ScheduledWork)? = { _ in nil }
  ) -> Int32 {
    Signal.ignoreBrokenPipe()
    /// Works on a store until it must be opened anew, or left.
    func serve(
      _ store: TaskStore, _ signals: SignalPipe, _ last: inout RunnerLoop?
    ) throws(RunnerError) -> RunnerLoop.Leaving {
      let companion = makeCompanion(store)
      defer { companion?.stop() }
      let loop = try RunnerLoop(
        store: store, executable: executable, environment: environment, signals: signals,
        idleLimit: stay ? nil : idleLimit, isWatched: { companion?.isWatched ?? false },
        scheduled: makeWork(store))
      if let last { loop.takeOver(from: last) }
      last = loop
      try announce(store.layout, build, consolePort: companion?.port)
      return try loop.run()
    }
    do throws(RunnerError) {
      let store = try open(root)
      let signals = try fromSystem { () throws(SystemError) in
        try SignalPipe.install([.child, .terminate, .interrupt, .hangup])
      }
      while true {
        guard let lock = try takeLock(store.layout, build) else { return 0 }
        var last: RunnerLoop?
        var leaving = try serve(store, signals, &last)
        var hasTold = false
        while leaving == .storeStopped, let loop = last {
          do throws(RunnerError) {
            leaving = try serve(open(root), signals, &last)
          } catch {
            // What is claimed stays claimed, and nobody else takes this place, until the disk, or the
            // system, has room again.
            guard error.mayPass else { throw error }
            if !hasTold {
              StandardError.write("errand runner: the store cannot be opened again: \(error)\n")
            }
            hasTold = true
            if try loop.rest() { leaving = .asked }
          }
        }
        // A removed store has no file to take back, and a lock that guards nothing.
        if leaving == .storeGone { return 0 }
        try withdraw(store.layout)
        lock.release()
        // Whoever saw the lock held just now started no runner: look once more without it.
        guard leaving == .idle, try last?.hasWork() == true else { return 0 }
      }
    } catch {
      StandardError.write("errand runner: \(error)\n")
      return 1
    }
  }

  private static func open(_ root: String) throws(RunnerError) -> TaskStore {
    let store = try fromStore { () throws(StoreError) in try TaskStore.open(root) }
    try fromSystem { () throws(SystemError) in
      try RealFileSystem().createDirectories(store.layout.run)
    }
    return store
  }

  /// Takes the lock that makes this the runner; asks an older one to leave first.
  private static func takeLock(
    _ layout: StoreLayout, _ build: Build
  ) throws(RunnerError) -> FileLock? {
    // Others hold it for an instant when they look whether a runner is there.
    if let lock = try acquire(layout.runnerLock, .milliseconds(200)) { return lock }
    guard let other = RunnerPresence.read(layout), build.isNewer(than: other.asBuild),
      let identity = other.identity
    else { return nil }
    try fromSystem { () throws(SystemError) in
      _ = try ProcessTable.signal(identity, .terminate)
    }
    return try acquire(layout.runnerLock, .seconds(5))
  }

  private static func acquire(
    _ path: String, _ patience: Duration
  ) throws(RunnerError) -> FileLock? {
    do throws(SystemError) {
      return try FileLock.acquire(path, until: .after(patience))
    } catch {
      throw .system(error)
    }
  }

  private static func announce(
    _ layout: StoreLayout, _ build: Build, consolePort: Int?
  ) throws(RunnerError) {
    try fromSystem { () throws(SystemError) in
      let own = try ProcessTable.current()
      let presence = RunnerPresence(
        version: build.version, build: build.build, pid: Int(own.pid),
        startTicks: "\(own.identity.startTicks)", consolePort: consolePort)
      try RealFileSystem().replace(layout.runnerJSON, with: RunnerPresence.json.encode(presence))
    }
  }

  private static func withdraw(_ layout: StoreLayout) throws(RunnerError) {
    try fromSystem { () throws(SystemError) in
      try RealFileSystem().removeIfPresent(layout.runnerJSON)
    }
  }
}

extension RunnerPresence {
  var identity: ProcessIdentity? {
    guard let pid = Int32(exactly: pid), let ticks = UInt64(startTicks) else { return nil }
    return ProcessIdentity(pid: pid, startTicks: ticks)
  }
}

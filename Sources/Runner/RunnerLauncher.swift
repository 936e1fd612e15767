import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Sees to it that somebody starts what may start.
package enum RunnerLauncher {
  package enum Outcome: Sendable, Hashable {
    case alreadyRunning
    case started(pid: Int32)
    case startedBeside
    /// Inside an attempt nothing is started: it would be swept away with the attempt.
    case insideAttempt
  }

  /// Starts a runner unless one is there; cheap when it is. Call it after the change is synced.
  ///
  /// One that is started `beside` us is nothing of ours: whoever ends all below him needs that.
  @discardableResult
  package static func ensureRunning(
    store: TaskStore, executable: String, build: Build,
    environment: [String: String] = Environment.current, beside: Bool = false
  ) throws(RunnerError) -> Outcome {
    if environment[AgentEnvironment.Name.attempt] != nil { return .insideAttempt }
    if try isRunning(store: store) {
      guard let other = RunnerPresence.read(store.layout), build.isNewer(than: other.asBuild)
      else { return .alreadyRunning }
    }
    let spec = ProcessSpec(
      executable: executable, arguments: ["runner"],
      environment: SuperviseCommand.environment(environment, root: store.layout.root),
      directory: "/")
    if beside, try fromSystem({ () throws(SystemError) in try ChildProcess.spawnBeside(spec) }) {
      return .startedBeside
    }
    let runner: ChildProcess
    do throws(SpawnFailure) {
      runner = try ChildProcess.spawn(spec)
    } catch {
      throw .spawn("\(error)")
    }
    try fromSystem { () throws(SystemError) in try mourn(runner) }
    return .started(pid: runner.pid)
  }

  /// Tells whether a runner holds the store's runner lock.
  package static func isRunning(store: TaskStore) throws(RunnerError) -> Bool {
    try fromSystem { () throws(SystemError) in try FileLock.isHeld(store.layout.runnerLock) }
  }

  /// Tells where the console is served; nil where no runner serves one, as far as it shows.
  package static func consolePort(in layout: StoreLayout) -> Int? {
    guard let presence = RunnerPresence.read(layout), let identity = presence.identity else {
      return nil
    }
    do throws(SystemError) {
      // One that was killed has left its file behind.
      let isAlive = try ProcessTable.record(of: identity.pid)?.identity == identity
      return isAlive ? presence.consolePort : nil
    } catch {
      return nil
    }
  }

  /// Takes the runner off the process table as soon as it ends, however long that takes: it outlives
  /// most of those who start it, and those whom it does not must not keep a zombie.
  private static func mourn(_ runner: ChildProcess) throws(SystemError) {
    try Thread.start(name: "runner's end") {
      // A child that cannot be waited for was never ours to reap.
      _ = try? runner.waitForExit()
      _ = try? runner.reap()
    }
  }
}

extension RunnerPresence {
  /// Reads who says to be the runner; nil where nobody does, or not in words we know.
  static func read(_ layout: StoreLayout) -> RunnerPresence? {
    guard let bytes = Self.bytes(of: layout.runnerJSON) else { return nil }
    do { return try json.decode(try JSONValue.parse(bytes)) } catch { return nil }
  }

  private static func bytes(of path: String) -> [UInt8]? {
    do throws(SystemError) {
      return try RealFileSystem().read(path, limit: 64 << 10)
    } catch {
      return nil
    }
  }
}

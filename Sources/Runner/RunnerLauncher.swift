import Agents
import JSON
import Posix
import Synchronization
import TaskStore
import Tasks

/// Sees to it that somebody starts what may start.
package enum RunnerLauncher {
  package enum Outcome: Sendable, Hashable {
    case alreadyRunning
    case started(pid: Int32)
    /// Inside an attempt nothing is started: it would be swept away with the attempt.
    case insideAttempt
  }

  /// Runners this process has started and not yet reaped.
  private static let children = Mutex<[ChildProcess]>([])

  /// Starts a runner unless one is there; cheap when it is. Call it after the change is synced.
  @discardableResult
  package static func ensureRunning(
    store: TaskStore, executable: String, build: Build,
    environment: [String: String] = Environment.current
  ) throws(RunnerError) -> Outcome {
    try reapEnded()
    if environment[AgentEnvironment.Name.attempt] != nil { return .insideAttempt }
    if try isRunning(store: store) {
      guard let other = RunnerPresence.read(store.layout), build.isNewer(than: other.asBuild)
      else { return .alreadyRunning }
    }
    let spec = ProcessSpec(
      executable: executable, arguments: ["runner"],
      environment: SuperviseCommand.environment(environment, root: store.layout.root),
      directory: "/")
    do throws(SpawnFailure) {
      let child = try ChildProcess.spawn(spec)
      children.withLock { $0.append(child) }
      return .started(pid: child.pid)
    } catch {
      throw .spawn("\(error)")
    }
  }

  /// Tells whether a runner holds the store's runner lock.
  package static func isRunning(store: TaskStore) throws(RunnerError) -> Bool {
    try fromSystem { () throws(SystemError) in
      let path = store.layout.runnerLock
      guard try FileStatus.of(path) != nil else { return false }
      return try FileLock.tryAcquire(path) == nil
    }
  }

  /// Takes the ended ones off the process table.
  private static func reapEnded() throws(RunnerError) {
    try fromSystem { () throws(SystemError) in
      try children.withLock { (children) throws(SystemError) in
        var left: [ChildProcess] = []
        for child in children where try child.reapIfEnded() == nil { left.append(child) }
        children = left
      }
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

import Agents
import MCP
import Posix
import Runner
import Synchronization
import TaskStore
import Tasks

/// Tells whether this process works for an agent inside an attempt.
package final class AttemptScope: Sendable {
  /// Is what the pass or the environment says; an agent may have taken it out.
  private let own: String?
  private let forebears = Mutex<Forebears?>(nil)

  private struct Forebears: Sendable {
    var identities: Set<ProcessIdentity> = []
    /// Is what the nearest marked one was started with, whatever store its attempt is in.
    var marker: String?
  }

  /// Bounds the walk to the root of the process table.
  private static let generations = 64

  init(environment: [String: String], pass: AttemptPass?) {
    own = pass?.marker ?? environment[AgentEnvironment.Name.attempt]
  }

  /// Tells of this process without a store, which may be what is to be mended.
  package static func holdsThisProcess() throws(ToolFailure) -> Bool {
    try AttemptScope(environment: Environment.current, pass: nil).marker() != nil
  }

  /// Names the attempt by the environment of this process or of an ancestor.
  func marker() throws(ToolFailure) -> String? {
    if let own { return own }
    return try knownForebears().marker
  }

  /// Names the attempt, by the environment or by an ancestor that is a supervised agent.
  func attempt(in store: TaskStore) throws(ToolFailure) -> String? {
    if let marker = try self.marker() { return marker }
    let active = try naming { () throws(StoreError) in try Self.active(in: store) }
    guard !active.isEmpty else { return nil }
    let forebears = try knownForebears().identities
    let owner = active.first { task in
      guard let executor = task.latestAttempt?.executor else { return false }
      return forebears.contains {
        Int($0.pid) == executor.pid && $0.startTicks == executor.startedAtTicks
      }
    }
    return owner.map { "\($0.id)/\($0.attemptCount)" }
  }

  /// Lists what has a process; the queue may be long and is of no interest here.
  private static func active(in store: TaskStore) throws(StoreError) -> [TaskRecord] {
    var query = TaskQuery()
    query.statuses = Set(TaskStatus.allCases.filter(\.isActive))
    query.teamId = nil
    query.limit = most
    return try store.list(query).items
  }

  /// Bounds the attempts that are looked at; far more never run at once on one machine.
  private static let most = 1_000

  /// Walks the ancestors once: a process may lose its parent, but never gets an older family.
  private func knownForebears() throws(ToolFailure) -> Forebears {
    if let known = forebears.withLock({ $0 }) { return known }
    let found: Forebears
    do throws(SystemError) {
      found = try Self.walk()
    } catch {
      throw ToolFailure(
        code: FailureCode.internal.rawValue,
        summary: "The process table cannot be read: \(error.description).",
        nextStep: "Run `errand doctor`.")
    }
    forebears.withLock { $0 = found }
    return found
  }

  private static func walk() throws(SystemError) -> Forebears {
    var found = Forebears()
    var pid = try ProcessTable.current().parent
    while pid > 0, found.identities.count < generations,
      let record = try ProcessTable.record(of: pid),
      found.identities.insert(record.identity).inserted
    {
      if found.marker == nil {
        found.marker =
          ProcessTable.value(of: AgentEnvironment.Name.attempt, in: pid)
          ?? ProcessTable.value(of: AgentEnvironment.Name.supervised, in: pid)
      }
      pid = record.parent
    }
    return found
  }
}

import Agents
import JSON
import MCP
import Posix
import Runner
import Synchronization
import TaskStore
import Tasks

/// Gives every tool what it works with; opens nothing before it is needed.
package final class Workshop: Sendable {
  /// Holds what does not change while the program runs.
  package struct Setting: Sendable {
    package var environment: [String: String]
    package var storeRoot: String
    /// Is an allowed place for files and, by default, for tasks.
    package var startDirectory: String
    package var build: Build
    /// Gives leave for commands to this server alone, whatever the configuration says.
    package var allowsCommands = false
    /// Lets an agent's own tools act for the attempt that this process is inside of.
    package var pass: AttemptPass?
    /// Offers only what reads, and starts nothing.
    package var isReadOnly = false
    /// Names the console's pages in results, and makes links to it.
    package var offersConsole = true
    /// Is shown by chat clients that show pages.
    package var appPage: AppPage?
    /// Names the reading mark of the inbox; nil takes the client's own name.
    package var clientName: String?
    /// Sees to it that somebody starts what may start; called after the change is durable.
    package var startRunner: @Sendable (TaskStore) throws(RunnerError) -> Void

    package init(
      environment: [String: String], storeRoot: String, startDirectory: String, build: Build,
      startRunner: @escaping @Sendable (TaskStore) throws(RunnerError) -> Void
    ) {
      self.environment = environment
      self.storeRoot = storeRoot
      self.startDirectory = startDirectory
      self.build = build
      self.startRunner = startRunner
    }
  }

  private struct State {
    var store: TaskStore?
    /// Says that a task was made whose runner is still to be seen to.
    var owesRunner = false
    var lastAttended: MonotonicTime?
    var hasToldOfConfiguration = false
    var console: (place: ConsolePlace?, seenAt: MonotonicTime)?
  }

  package let setting: Setting
  let scope: AttemptScope
  let inquiries = Inquiries()
  private let configurationFile: ConfigurationFile
  private let typeFolder: TaskTypeFolder
  private let state: Mutex<State>

  /// Works on a store that is open already, if one is given: then its owner settles what crashed.
  package init(_ setting: Setting, store: TaskStore? = nil) {
    self.setting = setting
    state = Mutex(State(store: store))
    scope = AttemptScope(environment: setting.environment, pass: setting.pass)
    configurationFile = ConfigurationFile(environment: setting.environment)
    typeFolder = TaskTypeFolder(environment: setting.environment)
  }

  /// Names the attempt for which everything is done here, if it is an agent's.
  var insider: Actor? { setting.pass?.actor }

  /// Opens the store on first use, and settles what a crash has left behind.
  package func store() throws(ToolFailure) -> TaskStore {
    let (store, isNew) = try state.withLock { (state) throws(ToolFailure) in
      if let store = state.store { return (store, false) }
      let root = setting.storeRoot
      let store = try naming { () throws(StoreError) in try TaskStore.open(root) }
      state.store = store
      return (store, true)
    }
    if isNew { try settleOrphans(store) }
    return store
  }

  /// Lets this thread answer from one look at the store and at the configuration until it calls
  /// this again.
  func shareLook() {
    configurationFile.shareLook()
    state.withLock { $0.store }?.shareLook()
  }

  /// Reads the configuration, which may have changed since the last time.
  package func configuration() throws(ToolFailure) -> Configuration {
    do throws(ConfigurationError) {
      return try configurationFile.current()
    } catch {
      throw ToolFailure(
        code: "configuration_invalid", summary: error.description, nextStep: error.nextStep)
    }
  }

  /// Reads the configuration for what must go on without it: to look at tasks and to end them.
  package func usableConfiguration() -> Configuration {
    do throws(ConfigurationError) {
      return try configurationFile.current()
    } catch {
      if state.withLock({ !exchange(&$0.hasToldOfConfiguration, with: true) }) {
        StandardError.write("errand: \(error). Until then no task can be created.\n")
      }
      return configurationFile.salvaged()
    }
  }

  /// Lists the types there are now, the user's own among them.
  func types() -> TaskTypeRegistry { typeFolder.current() }

  /// Judges profiles and places by the configuration as it is now, and by this process's own
  /// environment unless another is given.
  func preflight(
    _ configuration: Configuration, environment: [String: String]? = nil
  ) throws(ToolFailure) -> Preflight {
    let environment = environment ?? setting.environment
    return Preflight.current(
      layout: try store().layout, configuration: configuration, environment: environment,
      startDirectory: setting.startDirectory, isLoggedIn: logins(configuration, environment))
  }

  /// Refuses what an attempt, or a server that only reads, may not do.
  package func mayChange() throws(ToolFailure) {
    if setting.isReadOnly { throw .readOnly }
    if let attempt = try scope.attempt(in: store()) { throw .attemptScope(attempt) }
  }

  /// Tells whether something of the caller's may be kept at all.
  var isFreeToChange: Bool {
    get throws(ToolFailure) {
      if setting.isReadOnly { return false }
      return try scope.attempt(in: store()) == nil
    }
  }

  /// Notes that a runner is needed once what was done is durable.
  func oweRunner() { state.withLock { $0.owesRunner = true } }

  /// Makes durable what was done, then sees to a runner if one is owed.
  package func commit() throws(ToolFailure) {
    let (store, owes) = state.withLock { state in
      defer { state.owesRunner = false }
      return (state.store, state.owesRunner)
    }
    guard let store else { return }
    try naming { () throws(StoreError) in try store.sync() }
    if owes { startRunner(store) }
  }

  /// Sees to a runner while there is unfinished work; looks at most once a second.
  func attend() throws(ToolFailure) {
    let store = try store()
    guard !setting.isReadOnly, try scope.marker() == nil else { return }
    let isDue = state.withLock { state in
      if let last = state.lastAttended, MonotonicTime.now - last < .seconds(1) { return false }
      state.lastAttended = .now
      return true
    }
    guard isDue else { return }
    let counts = try naming { () throws(StoreError) in try store.counts() }
    var isNeeded = counts.contains { !$0.key.isTerminal && $0.value > 0 }
    if !isNeeded { isNeeded = try hasSchedule(store) }
    if isNeeded { startRunner(store) }
  }

  /// Tells whether a schedule still has runs to come.
  private func hasSchedule(_ store: TaskStore) throws(ToolFailure) -> Bool {
    let now = Timestamp.now
    let zones = ZoneFolder(environment: setting.environment)
    return try naming { () throws(StoreError) in
      try store.schedules().contains { schedule in
        !schedule.isOver(at: now)
          || zones.rules(of: schedule.zone).flatMap { schedule.nextDue(in: $0) } != nil
      }
    }
  }

  /// Starts a runner; the task is safe without one, so its absence is told, not thrown.
  func startRunner(_ store: TaskStore) {
    do throws(RunnerError) {
      try setting.startRunner(store)
    } catch {
      StandardError.write("errand: no runner could be started: \(error)\n")
    }
  }

  /// Tells where the console is served now, looking once in a while; nil where none is.
  func consolePlace() -> ConsolePlace? {
    guard setting.offersConsole else { return nil }
    return state.withLock { state in
      // A runner that was just started says in a moment where it serves one.
      let lifetime: Duration = state.console?.place == nil ? .milliseconds(50) : .seconds(1)
      if let known = state.console, MonotonicTime.now - known.seenAt < lifetime {
        return known.place
      }
      let port = RunnerLauncher.consolePort(in: StoreLayout(root: setting.storeRoot))
      let place = port.map { ConsolePlace(port: $0) }
      state.console = (place, .now)
      return place
    }
  }

  private func settleOrphans(_ store: TaskStore) throws(ToolFailure) {
    guard !setting.isReadOnly, try scope.marker() == nil else { return }
    let actor = Actor(kind: .client, name: "errand")
    do throws(RunnerError) {
      try Reconciler.reconcile(store: store, by: actor)
    } catch {
      // What can be read is served all the same, as from a disk that is full or read-only.
      StandardError.write("errand: what a crash left could not be settled: \(error)\n")
    }
  }
}

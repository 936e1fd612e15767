import Agents
import JSON
import Posix
import TaskStore
import Tasks

extension AgentProfile {
  /// Takes over a profile of the configuration.
  init(_ profile: Configuration.Profile) {
    self.init(
      name: profile.name, adapter: profile.adapter, executable: profile.executable,
      arguments: profile.arguments, environment: profile.env, passedNames: profile.passEnv,
      settings: AgentSettings(
        model: profile.model, effort: profile.effort, permissionMode: profile.permissionMode,
        directories: profile.directories),
      budget: profile.budget, runningTimeoutSec: profile.timeouts.running,
      maxParallel: profile.maxParallel, sharesDirectory: profile.sharedDirectory,
      account: profile.account, setup: profile.setup,
      setupTimeoutSec: profile.timeouts.setup ?? LaunchPlan.usualSetupTimeoutSec)
  }
}

extension ProfileCatalog {
  /// Lists the configuration's profiles and the agents on this PATH.
  package init(
    configuration: Configuration, environment: [String: String],
    isLoggedIn: @escaping @Sendable (Entry) -> Bool? = { _ in nil }
  ) {
    self.init(
      configured: configuration.profiles.map(AgentProfile.init),
      defaultName: configuration.defaultProfile, path: environment["PATH"] ?? "",
      isLoggedIn: isLoggedIn)
  }
}

extension Preflight {
  /// Judges by the configuration as it is now, and by the creator's environment.
  package static func current(
    layout: StoreLayout, configuration: Configuration,
    environment: [String: String] = Environment.current, startDirectory: String,
    isLoggedIn: @escaping @Sendable (ProfileCatalog.Entry) -> Bool? = { _ in nil }
  ) -> Preflight {
    Preflight(
      catalog: ProfileCatalog(
        configuration: configuration, environment: environment, isLoggedIn: isLoggedIn),
      directories: DirectoryPolicy(
        roots: configuration.roots.isEmpty ? nil : configuration.roots,
        home: environment["HOME"] ?? Environment.homeDirectory ?? "/",
        startDirectory: startDirectory, storeRoot: layout.root,
        configurationFolder: Path.parent(Configuration.path(environment: environment))),
      environment: environment, passedNames: configuration.env.pass)
  }
}

extension Preflight.Resolved {
  /// Stores environment and secrets for a task about to be created; not for dry runs.
  package func recorded(
    in store: TaskStore, for task: TaskID
  ) throws(RunnerError) -> LaunchPlan {
    let plan = try planned(in: store)
    try fromStore { () throws(StoreError) in
      if !secrets.isEmpty { try store.writeSecrets(task, secrets) }
    }
    return plan
  }

  /// Stores the environment alone, which may stay though no task comes to need it.
  package func planned(in store: TaskStore) throws(RunnerError) -> LaunchPlan {
    try fromStore { () throws(StoreError) in
      var plan = plan
      plan.environment = try store.storeEnvironment(environment)
      return plan
    }
  }
}

extension TaskLimits {
  /// Gives the ceiling of a profile: arguments may only lower it.
  package static func ceiling(
    configuration: Configuration, profile: AgentProfile
  ) -> TaskLimits {
    let general = TaskLimits(
      budget: configuration.budget, dispatchTimeoutSec: configuration.timeouts.dispatch,
      runningTimeoutSec: configuration.timeouts.running)
    let own = TaskLimits(
      budget: profile.budget, dispatchTimeoutSec: nil,
      runningTimeoutSec: profile.runningTimeoutSec)
    return general.lowered(by: own)
  }
}

extension DispatchPlan.Limits {
  init(_ configuration: Configuration) {
    self.init(
      maxParallel: max(1, configuration.maxParallel), depth: max(1, configuration.limits.depth))
    for profile in configuration.profiles {
      perProfile[profile.name] = profile.maxParallel
      if profile.sharedDirectory { sharing.insert(profile.name) }
    }
  }
}

import Tasks

/// Describes who may run a task: a program, how it is driven, and its limits.
package struct AgentProfile: Sendable, Hashable {
  package enum Source: String, Sendable, Hashable {
    case configuration
    /// A known agent found on PATH.
    case found
    case builtIn = "built_in"
  }

  package var name: String
  package var adapter: AdapterKind
  /// An absolute path, or a name to look up on PATH; absent for adapters that carry their own.
  package var executable: String?
  package var arguments: [String]
  /// Plain values for the agent's environment.
  package var environment: [String: String]
  /// Names of variables handed through from the creator's environment, treated as secrets.
  package var passedNames: [String]
  package var settings: AgentSettings
  package var budget: Budget
  package var runningTimeoutSec: Int?
  package var maxParallel: Int?
  /// Whether several tasks may work in one directory at once.
  package var sharesDirectory: Bool
  /// Names whose quota it uses, where profiles share one or a program has several.
  package var account: String?
  package var source: Source
  /// Program and arguments that are run in each new workspace before the agent.
  package var setup: [String]
  package var setupTimeoutSec: Int

  package init(
    name: String, adapter: AdapterKind, executable: String? = nil, arguments: [String] = [],
    environment: [String: String] = [:], passedNames: [String] = [],
    settings: AgentSettings = AgentSettings(), budget: Budget = Budget(),
    runningTimeoutSec: Int? = nil, maxParallel: Int? = nil, sharesDirectory: Bool = false,
    account: String? = nil, source: Source = .configuration, setup: [String] = [],
    setupTimeoutSec: Int = LaunchPlan.usualSetupTimeoutSec
  ) {
    self.name = name
    self.adapter = adapter
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.passedNames = passedNames
    self.settings = settings
    self.budget = budget
    self.runningTimeoutSec = runningTimeoutSec
    self.maxParallel = maxParallel
    self.sharesDirectory = sharesDirectory
    self.account = account
    self.source = source
    self.setup = setup
    self.setupTimeoutSec = setupTimeoutSec
  }

  /// Runs the brief as a script; there for whoever names it, never chosen by itself.
  package static let shell = AgentProfile(name: "shell", adapter: .shell, source: .builtIn)

  /// Tells whether we start an agent by it: a command has none, and a worker starts its own.
  var isAgent: Bool { adapter != .shell && adapter != .worker }
}

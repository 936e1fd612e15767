import JSON

/// Limits what one task may use; absent means the configuration's ceiling.
package struct Budget: Sendable, Hashable {
  package var usd: Double?
  package var tokens: Int?
  package var turns: Int?

  package init(usd: Double? = nil, tokens: Int? = nil, turns: Int? = nil) {
    self.usd = usd
    self.tokens = tokens
    self.turns = turns
  }
}

/// Says which directory an agent works in, and whether it is a copy.
package enum WorkspaceMode: String, Sendable, Hashable, CaseIterable, JSONCodable {
  /// A scratch folder of the attempt's own.
  case none
  /// The task's directory itself.
  case sharedMount = "shared_mount"
  /// A work tree of the attempt's own on a branch of its own; outside git a scratch copy.
  case dedicatedWorktree = "dedicated_worktree"
  package static let json = Codec<WorkspaceMode>.enumeration
}

/// Says whether a type hands in a thing or a verdict.
package enum OutputKind: String, Sendable, Hashable, CaseIterable, JSONCodable {
  case artifact, judgment
  package static let json = Codec<OutputKind>.enumeration
}

/// Records what the creator resolved, so that nobody re-derives it from another environment.
package struct LaunchPlan: Sendable, Hashable {
  /// The profile's name, as `tasks_schemas` lists it.
  package var profile: String
  package var adapter: AdapterKind
  /// Absolute path of the program; absent for adapters that carry their own.
  package var executable: String?
  package var arguments: [String]
  /// Names the stored environment (a JSON object of strings); secret values are kept elsewhere.
  package var environment: ContentID?
  /// Names of variables whose values are in the task's own 0600 file until it ends.
  package var secretNames: [String]
  package var settings: AgentSettings
  /// Names whose quota it uses; absent means the profile's own.
  package var account: String?
  /// Program and arguments that are run in each new workspace before the agent.
  package var setup: [String] = []
  package var setupTimeoutSec = Self.usualSetupTimeoutSec

  package static let usualSetupTimeoutSec = 600

  package init(
    profile: String, adapter: AdapterKind, executable: String?, arguments: [String] = [],
    environment: ContentID? = nil, secretNames: [String] = [],
    settings: AgentSettings = AgentSettings(), account: String? = nil, setup: [String] = [],
    setupTimeoutSec: Int = usualSetupTimeoutSec
  ) {
    self.profile = profile
    self.adapter = adapter
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.secretNames = secretNames
    self.settings = settings
    self.account = account
    self.setup = setup
    self.setupTimeoutSec = setupTimeoutSec
  }

  /// Names whose quota it uses.
  package var accountInUse: String { account ?? profile }

  /// Tells whether what it does counts against what a day may cost.
  package var costsMoney: Bool { adapter != .shell }
}

/// Names how an agent is driven.
package enum AdapterKind: String, Sendable, Hashable, CaseIterable, JSONCodable {
  /// The brief is a POSIX script.
  case shell
  /// The profile's program reads the prompt on standard input.
  case command
  /// Claude Code, or a program that speaks its stream.
  case claude
  /// Codex: its app-server, or `exec` where the profile's first argument says so.
  case codex
  /// The profile's program takes a prompt and answers in prose.
  case text
  /// Any agent that speaks the Agent Client Protocol.
  case acp
  /// Is never started by us: outside workers take such tasks.
  case worker
  package static let json = Codec<AdapterKind>.enumeration

  /// Tells whether a model and an effort can be chosen for what it drives.
  package var hasModel: Bool {
    switch self {
    case .claude, .codex, .acp: true
    case .shell, .command, .text, .worker: false
    }
  }
}

/// Ties a request to its answer, so that a repeated call creates nothing twice.
package struct IdempotencyKey: Sendable, Hashable {
  package var key: String
  /// Hash of the canonical request body; another body under the same key is a conflict.
  package var digest: String

  package init(key: String, digest: String) {
    self.key = key
    self.digest = digest
  }
}

/// Holds what was asked for when the task was created: validated and resolved, never changed.
package struct TaskSpec: Sendable, Hashable {
  package var name: String
  package var title: String
  package var tags: [String] = []
  package var taskType: String
  package var outputKind: OutputKind = .artifact
  package var input: JSONValue
  package var inputCid: ContentID
  package var inputSchemaCid: ContentID
  /// Names the stored form of a type of the user's own, as it was at creation.
  package var typeCid: ContentID?
  package var references: [WorkReference] = []
  package var teamId: String = "local"
  package var diaryId: String?
  package var correlationId: String?
  package var parentId: TaskID?
  /// What must be true of other tasks before it may start.
  package var claimCondition: ClaimCondition?
  package var continuation: Continuation?
  /// 0 critical, 50 normal, 100 low.
  package var priority: Int = 50
  package var directory: String?
  package var workspace: WorkspaceMode = .sharedMount
  package var launch: LaunchPlan
  package var budget: Budget = Budget()
  package var dispatchTimeoutSec: Int = 300
  package var runningTimeoutSec: Int = 7200
  package var expiresAt: Timestamp?
  package var maxAttempts: Int = 1
  /// Who else may take it, where outside workers do.
  package var suitability = Suitability()
  /// Commands, run in the workspace after the agent claims success: program and arguments.
  package var checks: [[String]] = []
  package var idempotency: IdempotencyKey?
  /// The time of a schedule that it was made for.
  package var scheduled: ScheduledRun?

  package init(
    name: String, title: String, taskType: String, input: JSONValue, inputCid: ContentID,
    inputSchemaCid: ContentID, launch: LaunchPlan
  ) {
    self.name = name
    self.title = title
    self.taskType = taskType
    self.input = input
    self.inputCid = inputCid
    self.inputSchemaCid = inputSchemaCid
    self.launch = launch
  }

  /// The commit, branch or tag a worktree starts from, where one was named.
  package var revision: String? { input["execution"]?["revision"]?.stringValue }
}

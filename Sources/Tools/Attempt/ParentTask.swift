import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Is the task whose agent makes another, which gets no more than it has itself.
struct ParentTask: Sendable {
  private let record: TaskRecord
  /// What is left of its limits, without what its subtasks have been given.
  private let left: TaskLimits
  /// Must hold still when the subtask is stored.
  let guardian: Guardian
  /// Is what its own agent was given; the server that asks for it may have been given less.
  let environment: [String: String]

  init(_ own: OwnAttempt, in store: TaskStore) throws(StoreError) {
    record = own.record
    let family = try store.family(of: record.id)
    guardian = Guardian(parent: record.id, leaseId: own.ledger.leaseId, family: family)
    let budget = record.spec.budget.less(Budget(record.usage)).less(family.given)
    left = TaskLimits(
      budget: budget, dispatchTimeoutSec: record.spec.dispatchTimeoutSec,
      runningTimeoutSec: record.spec.runningTimeoutSec)
    let plain = try record.spec.launch.environment.map { (cid) throws(StoreError) in
      try store.environment(cid)
    }
    environment = try (plain ?? [:]).merging(store.secrets(of: record.id)) { $1 }
  }

  /// Commands are for those who run as commands themselves, with a person's leave.
  var mayRunCommands: Bool { record.spec.launch.adapter == .shell }

  /// Fills in what the parent decides; refuses what goes beyond it.
  func narrowed(
    _ input: TasksCreate.Input, _ type: TaskType
  ) throws(ToolFailure) -> TasksCreate.Input {
    var input = input
    if let named = input.grouping.parent,
      named.description != record.id.description, named.description != record.spec.name
    {
      throw .beyond("parent_id", "a task made here is part of \(record.spec.name)")
    }
    guard input.work.input?["continueFrom"] == nil else {
      throw .beyond("input", "a subtask starts anew; continueFrom is for the people")
    }
    input.grouping.parent = .id(record.id)
    if let team = input.grouping.team, team != record.spec.teamId {
      throw .beyond("team_id", "a subtask is in its parent's team")
    }
    input.grouping.team = record.spec.teamId
    input.grouping.correlation = input.grouping.correlation ?? record.spec.correlationId
    if type.name != Brief.commandType {
      input.place.profile = input.place.profile ?? record.spec.launch.profile
    }
    try place(&input, type)
    return input
  }

  /// A subtask works where its parent may, and never less apart from others' work.
  private func place(_ input: inout TasksCreate.Input, _ type: TaskType) throws(ToolFailure) {
    let execution = input.work.input?["execution"]
    let asked =
      input.place.workspace
      ?? execution?["workspace"]?.stringValue.flatMap(WorkspaceMode.init)
      ?? (execution?["revision"] == nil ? nil : .dedicatedWorktree)
    let wanted = asked ?? type.policy.workspaceMode
    let own = record.spec.workspace
    switch own {
    case .sharedMount: input.place.workspace = wanted
    case .dedicatedWorktree:
      guard asked != .sharedMount else {
        throw .beyond("workspace", "your own work is in a worktree")
      }
      input.place.workspace = wanted == .none ? wanted : .dedicatedWorktree
    case .none:
      guard asked ?? WorkspaceMode.none == .none, input.place.directory == nil else {
        throw .beyond("workspace", "you have no directory yourself")
      }
      input.place.workspace = WorkspaceMode.none
    }
    guard input.place.workspace != WorkspaceMode.none else { return }
    input.place.directory = input.place.directory ?? record.spec.directory
  }

  /// Checks what is known once everything is resolved, and lowers what may be lower.
  func bound(
    _ spec: inout TaskSpec, _ launch: inout Preflight.Resolved, _ given: Budget
  ) throws(ToolFailure) {
    if let directory = spec.directory, let own = record.spec.directory,
      !DirectoryPolicy.contains(own, directory)
    {
      throw .beyond("directory", "it is not in \(own), where you work")
    }
    try bound(&launch.plan)
    spec.launch = launch.plan
    guard launch.plan.adapter != .shell else { return lower(&spec, left.budget) }
    if let spent = left.budget.spent {
      throw ToolFailure(
        code: FailureReason.budgetExhausted.rawValue,
        summary: "Nothing is left of your own task's budget (\(spent)). Nothing was stored.",
        nextStep: "Do the work yourself, or end with what you have.")
    }
    lower(&spec, left.budget.share(given))
  }

  private func lower(_ spec: inout TaskSpec, _ share: Budget) {
    var most = left
    most.budget = share
    let limits = TaskLimits(
      budget: spec.budget, dispatchTimeoutSec: spec.dispatchTimeoutSec,
      runningTimeoutSec: spec.runningTimeoutSec
    ).lowered(by: most)
    spec.budget = limits.budget
    spec.dispatchTimeoutSec = limits.dispatchTimeoutSec ?? spec.dispatchTimeoutSec
    spec.runningTimeoutSec = limits.runningTimeoutSec ?? spec.runningTimeoutSec
  }

  private func bound(_ plan: inout LaunchPlan) throws(ToolFailure) {
    let own = record.spec.launch
    // Arguments of a profile may give its program any leave.
    let isHeld = plan.adapter.asksForLeave && plan.arguments.isEmpty
    guard
      isHeld || plan.profile == own.profile
        || own.adapter == .shell || own.settings.permissionMode == .all
    else {
      throw .beyond("profile", "\(plan.profile) cannot be held to what you may do")
    }
    if own.adapter.asksForLeave {
      plan.settings.permissionMode = min(plan.settings.permissionMode, own.settings.permissionMode)
      let folders = own.settings.directories + [record.spec.directory].compactMap { $0 }
      plan.settings.directories.removeAll { directory in
        !folders.contains { DirectoryPolicy.contains($0, directory) }
      }
    }
  }
}

extension AdapterKind {
  /// Tells whether its agents ask before they do what their permission mode does not cover.
  fileprivate var asksForLeave: Bool {
    switch self {
    case .claude, .codex, .acp: true
    case .shell, .command, .text, .worker: false
    }
  }
}

extension Budget {
  /// Gives the most a subtask may have of it: a quarter where it asks for nothing, so that something
  /// is left for the next, and never all, since its parent must live to read what it did.
  fileprivate func share(_ given: Budget) -> Budget {
    Budget(
      usd: usd.map { given.usd == nil ? $0 / 4 : $0 * 0.9 },
      tokens: tokens.map { given.tokens == nil ? max(1, $0 / 4) : max(1, $0 / 10 * 9) },
      turns: turns.map { given.turns == nil ? max(1, $0 / 4) : max(1, $0 - 1) })
  }

  /// Names a limit of which there is nothing left to give.
  fileprivate var spent: String? {
    if usd == 0 { return "usd" }
    if let tokens, tokens < 2 { return "tokens" }
    if let turns, turns < 2 { return "turns" }
    return nil
  }
}

extension ToolFailure {
  /// Says that an argument asks for more than the parent has.
  fileprivate static func beyond(_ argument: String, _ why: String) -> ToolFailure {
    .argument(argument, why, code: "beyond_parent", tool: "tasks_create")
  }
}

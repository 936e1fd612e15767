import JSON
import Tasks

extension TasksCreate {
  package struct Input: Budgeted {
    var work = Work()
    var place = Place()
    var grouping = Grouping()
    var prerequisites = Prerequisites()
    var limits = TaskLimits()
    var expiresInSec: Int?
    var maxAttempts = 1
    var suitability = Suitability()
    var checks: [[String]] = []
    var wait = false
    var key: String?
    var dryRun = false
    package var maxBytes = ByteBudget.usual

    /// Says what is to be done.
    struct Work: Sendable, Hashable {
      var brief: String?
      var input: JSONObject?
      var taskType = "freeform"
      var title: String?
      var name: String?
      var references: [Reference] = []
    }

    /// Names what it is about; exactly one of task, cid and url.
    struct Reference: Sendable, Hashable {
      var role = WorkReference.Role.context
      var task: TaskReference?
      var attemptN: Int?
      var outputCid: ContentID?
      var cid: ContentID?
      var url: String?
      var title: String?
    }

    /// Says where, and by whom.
    struct Place: Sendable, Hashable {
      var directory: String?
      var workspace: WorkspaceMode?
      var profile: String?
      var model: String?
      var effort: String?
    }

    /// Says what of other tasks must be true before it may start.
    struct Prerequisites: Sendable, Hashable {
      /// Must all have completed.
      var tasks: [TaskReference] = []
      /// Is a claim condition that may name tasks by name.
      var condition: JSONObject?
    }

    /// Says what it belongs to.
    struct Grouping: Sendable, Hashable {
      var priority = 50
      var tags: [String] = []
      var parent: TaskReference?
      var correlation: String?
      var team: String?
      var diary: String?
    }
  }
}

extension TasksCreate.Input: JSONCodable {
  package static let json = Codec.object(
    assembled, unknownKeys: .refused,
    optional(
      "brief", \.work.brief, .text(1...100_000),
      "What to do, in full."),
    optional("input", \.work.input, .anyObject, "The type's input, as tasks_schemas shows it."),
    defaulted("task_type", \.work.taskType, group, "freeform", "Type of task."),
    optional("title", \.work.title, .text(1...200), "One line."),
    optional("name", \.work.name, taskName, "Unique slug."),
    defaulted(
      "references", \.work.references,
      .array(of: Reference.json, count: 0...WorkReference.most), [],
      "Each a task's output, staged content (cid) or a url."),
    optional(
      "directory", \.place.directory, .text(1...4096),
      "Absolute; default where the server was started."),
    optional(
      "workspace", \.place.workspace, WorkspaceMode.json,
      "shared_mount: the directory; dedicated_worktree: a git worktree; none: empty folder."),
    optional("profile", \.place.profile, group, "Who runs it; see tasks_schemas."),
    defaulted(
      "allowed_profiles", \.suitability.profiles, .array(of: group, count: 0...50), [],
      "Whose workers may take it, too."),
    defaulted(
      "required_tools", \.suitability.tools, .array(of: group, count: 0...50), [],
      "Tools a worker must have."),
    defaulted(
      "required_executor_trust_level", \.suitability.trust, TrustLevel.json, .selfDeclared,
      "Of a worker."),
    optional("model", \.place.model, .text(1...200), "The model it is to use."),
    optional("effort", \.place.effort, .text(1...32), "How hard it is to think."),
    defaulted(
      "priority", \.grouping.priority, .int(0...100), 50, "0 critical, 50 normal, 100 low."),
    defaulted(
      "tags", \.grouping.tags, .array(of: .text(1...64), count: 0...50), [],
      "Words to find it by."),
    optional("parent_id", \.grouping.parent, .reference, "Task it is a part of."),
    defaulted(
      "depends_on", \.prerequisites.tasks,
      .array(of: .reference, count: 0...ClaimCondition.Limit.tasks), [],
      "Tasks to complete first."),
    optional(
      "claim_condition", \.prerequisites.condition, .anyObject,
      "{op: all|any, conditions}, {op: task_status, taskId, statuses}, {op: task_accepted, taskId}."
    ),
    optional(
      "correlation_id", \.grouping.correlation, group, "Your id for what belongs together."),
    TaskPlace.teamField(\.grouping.team),
    optional("diary_id", \.grouping.diary, group, "Diary it belongs to."),
    optional(
      "dispatch_timeout_sec", \.limits.dispatchTimeoutSec, .int(1...86_400),
      "Longest time to start."),
    optional(
      "running_timeout_sec", \.limits.runningTimeoutSec, .int(1...604_800), "Longest time to run."),
    optional(
      "expires_in_sec", \.expiresInSec, .int(1...31_536_000), "Latest start."),
    optional("budget_usd", \.limits.budget.usd, .double(0...1_000_000), "Most it may cost."),
    optional("budget_tokens", \.limits.budget.tokens, .int(1 ... .max), "Most tokens."),
    optional("max_turns", \.limits.budget.turns, .int(1...1_000_000), "Most turns of the agent."),
    defaulted(
      "max_attempts", \.maxAttempts, .int(1...100), 1, "How often workers may try it."),
    defaulted(
      "checks", \.checks,
      .array(
        of: .array(of: .text(1...20_000), count: 1...CheckEvidence.mostWords),
        count: 0...CheckEvidence.most), [],
      "Commands (argv) that must pass in the workspace afterwards."),
    defaulted("wait", \.wait, .bool, false, "Wait for its end, up to 40 s."),
    optional(
      "idempotency_key", \.key, group,
      "Same key, same task: safe to repeat."),
    defaulted("dry_run", \.dryRun, .bool, false, "Check everything, store nothing."),
    ByteBudget.field(\.maxBytes))

  private static let group = TaskPlace.groupName
  private static let taskName = Codec<String>.string(
    pattern: TaskName.pattern, expected: "a name like fix-login-test (2 to 63 of a-z, 0-9, -)",
    check: TaskName.isValid)

  private static func assembled(
    brief: String?, input: JSONObject?, taskType: String, title: String?, name: String?,
    references: [Reference], directory: String?, workspace: WorkspaceMode?, profile: String?,
    allowedProfiles: [String], requiredTools: [String], trust: TrustLevel, model: String?,
    effort: String?, priority: Int, tags: [String], parent: TaskReference?,
    dependsOn: [TaskReference], condition: JSONObject?, correlation: String?, team: String?,
    diary: String?,
    dispatchTimeoutSec: Int?, runningTimeoutSec: Int?, expiresInSec: Int?, usd: Double?,
    tokens: Int?, turns: Int?, maxAttempts: Int, checks: [[String]], wait: Bool, key: String?,
    dryRun: Bool,
    maxBytes: Int
  ) -> TasksCreate.Input {
    TasksCreate.Input(
      work: Work(
        brief: brief, input: input, taskType: taskType, title: title, name: name,
        references: references),
      place: Place(
        directory: directory, workspace: workspace, profile: profile, model: model,
        effort: effort),
      grouping: Grouping(
        priority: priority, tags: tags, parent: parent, correlation: correlation, team: team,
        diary: diary),
      prerequisites: Prerequisites(tasks: dependsOn, condition: condition),
      limits: TaskLimits(
        budget: Budget(usd: usd, tokens: tokens, turns: turns),
        dispatchTimeoutSec: dispatchTimeoutSec, runningTimeoutSec: runningTimeoutSec),
      expiresInSec: expiresInSec, maxAttempts: maxAttempts,
      suitability: Suitability(profiles: allowedProfiles, tools: requiredTools, trust: trust),
      checks: checks, wait: wait, key: key, dryRun: dryRun,
      maxBytes: maxBytes)
  }

  /// Hashes what was asked for, in one spelling; how the answer is given is no part of it.
  func digest(of input: JSONValue) throws(CanonicalFormError) -> String {
    var request = self
    request.work.brief = nil
    request.work.input = input.objectValue
    request.wait = false
    request.key = nil
    request.dryRun = false
    request.maxBytes = ByteBudget.usual
    return Hex.encode(SHA256.hash(try Self.json.value(of: request).canonical))
  }
}

extension TasksCreate.Input.Reference: JSONCodable {
  static let json = Codec.object(
    Self.init(role:task:attemptN:outputCid:cid:url:title:), unknownKeys: .refused,
    defaulted("role", \.role, WorkReference.Role.json, .context),
    optional("task_id", \.task, .reference),
    optional("attempt_n", \.attemptN, .int(1...100_000)),
    optional("output_cid", \.outputCid, .contentID),
    optional("cid", \.cid, .contentID),
    optional("url", \.url, .text(1...2_000)),
    optional("title", \.title, .text(1...200)))
}

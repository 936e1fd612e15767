import JSON

extension Budget: JSONCodable {
  package static let json = Codec.object(
    Self.init(usd:tokens:turns:),
    optional("usd", \.usd, .double(0...1_000_000), "US dollars."),
    optional("tokens", \.tokens, .int(0 ... .max), "Tokens of all kinds."),
    optional("turns", \.turns, .int(0 ... .max), "Turns of the agent."))
}

extension IdempotencyKey: JSONCodable {
  package static let json = Codec.object(
    Self.init(key:digest:),
    required("key", \.key, .string(length: 1...200), "The caller's key."),
    required("digest", \.digest, .string, "Hash of the canonical request."))
}

extension LaunchPlan: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      profile:adapter:executable:arguments:environment:secretNames:settings:account:setup:
      setupTimeoutSec:),
    required("profile", \.profile, .string, "The profile's name."),
    required("adapter", \.adapter, AdapterKind.json, "How the agent is driven."),
    optional("executable", \.executable, .string, "Absolute path of the program."),
    defaulted("arguments", \.arguments, .array(of: .string), [], "Its arguments."),
    optional("environment", \.environment, .contentID, "The stored environment."),
    defaulted("secretNames", \.secretNames, .array(of: .string), [], "Variables kept apart."),
    defaulted(
      "settings", \.settings, AgentSettings.json, AgentSettings(), "What the agent works with."),
    optional("account", \.account, .string, "Whose quota it uses."),
    defaulted("setup", \.setup, .array(of: .string), [], "Run in each new workspace."),
    defaulted(
      "setupTimeoutSec", \.setupTimeoutSec, .int(Reckonable.seconds),
      LaunchPlan.usualSetupTimeoutSec, "Longest time for that."))
}

extension TaskSpec: JSONCodable {
  package static let json = Codec.object(
    Self.assembled,
    required("name", \.name, .string, "Slug, unique in the store."),
    required("title", \.title, .string, "One line for people."),
    defaulted("tags", \.tags, .array(of: .string), [], "Words to find it by."),
    required("taskType", \.taskType, .string, "A registered type."),
    defaulted("outputKind", \.outputKind, OutputKind.json, .artifact, "What it hands in."),
    required("input", \.input, .any, "The validated input."),
    required("inputCid", \.inputCid, .contentID, "Content id of the canonical input."),
    required("inputSchemaCid", \.inputSchemaCid, .contentID, "Content id of its schema."),
    optional("typeCid", \.typeCid, .contentID, "The type, where it is the user's own."),
    defaulted(
      "references", \.references, .array(of: WorkReference.json), [], "What it is about."),
    defaulted("teamId", \.teamId, .string, "local", "Team that can see it."),
    optional("diaryId", \.diaryId, .string, "Opaque grouping id."),
    optional("correlationId", \.correlationId, .string, "Opaque grouping id."),
    optional("parentId", \.parentId, TaskID.json, "The task that made it."),
    optional(
      "claimCondition", \.claimCondition, ClaimCondition.json, "What must be true before."),
    optional("continuation", \.continuation, Continuation.json, "What it carries on."),
    defaulted("priority", \.priority, .int(0...100), 50, "0 critical, 50 normal, 100 low."),
    optional("directory", \.directory, .string, "Absolute, resolved."),
    defaulted("workspace", \.workspace, WorkspaceMode.json, .sharedMount, "Where it works."),
    required("launch", \.launch, LaunchPlan.json, "What the creator resolved."),
    defaulted("budget", \.budget, Budget.json, Budget(), "What it may use."),
    defaulted(
      "dispatchTimeoutSec", \.dispatchTimeoutSec, .int(Reckonable.seconds), 300,
      "Claim to start."),
    defaulted(
      "runningTimeoutSec", \.runningTimeoutSec, .int(Reckonable.seconds), 7200, "Start to end."),
    optional("expiresAt", \.expiresAt, .timestamp, "When it no longer makes sense to start."),
    defaulted("maxAttempts", \.maxAttempts, .int(1...100), 1, "How often it may be tried."),
    defaulted(
      "suitability", \.suitability, Suitability.json, Suitability(), "Which workers may take it."),
    defaulted(
      "checks", \.checks, .array(of: .array(of: .string)), [], "What is run after the claim."),
    optional("idempotency", \.idempotency, IdempotencyKey.json, "Ties repeats to it."),
    optional("scheduled", \.scheduled, ScheduledRun.json, "What it was made for."))

  private static func assembled(
    name: String, title: String, tags: [String], taskType: String, outputKind: OutputKind,
    input: JSONValue, inputCid: ContentID, inputSchemaCid: ContentID, typeCid: ContentID?,
    references: [WorkReference], teamId: String, diaryId: String?, correlationId: String?,
    parentId: TaskID?, claimCondition: ClaimCondition?, continuation: Continuation?,
    priority: Int,
    directory: String?, workspace: WorkspaceMode, launch: LaunchPlan, budget: Budget,
    dispatchTimeoutSec: Int, runningTimeoutSec: Int, expiresAt: Timestamp?, maxAttempts: Int,
    suitability: Suitability, checks: [[String]], idempotency: IdempotencyKey?,
    scheduled: ScheduledRun?
  ) -> TaskSpec {
    var spec = TaskSpec(
      name: name, title: title, taskType: taskType, input: input, inputCid: inputCid,
      inputSchemaCid: inputSchemaCid, launch: launch)
    spec.tags = tags
    spec.outputKind = outputKind
    spec.typeCid = typeCid
    spec.references = references
    spec.teamId = teamId
    spec.diaryId = diaryId
    spec.correlationId = correlationId
    spec.parentId = parentId
    spec.claimCondition = claimCondition
    spec.continuation = continuation
    spec.priority = priority
    spec.directory = directory
    spec.workspace = workspace
    spec.budget = budget
    spec.dispatchTimeoutSec = dispatchTimeoutSec
    spec.runningTimeoutSec = runningTimeoutSec
    spec.expiresAt = expiresAt
    spec.maxAttempts = maxAttempts
    spec.suitability = suitability
    spec.checks = checks
    spec.idempotency = idempotency
    spec.scheduled = scheduled
    return spec
  }
}

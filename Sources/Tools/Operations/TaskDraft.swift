import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Is a task checked and resolved in every part, of which nothing is stored yet.
struct TaskDraft: Sendable {
  var spec: TaskSpec
  var type: TaskType
  var launch: Preflight.Resolved
  var nameIsGiven: Bool
}

extension TasksCreate {
  /// Checks the rest part by part: who would run it, where, and within which limits.
  func drafted(
    _ order: TaskOrder, _ caller: Caller, within parent: ParentTask?
  ) throws(ToolFailure) -> TaskDraft {
    let configuration = try workshop.configuration()
    let mayRunCommands = parent?.mayRunCommands ?? mayRunCommands(caller, configuration)
    var order = order
    let source = try source(of: order)
    if let source, order.input.place.profile == nil {
      order.input.place.profile = source.record.spec.launch.profile
    }
    let (input, type) = (order.input, order.type)
    if type.name == Brief.commandType, !mayRunCommands {
      throw .commandsNotAllowed("Type \(type.name)", pointer: "task_type")
    }
    if !input.checks.isEmpty, !mayRunCommands {
      throw .commandsNotAllowed("The argument checks", pointer: "checks")
    }
    let preflight = try workshop.preflight(
      configuration, environment: parent?.environment)
    var (launch, place) = try preflighted(order, after: source, preflight)
    if launch.plan.adapter == .shell, !mayRunCommands {
      throw .commandsNotAllowed("Profile \(launch.plan.profile)", pointer: "profile")
    }
    try settle(&launch, input.place)
    try checkForWorkers(input, launch.plan, preflight.catalog)
    try checkVariables(order.payload, type, launch.profile, configuration)
    var continuation: Continuation?
    if let source { (order, continuation) = try continued(order, source, by: launch.plan) }
    var spec = try identified(order, launch)
    spec.continuation = continuation
    spec.correlationId = spec.correlationId ?? source?.record.spec.correlationId
    spec.checks = input.checks
    spec.maxAttempts = input.maxAttempts
    spec.suitability = input.suitability
    (spec.directory, spec.workspace) = place
    spec.teamId = input.grouping.team ?? configuration.team
    spec.references = try bound(input.work.references, input.grouping.team)
    spec.parentId = try input.grouping.parent.map { (parent) throws(ToolFailure) in
      try workshop.find(
        TaskPlace(task: parent, team: input.grouping.team, diary: nil),
        at: JSONPointer(tokens: ["parent_id"])
      ).id
    }
    spec.claimCondition = try condition(of: input, after: source, within: spec.parentId)
    try check(spec, type)
    try checkPack(spec)
    try setApart(&spec, type, input.place)
    bound(&spec, input, TaskLimits.ceiling(configuration: configuration, profile: launch.profile))
    try parent?.bound(&spec, &launch, input.limits.budget)
    return TaskDraft(
      spec: spec, type: type, launch: launch, nameIsGiven: input.work.name != nil)
  }

  /// Settles who and where; trouble with the one does not hide trouble with the other.
  private func preflighted(
    _ order: TaskOrder, after source: TaskSource?, _ preflight: Preflight
  ) throws(ToolFailure) -> (Preflight.Resolved, (String?, WorkspaceMode)) {
    let place = Result { () throws(ToolFailure) in
      if let source { return try inherited(source, preflight) }
      return try workspace(order, preflight)
    }
    do throws(ToolFailure) {
      return (try launch(order.input, order.type, preflight), try place.get())
    } catch {
      guard case .failure(let other) = place, other != error else { throw error }
      var both = error
      both.faults += other.faults.map { Fault(pointer: $0.pointer, message: other.summary) }
      throw both
    }
  }

  /// Tells whether a caller may have commands of its own choice run.
  func hasLeave(_ caller: Caller) -> Bool {
    mayRunCommands(caller, workshop.usableConfiguration())
  }

  private func mayRunCommands(_ caller: Caller, _ configuration: Configuration) -> Bool {
    if caller.isAtTerminal { return true }
    // What the list of tools promised when it was read stays true; leave can be taken back.
    return mayRunCommands
      && (workshop.setting.allowsCommands || configuration.allowCommands)
  }

  private func launch(
    _ input: Input, _ type: TaskType, _ preflight: Preflight
  ) throws(ToolFailure) -> Preflight.Resolved {
    let isCommand = type.name == Brief.commandType
    let wanted = input.place.profile ?? (isCommand ? AgentProfile.shell.name : nil)
    let resolved: Preflight.Resolved
    do throws(PreflightError) {
      resolved = try preflight.resolve(profile: wanted)
    } catch {
      throw ToolFailure(error)
    }
    guard !isCommand || resolved.plan.adapter == .shell else {
      throw .argument(
        "profile", "type command is run by profile shell only", code: "profile_unsuitable",
        tool: name)
    }
    // What runs as a script must be somebody's own words, not a template's.
    let hasBrief = type.inputSchema["properties"]?["brief"] != nil
    guard isCommand || resolved.plan.adapter != .shell || hasBrief else {
      throw .argument(
        "profile", "type \(type.name) has no brief for profile shell to run; name an agent's",
        code: "profile_unsuitable", tool: name)
    }
    return resolved
  }

  /// Takes the model and effort that were asked for in place of the profile's.
  private func settle(
    _ launch: inout Preflight.Resolved, _ place: Input.Place
  ) throws(ToolFailure) {
    for (argument, value) in [("model", place.model), ("effort", place.effort)] {
      guard value != nil, !launch.plan.adapter.hasModel else { continue }
      throw .argument(
        argument, "profile \(launch.plan.profile) has no model of its own to choose",
        code: "profile_unsuitable", tool: name)
    }
    launch.plan.settings.model = place.model ?? launch.plan.settings.model
    launch.plan.settings.effort = place.effort ?? launch.plan.settings.effort
  }

  /// Tells what is said about workers of a task that we run ourselves, and the other way about.
  private func checkForWorkers(
    _ input: Input, _ plan: LaunchPlan, _ catalog: ProfileCatalog
  ) throws(ToolFailure) {
    let isForWorkers = plan.adapter == .worker
    let wishes = [
      ("allowed_profiles", !input.suitability.profiles.isEmpty),
      ("required_tools", !input.suitability.tools.isEmpty),
      ("required_executor_trust_level", input.suitability.trust > .selfDeclared),
      ("max_attempts", input.maxAttempts > 1),
    ]
    for (argument, isWished) in wishes where isWished && !isForWorkers {
      throw .argument(
        argument, "is for profiles of adapter worker; \(plan.profile) is run here",
        code: "profile_unsuitable", tool: name)
    }
    let known = catalog.names
    for (index, profile) in input.suitability.profiles.enumerated() where !known.contains(profile) {
      let hint = Nearest.hint(for: profile, among: known)
      throw ToolFailure(
        code: FailureCode.notFound.rawValue,
        summary: "Nobody could take the task. Nothing was stored.",
        faults: [
          Fault(
            pointer: JSONPointer(tokens: ["allowed_profiles"]).appending(index: index),
            message: "there is no profile of that name\(hint)")
        ], nextStep: "Name profiles that tasks_schemas lists, and call \(name) again.")
    }
    guard !isForWorkers || input.checks.isEmpty else {
      throw .argument(
        "checks", "are run where an agent of ours worked; \(plan.profile) is for outside workers",
        code: "profile_unsuitable", tool: name)
    }
  }

  /// Lets a command set only variables that the configuration lets through to agents at all.
  private func checkVariables(
    _ payload: JSONValue, _ type: TaskType, _ profile: AgentProfile,
    _ configuration: Configuration
  ) throws(ToolFailure) {
    guard type.name == Brief.commandType, let given = payload["env"]?.objectValue else { return }
    let allowed = Set(
      AgentEnvironment.allowed + configuration.env.pass + profile.passedNames
        + profile.environment.keys)
    let faults = given.keys
      .filter { !allowed.contains($0) && !$0.hasPrefix(AgentEnvironment.allowedPrefix) }
      .map {
        Fault(
          pointer: JSONPointer(tokens: ["input", "env", $0]),
          message: "not among the variables of env.pass in the configuration")
      }
    guard faults.isEmpty else { throw .invalidInput(faults, of: type.name) }
  }

  /// Names it; what is shown wherever the task is holds no secret.
  private func identified(
    _ order: TaskOrder, _ launch: Preflight.Resolved
  ) throws(ToolFailure) -> TaskSpec {
    let (input, type) = (order.input, order.type)
    let redactor = Redactor(launch.secrets)
    if let name = input.work.name, redactor.redacted(name) != name {
      throw .argument(
        "name", "looks like a secret, which names are not kept for", code: "secret_in_name",
        tool: self.name)
    }
    var random = SystemRandomNumberGenerator()
    let words = redactor.redacted(Self.words(of: order.payload))
    let given = input.work.title.map { redactor.redacted($0) }
    let title = CleanText.line(given ?? words, limit: Self.titleLimit)
    var spec = TaskSpec(
      name: input.work.name
        ?? TaskName.make(title: given, brief: words, using: &random),
      title: title.isEmpty ? type.title : title, taskType: type.name, input: order.payload,
      inputCid: order.inputCid, inputSchemaCid: type.inputSchemaCid, launch: launch.plan)
    spec.outputKind = type.outputKind
    spec.tags = input.grouping.tags.map { CleanText.line(redactor.redacted($0), limit: 64) }
    spec.priority = input.grouping.priority
    spec.correlationId = input.grouping.correlation
    spec.diaryId = input.grouping.diary
    spec.idempotency = order.key
    return spec
  }

  private func bound(_ spec: inout TaskSpec, _ input: Input, _ ceiling: TaskLimits) {
    let limits = ceiling.lowered(by: input.limits)
    spec.budget = limits.budget
    if let seconds = limits.dispatchTimeoutSec { spec.dispatchTimeoutSec = seconds }
    if let seconds = limits.runningTimeoutSec { spec.runningTimeoutSec = seconds }
    spec.expiresAt = input.expiresInSec.map {
      Timestamp.now.adding(milliseconds: Int64($0) * 1000)
    }
  }

  /// Gives the words that say what it is about: the brief's first line, or the command.
  private static func words(of payload: JSONValue) -> String {
    let text =
      payload["title"]?.stringValue ?? payload["brief"]?.stringValue
      ?? payload["script"]?.stringValue ?? payload["taskPrompt"]?.stringValue
      ?? (payload["argv"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
    let line = text.prefix(4_000).split(whereSeparator: \.isNewline).first
    return String(line ?? "")
  }

  private static let titleLimit = 80
}

extension ToolFailure {
  static func invalidInput(
    _ faults: [Fault], of type: String, tool: String = "tasks_create"
  ) -> ToolFailure {
    ToolFailure(
      code: "task_validation_failed",
      summary: "The input does not fit type \(type). Nothing was stored.", faults: faults,
      nextStep:
        "Correct it and call \(tool) again; tasks_schemas with the type has its schema.")
  }
}

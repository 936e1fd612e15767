import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Is the attempt that a new task goes on with, found and fit for it.
struct TaskSource: Sendable {
  var record: TaskRecord
  var attempt: Attempt
  var mode: Continuation.Mode
  /// The conversation is not wanted, only what it came to.
  var startsAnew: Bool
}

// Going on with an earlier attempt, which an input says in `continueFrom`.
extension TasksCreate {
  /// Finds the source; nil where the input names none.
  func source(of order: TaskOrder) throws(ToolFailure) -> TaskSource? {
    guard let wish = order.payload["continueFrom"] else { return nil }
    let input = order.input
    if order.execution["workspace"] != nil || input.place.workspace != nil {
      throw .continuing(
        "executionWorkspaceNotInheritable", "A continuation works where its source did",
        at: ["execution", "workspace"], next: "Leave the workspace out; mode fork works apart.")
    }
    if input.place.directory != nil {
      throw .argument("directory", "a continuation works where its source did", tool: name)
    }
    let record = try sourceTask(TaskReference(wish["taskId"]?.stringValue ?? ""), input)
    guard let type = workshop.types()[record.spec.taskType], type.policy.resumable else {
      throw .continuing(
        "sourceTaskTypeNotSupported", "Type \(record.spec.taskType) cannot be gone on with",
        at: ["taskId"], next: "Create a new task that says all it needs.")
    }
    let settled = record.attempts.filter(\.status.isTerminal)
    let wanted = wish["attemptN"]?.intValue
    let chosen =
      wanted.map { wanted in settled.first { $0.attemptN == wanted } }
      ?? (settled.first { $0.attemptN == record.acceptedAttemptN }
        ?? settled.last { $0.session?.isResumable == true } ?? settled.last)
    guard let chosen else {
      throw .continuing(
        "sourceAttemptNotCompleted",
        "\(record.spec.name) has no \(wanted.map { "attempt \($0)" } ?? "attempt") that has ended",
        at: ["attemptN"],
        next: "Call tasks_wait until it has, then call again; or name another attempt.")
    }
    return TaskSource(
      record: record, attempt: chosen,
      mode: wish["mode"]?.stringValue.flatMap(Continuation.Mode.init) ?? .extend,
      startsAnew: wish["session"]?.stringValue == "new")
  }

  private func sourceTask(
    _ reference: TaskReference, _ input: Input
  ) throws(ToolFailure) -> TaskRecord {
    let place = TaskPlace(task: reference, team: input.grouping.team, diary: nil)
    let pointer = JSONPointer(tokens: ["input", "continueFrom", "taskId"])
    do throws(ToolFailure) {
      return try workshop.find(place, at: pointer)
    } catch {
      guard error.kind == .notFound else { throw error }
      var failure = error
      failure.code = FailureCode.sourceNotFound.rawValue
      throw failure
    }
  }

  /// Writes into the order what the source turned out to be; where the conversation is not gone on
  /// with, a briefing takes its place.
  func continued(
    _ order: TaskOrder, _ source: TaskSource, by plan: LaunchPlan
  ) throws(ToolFailure) -> (TaskOrder, Continuation) {
    var order = order
    var input = order.payload.objectValue ?? [:]
    var wish: JSONObject = [
      "taskId": .string(source.record.id.description),
      "attemptN": .integer(source.attempt.attemptN), "mode": .string(source.mode.rawValue),
    ]
    let session = try session(of: source, for: plan)
    if session == nil {
      wish["session"] = "new"
      let store = try workshop.store()
      let briefing = try naming { () throws(StoreError) in
        try Briefing.text(
          of: source.record, source.attempt, for: plan.profile, in: store)
      }
      let given = input["context"]?.stringValue.map { $0 + "\n\n" } ?? ""
      input["context"] = .string(given + briefing)
    }
    input["continueFrom"] = .object(wish)
    order.payload = .object(input)
    let faults = order.type.faults(
      inInput: order.payload, at: JSONPointer(tokens: ["input"]))
    guard faults.isEmpty else { throw .invalidInput(faults, of: order.type.name) }
    do throws(CanonicalFormError) {
      order.inputCid = ContentID(json: try order.payload.canonical)
    } catch {
      throw .argument("input", "it has no canonical form: \(error)", tool: name)
    }
    return (
      order,
      Continuation(
        taskId: source.record.id, attemptN: source.attempt.attemptN, mode: source.mode,
        session: session, workspace: source.attempt.workspace)
    )
  }

  /// Gives the conversation to go on with; nil to hand the work over.
  private func session(
    of source: TaskSource, for plan: LaunchPlan
  ) throws(ToolFailure) -> AttemptSession? {
    if source.startsAnew { return nil }
    if let session = source.attempt.session, !session.canBeTakenUp(by: plan) { return nil }
    if let session = source.attempt.session, session.isResumable { return session }
    if plan.profile != source.record.spec.launch.profile { return nil }
    throw ToolFailure(
      code: FailureReason.sessionUnavailable.rawValue,
      summary:
        "The conversation of attempt \(source.attempt.attemptN) of \(source.record.spec.name) "
        + "is not kept. Nothing was stored.",
      faults: [
        Fault(
          pointer: JSONPointer(tokens: ["input", "continueFrom", "taskId"]),
          message: "has no conversation to go on with")
      ],
      nextStep: "Call again with session new: the agent then starts from a briefing.")
  }

  /// Gives where the continuation works: where its source did, or apart from it.
  func inherited(
    _ source: TaskSource, _ preflight: Preflight
  ) throws(ToolFailure) -> (directory: String?, mode: WorkspaceMode) {
    let spec = source.record.spec
    let left = source.attempt.workspace?.mode ?? spec.workspace
    let directory = try spec.directory.map { (path) throws(ToolFailure) in
      do throws(PreflightError) { return try preflight.directory(path) } catch {
        throw ToolFailure(error)
      }
    }
    return (directory, source.mode == .fork ? .dedicatedWorktree : left)
  }
}

extension TaskSource {
  /// Waits for the source while it runs again; an end it has now is good enough.
  var condition: ClaimCondition {
    let now = record.status
    return .taskStatus(
      record.id, now.isTerminal && now != .completed ? [.completed, now] : [.completed])
  }
}

extension ToolFailure {
  /// Says why a source cannot be gone on with, by the code that clients know.
  static func continuing(
    _ code: String, _ what: String, at tokens: [String], next: String
  ) -> ToolFailure {
    let place = tokens[0] == "execution" ? tokens : ["continueFrom"] + tokens
    return ToolFailure(
      code: "freeform.\(code)",
      summary: "\(what). Nothing was stored.",
      faults: [
        Fault(
          pointer: JSONPointer(tokens: ["input"] + place), message: "cannot be gone on with")
      ], nextStep: next)
  }
}

import Agents
import JSON
import MCP
import Posix
import TaskStore
import Tasks

/// Sends an ended task back to the queue for one more attempt.
package struct TasksRetry: TaskTool {
  package let workshop: Workshop
  let mayRunCommands: Bool
  package let name = "tasks_retry"
  package let title = "Try a task again"
  package let summary = """
    Gives an ended task one more attempt; the earlier ones stay. One that waits for its quota \
    goes on where it was.
    """
  package let group = Toolset.review

  package var hints: ToolHints { .changing(mayRunCommands: mayRunCommands) }

  package struct Input: JSONCodable {
    var task: TaskReference
    var reason: String
    var brief: String?
    var profile: String?
    var session: TasksContinue.Input.Session
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      required("reason", \.reason, .text(1...20_000), "Why; the next attempt is told."),
      optional("brief", \.brief, .text(1...100_000), "A new brief."),
      optional("profile", \.profile, TaskPlace.groupName, "Who runs it now."),
      defaulted("session", \.session, TasksContinue.Input.Session.json, .new, "Its conversation."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  /// Whoever owned the last attempt may still be tidying up.
  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    try workshop.mayChange()
    let task = try workshop.find(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    if task.isPaused { return try goOn(task, input, caller) }
    guard task.status.isTerminal else { throw .notEnded(task) }
    let relaunch = try workshop.relaunch(
      task, profile: input.profile, mayRunCommands: mayRunCommands, caller)
    var order = Workshop.Return(
      reason: CleanText.line(input.reason, limit: 2_000), feedback: input.reason)
    order.change = try input.brief.map { (brief) throws(ToolFailure) in
      try changed(task, brief)
    }
    if input.session == .resume { order.resumes = try resumed(task, relaunch.plan) }
    return try ChangedTask(try workshop.sendBack(task, order, relaunch, caller), workshop)
  }

  /// Lets a task that a quota stopped go on in its conversation, which knows its brief.
  private func goOn(
    _ task: TaskRecord, _ input: Input, _ caller: Caller
  ) throws(ToolFailure) -> ChangedTask {
    for (argument, value) in [("brief", input.brief), ("profile", input.profile)] where value != nil
    {
      throw .argument(argument, "it goes on as it was; cancel it first", tool: name)
    }
    let team = task.spec.teamId
    guard try workshop.resume(.id(task.id), team: team, caller) == .resumed else {
      throw .notEnded(task)
    }
    return try ChangedTask(
      try workshop.find(TaskPlace(task: .id(task.id), team: team, diary: nil)), workshop)
  }

  /// Names the attempt whose conversation is gone on with: the latest that has one.
  private func resumed(_ task: TaskRecord, _ plan: LaunchPlan) throws(ToolFailure) -> Int {
    let latest = task.attempts.last { $0.session?.isResumable == true }
    guard let latest, let session = latest.session else {
      throw .argument(
        "session", "no attempt has left a conversation",
        code: FailureReason.sessionUnavailable.rawValue, tool: name)
    }
    guard session.adapter == plan.adapter, session.program == plan.executable.map(Path.name) else {
      throw .argument(
        "session", "profile \(plan.profile) cannot take up the conversation of another agent",
        code: FailureReason.sessionUnavailable.rawValue, tool: name)
    }
    return latest.attemptN
  }

  /// Puts another brief into the input, which must still fit its type.
  private func changed(
    _ task: TaskRecord, _ brief: String
  ) throws(ToolFailure) -> Retry.Change {
    let store = try workshop.store()
    let type = try naming { () throws(StoreError) in try store.type(of: task.spec) }
    var input = task.spec.input.objectValue ?? [:]
    input["brief"] = .string(brief)
    let faults = type.faults(inInput: .object(input)).map { fault in
      Fault(
        pointer: fault.pointer.tokens == ["brief"] ? fault.pointer : .root, message: fault.message)
    }
    guard faults.isEmpty else { throw .invalidInput(faults, of: type.name, tool: name) }
    do throws(CanonicalFormError) {
      let value = JSONValue.object(input)
      return Retry.Change(input: value, inputCid: ContentID(json: try value.canonical))
    } catch {
      throw .argument("brief", "it has no canonical form: \(error)", tool: name)
    }
  }
}

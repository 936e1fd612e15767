import JSON
import MCP
import TaskStore
import Tasks

/// Accepts or rejects what a completed attempt handed in.
package struct TasksVerify: TaskTool {
  package let workshop: Workshop
  let mayRunCommands: Bool
  package let name = "tasks_verify"
  package let title = "Accept or reject a result"
  package let summary = """
    Records the user's verdict on a completed attempt, the latest if none is named: a rejected one \
    does not count. With retry_with_feedback its comments go to one more attempt.
    """
  package let group = Toolset.review

  package var hints: ToolHints { .changing(mayRunCommands: mayRunCommands) }

  package struct Input: JSONCodable {
    var task: TaskReference
    var accepted: Bool
    var attemptN: Int?
    var reviewer: String?
    var comments: String?
    var sendsBack: Bool
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      required("accepted", \.accepted, .bool, "The verdict."),
      optional("attempt_n", \.attemptN, .int(1...100_000), "Attempt."),
      optional("reviewer", \.reviewer, .text(1...200), "Who decided."),
      optional("comments", \.comments, .text(1...20_000), "Why."),
      defaulted("retry_with_feedback", \.sendsBack, .bool, false, "Try again with the comments."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  /// Whoever owned the last attempt may still be tidying up.
  package func waits(_ input: Input) -> Bool { input.sendsBack }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    try workshop.mayChange()
    if input.sendsBack, input.accepted {
      throw .argument("retry_with_feedback", "goes with a rejection only", tool: name)
    }
    if input.sendsBack, input.comments == nil {
      throw .argument("comments", "required with retry_with_feedback", tool: name)
    }
    let task = try workshop.find(TaskPlace(task: input.task, team: input.team, diary: input.diary))
    guard
      let number = input.attemptN
        ?? task.attempts.last(where: { $0.status == .completed })?.attemptN
    else { throw .nothingToReview(task) }
    if let given = input.attemptN, try task.attempt(given).status != .completed {
      throw .nothingToReview(task)
    }
    guard task.status.isTerminal else { throw .notEnded(task) }
    // Resolved first: a verdict is not given and then found to have no next attempt.
    let relaunch =
      input.sendsBack
      ? try workshop.relaunch(task, profile: nil, mayRunCommands: mayRunCommands, caller) : nil
    let verdict = Verdict(
      attemptN: number, isAccepted: input.accepted,
      reviewer: input.reviewer.map { CleanText.line($0, limit: 200) }, comments: input.comments)
    var record = try workshop.change(task, by: caller, .reviewed(verdict))
    try workshop.settleDependents(caller)
    if let relaunch {
      record = try workshop.sendBack(
        record, Workshop.Return(reason: "rejected", feedback: input.comments), relaunch, caller)
    }
    return try ChangedTask(record, workshop)
  }
}

extension ToolFailure {
  fileprivate static func nothingToReview(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: "nothing_to_review",
      summary:
        "Task \(task.spec.name) is \(task.status.rawValue), without such a completed attempt.",
      nextStep: task.status.isTerminal
        ? "Call tasks_retry to try it again." : "Call tasks_wait until it has ended.")
  }
}

import Agents
import JSON
import MCP
import Runner
import Tasks

/// Takes a worker's word that a task did not go well.
package struct TasksFail: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_fail"
  package let title = "Fail a task"
  package let summary = """
    Ends a task you claimed as failed, with a reason of the closed list and a sentence. To give it \
    back for another worker, call tasks_abort instead.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.worker

  package struct Input: JSONCodable, LeasedInput {
    var task: TaskReference
    var leaseId: String
    var message: String
    var reason: FailureReason
    var usage: Usage
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      leaseField(\.leaseId),
      required("message", \.message, .text(1...2_000), "What happened."),
      defaulted("reason", \.reason, FailureReason.json, .unknown, "Why, as one word."),
      WorkerUsage.field(\.usage), TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    let words = CleanText.clean(Redactor([:]).redacted(input.message), limit: 2_000)
    let record = try workshop.atDesk(input, caller) { desk, task throws(WorkerDesk.Refusal) in
      try desk.fail(
        task, input.leaseId, AttemptError(input.reason, words), usage: input.usage)
    }
    return try ChangedTask(record, workshop)
  }
}

import Agents
import JSON
import MCP
import Runner
import Tasks

/// Takes a task back from a worker that does not go on with it.
package struct TasksAbort: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_abort"
  package let title = "Give a task back"
  package let summary = """
    Gives up a task you claimed. While attempts remain it goes back to the queue for another \
    worker; else it has failed.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.worker

  package struct Input: JSONCodable, LeasedInput {
    var task: TaskReference
    var leaseId: String
    var reason: String
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      leaseField(\.leaseId),
      required("reason", \.reason, .text(1...2_000), "Why."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    let words = CleanText.clean(Redactor([:]).redacted(input.reason), limit: 2_000)
    let record = try workshop.atDesk(input, caller) { desk, task throws(WorkerDesk.Refusal) in
      try desk.abort(task, input.leaseId, reason: words)
    }
    return try ChangedTask(record, workshop)
  }
}

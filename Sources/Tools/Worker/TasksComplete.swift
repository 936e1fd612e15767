import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Takes what a worker made of a task, which ends it well.
package struct TasksComplete: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_complete"
  package let title = "Hand in a task"
  package let summary = """
    Ends a task you claimed with its output: one JSON object of the shape its type asks for, \
    without which it is refused; what is wrong with one is named, so that you can call again. \
    Files go to tasks_artifacts_upload first.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.worker

  package struct Input: JSONCodable, LeasedInput {
    var task: TaskReference
    var leaseId: String
    var output: JSONObject
    var summary: String?
    var usage: Usage
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      leaseField(\.leaseId),
      required("output", \.output, .anyObject, "The whole output."),
      optional("summary", \.summary, .text(1...20_000), "The result in a few words."),
      WorkerUsage.field(\.usage), TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  /// Signing starts a program.
  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    let redactor = Redactor([:])
    let output = redactor.redacted(.object(input.output)).objectValue ?? [:]
    let configuration = workshop.usableConfiguration()
    let signer = OutputSigner(configuration.signing, workshop.setting.environment)
    let record = try workshop.atDesk(input, caller) { desk, task throws(WorkerDesk.Refusal) in
      try desk.complete(
        task, input.leaseId, output: output, summary: input.summary.map { redactor.redacted($0) },
        usage: input.usage, signing: signer, limits: configuration.limits)
    }
    return try ChangedTask(record, workshop)
  }
}

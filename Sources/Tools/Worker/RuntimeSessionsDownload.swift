import JSON
import MCP
import Runner
import Tasks

/// Gives the conversation that a worker left with a task.
package struct RuntimeSessionsDownload: TaskTool {
  package let workshop: Workshop
  package let name = "runtime_sessions_download"
  package let title = "Read a conversation"
  package let summary = """
    Gives the content of the conversation that runtime_sessions_get shows, in pages like \
    tasks_artifacts_download.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.worker

  package struct Input: JSONCodable, Budgeted {
    var task: TaskReference
    var attemptN: Int?
    var offset: Int
    var form: TasksArtifactsDownload.Input.Form?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      optional("attempt_n", \.attemptN, .int(1...100_000), "Of this attempt; else the latest."),
      defaulted("offset", \.offset, .int(0 ... .max), 0, "First byte of the page."),
      optional("as", \.form, .enumeration, "How; the type decides if absent."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package typealias Output = ContentOutput

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ContentOutput {
    let task = try workshop.find(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    guard let (holder, session) = try RuntimeSessionsGet.left(with: task, input.attemptN, workshop)
    else {
      throw ToolFailure(
        code: FailureCode.notFound.rawValue,
        summary: "No conversation was left with task \(task.spec.name).",
        nextStep: "Start anew, from the task's prompt.")
    }
    return try TasksArtifactsDownload(workshop: workshop).perform(
      TasksArtifactsDownload.Input(
        task: .id(holder.id), cid: session.cid, attemptN: session.attemptN, offset: input.offset,
        form: input.form, team: input.team, diary: input.diary, maxBytes: input.maxBytes), caller)
  }
}

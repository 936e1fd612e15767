import JSON
import MCP
import Runner
import Tasks

/// Says whether a worker left its conversation with a task, for whoever goes on with it.
package struct RuntimeSessionsGet: TaskTool {
  /// The kind of artifact that holds a worker's conversation.
  static let kind = "runtime_session"

  package let workshop: Workshop
  package let name = "runtime_sessions_get"
  package let title = "Find a conversation"
  package let summary = """
    Shows the conversation that a worker left with a task by runtime_sessions_upload: the latest, \
    or that of one attempt. runtime_sessions_download gives its content.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.worker

  package struct Input: JSONCodable {
    var task: TaskReference
    var attemptN: Int?
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      optional("attempt_n", \.attemptN, .int(1...100_000), "Of this attempt; else the latest."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let task = try workshop.find(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    let found = Self.latest(of: task, input.attemptN).map { ArtifactView($0, of: task.id) }
    return Output(
      session: found,
      hint: found == nil
        ? "None was left. Start anew." : "Call runtime_sessions_download for its content.")
  }

  static func latest(of task: TaskRecord, _ attemptN: Int?) -> Artifact? {
    task.artifacts.last { $0.kind == kind && (attemptN ?? $0.attemptN) == $0.attemptN }
  }

  package struct Output: JSONCodable, ToolOutput {
    var session: ArtifactView?
    var hint: String

    package static let json = Codec.object(
      Self.init(session:hint:),
      optional("session", \.session, ArtifactView.json.lean, "The conversation, if there is one."),
      required("hint", \.hint, .string))
  }
}

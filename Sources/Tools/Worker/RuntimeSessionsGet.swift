import JSON
import MCP
import Runner
import Tasks

/// Says whether a worker left its conversation with a task, for whoever goes on with it.
package struct RuntimeSessionsGet: TaskTool {
  package let workshop: Workshop
  package let name = "runtime_sessions_get"
  package let title = "Find a conversation"
  package let summary = """
    Shows the conversation that a worker left with a task by runtime_sessions_upload: the latest, \
    that of one attempt, or else the one that the task goes on with. runtime_sessions_download \
    gives its content.
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
    let found = try Self.left(with: task, input.attemptN, workshop).map {
      ArtifactView($0.conversation, of: $0.task.id)
    }
    return Output(
      session: found,
      hint: found == nil
        ? "None was left. Start anew." : "Call runtime_sessions_download for its content.")
  }

  /// Finds it with the task, or else with the attempt that the task goes on with.
  static func left(
    with task: TaskRecord, _ attemptN: Int?, _ workshop: Workshop
  ) throws(ToolFailure) -> (task: TaskRecord, conversation: Artifact)? {
    if let own = task.conversationLeft(in: attemptN) { return (task, own) }
    guard attemptN == nil, let source = task.spec.continuation, source.session != nil else {
      return nil
    }
    let earlier = try workshop.find(
      TaskPlace(task: .id(source.taskId), team: task.spec.teamId, diary: nil))
    return earlier.conversationLeft(in: source.attemptN).map { (earlier, $0) }
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

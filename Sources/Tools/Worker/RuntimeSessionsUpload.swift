import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Keeps a worker's conversation with its task, so that another attempt can go on with it.
package struct RuntimeSessionsUpload: TaskTool {
  package let workshop: Workshop
  package let name = "runtime_sessions_upload"
  package let title = "Leave a conversation"
  package let summary = """
    Keeps your agent's conversation with the attempt you hold, as text, base 64 or a file under \
    the task's directory or the start directory. A later one takes the place of an earlier.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: true, openWorld: false)
  package let group = Toolset.worker

  package struct Input: JSONCodable, LeasedInput {
    var task: TaskReference
    var leaseId: String
    var sessionId: String
    var text: String?
    var bytes: [UInt8]?
    var path: String?
    var contentType: String?
    var team: String?
    var diary: String?

    var content: GivenContent {
      GivenContent(text: text, bytes: bytes, path: path, contentType: contentType)
    }

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      leaseField(\.leaseId),
      required("session_id", \.sessionId, TaskPlace.groupName, "Your agent's name of it."),
      GivenContent.textField(\.text), GivenContent.bytesField(\.bytes),
      GivenContent.pathField(\.path), GivenContent.typeField(\.contentType),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package func waits(_ input: Input) -> Bool { input.content.isLarge }

  package typealias Output = TasksArtifactsUpload.Output

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    // Looked at first: what is large is not stored for nothing.
    let record = try workshop.atDesk(input, caller) { desk, task throws(WorkerDesk.Refusal) in
      try desk.renew(task, input.leaseId)
    }
    let order = TasksArtifactsUpload.Input(
      task: input.task, attemptN: record.attemptCount, kind: Artifact.runtimeSession,
      title: input.sessionId, text: input.text, bytes: input.bytes, path: input.path,
      contentType: input.contentType, contentEncoding: nil, team: input.team, diary: input.diary)
    return try TasksArtifactsUpload(workshop: workshop).perform(order, caller)
  }
}

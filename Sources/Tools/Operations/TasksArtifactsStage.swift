import JSON
import MCP
import Tasks

/// Stores bytes by their content, bound to nothing yet.
package struct TasksArtifactsStage: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_artifacts_stage"
  package let title = "Stage content"
  package let summary = """
    Stores text, base 64 or a file under its content id (CID) without binding it to a task.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: true, openWorld: false)
  package let group = Toolset.artifacts

  package struct Input: JSONCodable {
    var text: String?
    var bytes: [UInt8]?
    var path: String?
    var contentType: String?
    /// Staged content is found by its id, by all.
    var team: String?
    var diary: String?

    var content: GivenContent {
      GivenContent(text: text, bytes: bytes, path: path, contentType: contentType)
    }

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, GivenContent.textField(\.text),
      GivenContent.bytesField(\.bytes), GivenContent.pathField(\.path),
      GivenContent.typeField(\.contentType), TaskPlace.teamField(\.team),
      TaskPlace.diaryField(\.diary))
  }

  package func waits(_ input: Input) -> Bool { input.content.isLarge }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let kept = try workshop.keep(
      input.content, for: nil, tool: name, caller)
    return Output(cid: kept.cid, sizeBytes: kept.size, contentType: kept.contentType)
  }

  package struct Output: JSONCodable, ToolOutput {
    var cid: ContentID
    var sizeBytes: Int
    var contentType: String

    package static let json = Codec.object(
      Self.init(cid:sizeBytes:contentType:),
      required("cid", \.cid, .contentID),
      required("sizeBytes", \.sizeBytes, .int),
      required("contentType", \.contentType, .string))
  }
}

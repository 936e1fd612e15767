import JSON
import MCP
import Tasks

/// Lists what a task and its attempts left behind.
package struct TasksArtifactsList: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_artifacts_list"
  package let title = "List artifacts"
  package let summary = """
    Lists a task's artifacts in the order they came: files, reports, and the diff of what an \
    attempt changed, each with its cid for tasks_artifacts_download.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.artifacts

  package struct Input: JSONCodable, Budgeted {
    var task: TaskReference
    var attemptN: Int?
    var kind: String?
    var limit: Int
    var cursor: String?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      optional("attempt_n", \.attemptN, .int(1...100_000), "Only of this attempt."),
      optional("kind", \.kind, .text(1...64), "Only of this kind."),
      defaulted("limit", \.limit, .int(1...100), 20, "Most artifacts in a page."),
      optional("cursor", \.cursor, .text(0...200), "nextCursor."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let task = try workshop.findToShow(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    if let number = input.attemptN { _ = try task.attempt(number) }
    let start = try input.cursor.map { (cursor) throws(ToolFailure) in
      try Self.position(cursor, of: task.id)
    }
    let left = task.artifacts.enumerated().dropFirst(start ?? 0).filter { _, artifact in
      (input.attemptN == nil || artifact.attemptN == input.attemptN)
        && (input.kind == nil || artifact.kind == input.kind)
    }
    var page = PageFiller(ArtifactView.json, bytes: input.maxBytes)
    let told = left.prefix(input.limit).prefix {
      page.add(ArtifactView($0.element, of: task.id))
    }.count
    let next = left.dropFirst(told).first.map { Self.cursor($0.offset, of: task.id) }
    return Output(
      artifacts: page.items, nextCursor: next,
      truncated: told < min(left.count, input.limit),
      hint: left.isEmpty
        ? "There are none." : next == nil ? Self.hint : Hint.morePages)
  }

  private static let hint = "Call tasks_artifacts_download with task_id and cid to read one."

  /// Artifacts are only ever added, so a place in their order stays true.
  private static func cursor(_ position: Int, of task: TaskID) -> String {
    Base64.urlEncode(Array("a1:\(task):\(position)".utf8))
  }

  private static func position(_ cursor: String, of task: TaskID) throws(ToolFailure) -> Int {
    do throws(Base64Error) {
      let text = String(decoding: try Base64.urlDecode(cursor), as: UTF8.self)
      let parts = text.split(separator: ":")
      if parts.count == 3, parts[0] == "a1", parts[1] == task.description,
        let position = Int(parts[2]), position >= 0
      {
        return position
      }
    } catch {
      // What is no base 64 is no cursor of ours; it is refused below like any other.
    }
    throw ToolFailure(
      code: FailureCode.badCursor.rawValue, summary: "The cursor is not one of this list.",
      faults: [Fault(pointer: JSONPointer(tokens: ["cursor"]), message: "unknown cursor")],
      nextStep: "Call tasks_artifacts_list again without a cursor.")
  }

  package struct Output: JSONCodable, ToolOutput {
    var artifacts: [ArtifactView]
    var nextCursor: String?
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(artifacts:nextCursor:truncated:hint:),
      required("artifacts", \.artifacts, .array(of: ArtifactView.json)),
      optional("nextCursor", \.nextCursor, .string),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }
}

import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Lets an agent say how far it is.
package struct TaskReport: TaskTool {
  package let workshop: Workshop
  package let name = "task_report"
  package let title = "Report progress"
  package let summary = """
    Tells whoever watches your task how far it is, in one line. Report at each larger step, not at \
    each call.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.attempt

  package struct Input: JSONCodable {
    var progress: String
    var link: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("progress", \.progress, .text(1...160), "Such as: 3 of 7 files done."),
      optional("link", \.link, .text(1...2_000), "Where more can be seen."))
  }

  package typealias Output = Acknowledgement

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let own = try workshop.ownAttempt()
    // Cleaned first: what is taken out may stand in the middle of a secret.
    let text = own.redactor.redacted(CleanText.line(input.progress, limit: 160))
    let link = input.link.map { own.redactor.redacted(CleanText.line($0, limit: 2_000)) }
    try naming { () throws(StoreError) in try own.ledger.reported(text, link: link) }
    return Output(hint: "Told. Go on with the task.")
  }
}

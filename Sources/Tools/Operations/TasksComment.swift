import Agents
import JSON
import MCP
import TaskStore
import Tasks

/// Keeps a remark with a task, apart from what its agent said.
package struct TasksComment: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_comment"
  package let title = "Comment on a task"
  package let summary = "Keeps a remark with a task; tasks_get shows the latest ones."
  package let hints = ToolHints.changing(mayRunCommands: false)
  package let group = Toolset.review

  package struct Input: JSONCodable {
    var task: TaskReference
    var text: String
    var author: String?
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      required("text", \.text, .text(1...20_000), "The remark."),
      optional("author", \.author, .text(1...200), "Whose it is."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package typealias Output = ChangedTask

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> ChangedTask {
    try workshop.mayChange()
    let task = try workshop.find(TaskPlace(task: input.task, team: input.team, diary: input.diary))
    let remark = Remark(
      author: input.author.map { CleanText.line($0, limit: 200) },
      text: Redactor([:]).redacted(input.text))
    return try ChangedTask(try workshop.change(task, by: caller, .commented(remark)), workshop)
  }
}

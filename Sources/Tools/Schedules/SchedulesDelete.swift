import JSON
import MCP
import TaskStore
import Tasks

/// Ends a standing order; tasks it has made go on.
package struct SchedulesDelete: TaskTool {
  package let workshop: Workshop
  package let name = "schedules_delete"
  package let title = "Delete a schedule"
  package let summary = """
    Removes a schedule, so that no more runs come of it. Tasks it has made stay and go on: \
    tasks_cancel ends one.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: true, idempotent: false, openWorld: false)
  package let group = Toolset.manage

  package struct Input: JSONCodable {
    var schedule: TaskReference
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("schedule_id", \.schedule, .reference, "Id or name.", alias: "id"),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package struct Output: JSONCodable, ToolOutput {
    var id: TaskID
    var name: String
    var deleted: Bool

    package static let json = Codec.object(
      Self.init(id:name:deleted:), required("id", \.id, TaskID.json),
      required("name", \.name, .string), required("deleted", \.deleted, .bool)
    ).lean
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let found = try workshop.schedule(
      TaskPlace(task: input.schedule, team: input.team, diary: input.diary))
    let store = try workshop.store()
    let gone = try naming { () throws(StoreError) in
      try store.removeSchedule(.id(found.id), by: caller.actor)
    }
    return Output(id: gone.id, name: gone.name, deleted: true)
  }
}

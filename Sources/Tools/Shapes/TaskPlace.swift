import JSON
import MCP
import TaskStore
import Tasks

/// Says which task is meant, and in whose part of the store.
struct TaskPlace: Sendable {
  var task: TaskReference
  var team: String?
  var diary: String?

  /// Where a call with one task names it.
  static let pointer = JSONPointer(tokens: ["task_id"])

  /// Bounds opaque names that callers choose.
  static let groupName = Codec<String>.text(1...200)

  static func taskField<Root>(
    _ get: @escaping @Sendable (Root) -> TaskReference
  ) -> Field<Root, TaskReference> {
    required("task_id", get, .reference, "Id or name.", alias: "id")
  }

  static func teamField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("team_id", get, groupName, "Team.")
  }

  static func diaryField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("diary_id", get, groupName, "Diary.")
  }
}

extension Workshop {
  /// Finds a task; one of another team or diary is not there.
  func find(
    _ place: TaskPlace, at pointer: JSONPointer = TaskPlace.pointer, evenInDoubt: Bool = false
  ) throws(ToolFailure) -> TaskRecord {
    try find(place, at: pointer) { store, task throws(StoreError) in
      try store.task(task, evenInDoubt: evenInDoubt)
    }
  }

  /// Finds a task to show by its name or id alone.
  package func shownTask(_ task: TaskReference) throws(ToolFailure) -> TaskRecord {
    try findToShow(TaskPlace(task: task, team: nil, diary: nil))
  }

  /// Finds a task to show, also one that is damaged.
  func findToShow(_ place: TaskPlace) throws(ToolFailure) -> TaskRecord {
    try find(place, at: TaskPlace.pointer) { store, task throws(StoreError) in
      try store.lastKnown(task)
    }
  }

  private func find(
    _ place: TaskPlace, at pointer: JSONPointer,
    by look: (TaskStore, TaskReference) throws(StoreError) -> TaskRecord
  ) throws(ToolFailure) -> TaskRecord {
    let (store, team) = (try store(), self.team(place.team))
    let record: TaskRecord
    do throws(StoreError) {
      record = try look(store, place.task)
    } catch {
      throw .task(error, at: pointer)
    }
    guard record.spec.teamId == team, place.diary == nil || record.spec.diaryId == place.diary
    else { throw .task(.notFound(reference: place.task.description, near: []), at: pointer) }
    return record
  }

  /// Finds all, or none: nothing may be done for some while others do not exist.
  func find(
    _ references: [TaskReference], team: String?, diary: String?
  ) throws(ToolFailure) -> [TaskRecord] {
    var found: [TaskRecord] = []
    for (index, reference) in references.enumerated() {
      let record = try find(
        TaskPlace(task: reference, team: team, diary: diary),
        at: JSONPointer(tokens: ["task_ids", "\(index)"]))
      if !found.contains(where: { $0.id == record.id }) { found.append(record) }
    }
    return found
  }

  /// Gives the team that is meant: the configured one, unless another is named.
  func team(_ given: String?) -> String {
    given ?? usableConfiguration().team
  }
}

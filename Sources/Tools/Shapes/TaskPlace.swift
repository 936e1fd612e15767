import JSON
import MCP
import TaskStore
import Tasks

/// Says which task is meant, and in whose part of the store.
struct TaskPlace: Sendable {
  var task: TaskReference
  var team: String?
  var diary: String?

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
  func find(_ place: TaskPlace) throws(ToolFailure) -> TaskRecord {
    guard let found = try find([place.task], team: place.team, diary: place.diary).first else {
      throw .notFound("There is no task \(place.task).", nextStep: Self.look)
    }
    return found
  }

  /// Finds a task to show, also one that is damaged.
  func findToShow(_ place: TaskPlace) throws(ToolFailure) -> TaskRecord {
    let store = try store()
    let record = try naming { () throws(StoreError) in try store.lastKnown(place.task) }
    try check(record, place.task, team: try team(place.team), diary: place.diary)
    return record
  }

  private func check(
    _ record: TaskRecord, _ reference: TaskReference, team: String, diary: String?
  ) throws(ToolFailure) {
    guard record.spec.teamId == team, diary == nil || record.spec.diaryId == diary else {
      throw .notFound("There is no task \(reference).", nextStep: Self.look)
    }
  }

  /// Finds all, or none: nothing may be done for some while others do not exist.
  func find(
    _ references: [TaskReference], team: String?, diary: String?
  ) throws(ToolFailure) -> [TaskRecord] {
    let store = try store()
    let team = try self.team(team)
    var found: [TaskRecord] = []
    for reference in references {
      let record = try naming { () throws(StoreError) in try store.task(reference) }
      try check(record, reference, team: team, diary: diary)
      if !found.contains(where: { $0.id == record.id }) { found.append(record) }
    }
    return found
  }

  /// Gives the team that is meant: the configured one, unless another is named.
  func team(_ given: String?) throws(ToolFailure) -> String {
    if let given { return given }
    return try configuration().team
  }

  private static let look = "Call tasks_list to see which tasks there are."
}

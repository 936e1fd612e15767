import JSON
import Tasks

/// Says which tasks to list, in which order, from where on.
package struct TaskQuery: Sendable {
  package enum Order: String, Sendable, CaseIterable, JSONCodable {
    case newest, oldest
    package static let json = Codec<Order>.enumeration
  }

  package var statuses: Set<TaskStatus> = []
  package var taskTypes: Set<String> = []
  package var profile: String?
  package var provider: String?
  package var model: String?
  /// All of them must be there.
  package var tags: [String] = []
  package var parentId: TaskID?
  package var correlationId: String?
  /// A task of another team is not there.
  package var teamId: String? = "local"
  package var diaryId: String?
  package var hasAttempts: Bool?
  /// Found anywhere in name, title or brief, whatever the case.
  package var text: String?
  package var createdBy: String?
  package var queuedAfter: Timestamp?
  package var queuedBefore: Timestamp?
  package var completedAfter: Timestamp?
  package var completedBefore: Timestamp?
  /// Only what changed after this journal number.
  package var changedAfter: Int?
  package var order: Order = .newest
  package var limit = 20
  package var cursor: String?

  package init() {}
}

/// Is one page of a list, with what the whole list counts.
package struct TaskPage: Sendable {
  package var items: [TaskRecord] = []
  /// How many match, on all pages.
  package var total = 0
  /// Of those, how many by status.
  package var counts: [TaskStatus: Int] = [:]
  package var nextCursor: String?
}

extension TaskQuery {
  /// Tells whether a whole record matches.
  func matches(_ record: TaskRecord) -> Bool {
    let spec = record.spec
    return record.deletion == nil && (statuses.isEmpty || statuses.contains(record.status))
      && (taskTypes.isEmpty || taskTypes.contains(spec.taskType))
      && (profile == nil || profile == spec.launch.profile)
      && (teamId == nil || teamId == spec.teamId)
      && (parentId == nil || parentId == spec.parentId)
      && (correlationId == nil || correlationId == spec.correlationId)
      && (diaryId == nil || diaryId == spec.diaryId)
      && (hasAttempts == nil || hasAttempts == (record.attemptCount > 0))
      && (createdBy.map { record.createdBy.isCalled($0) } ?? true)
      && (changedAfter == nil || record.number > changedAfter ?? 0)
      && tags.allSatisfy(spec.tags.contains)
      && (provider == nil || record.attempts.contains { $0.usage.provider == provider })
      && (model == nil || record.attempts.contains { $0.usage.model == model })
      && isInTime(record.queuedAt.milliseconds, record.completedAt?.milliseconds)
      && matchesText(record)
  }

  func isInTime(_ queued: Int64, _ completed: Int64?) -> Bool {
    if let queuedAfter, queued <= queuedAfter.milliseconds { return false }
    if let queuedBefore, queued >= queuedBefore.milliseconds { return false }
    if let completedAfter, completed ?? .min <= completedAfter.milliseconds { return false }
    if let completedBefore, completed ?? .max >= completedBefore.milliseconds { return false }
    return true
  }

  private func matchesText(_ record: TaskRecord) -> Bool {
    guard let text = text?.lowercased(), !text.isEmpty else { return true }
    return record.spec.name.contains(text) || record.spec.title.lowercased().contains(text)
      || (record.spec.input["brief"]?.stringValue?.lowercased().contains(text) ?? false)
  }

  /// Tells whether the index alone can say no; a yes may still be wrong.
  func mayMatch(_ row: Int, of snapshot: Snapshot) -> Bool {
    if snapshot.isInBin(row) { return false }
    if !statuses.isEmpty, !statuses.contains(snapshot.status(row)) { return false }
    if let teamId, snapshot.teamHash(row) != SnapshotFormat.shortHash(teamId) { return false }
    if let profile, snapshot.profileHash(row) != SnapshotFormat.shortHash(profile) { return false }
    if !taskTypes.isEmpty,
      !taskTypes.contains(where: { snapshot.typeHash(row) == SnapshotFormat.shortHash($0) })
    {
      return false
    }
    if let parentId, snapshot.parentHash(row) != SnapshotFormat.shortHash(parentId.description) {
      return false
    }
    if let hasAttempts, snapshot.hasAttempts(row) != hasAttempts { return false }
    if let changedAfter, snapshot.number(row) <= changedAfter { return false }
    let completed = snapshot.completedAt(row)
    return isInTime(snapshot.queuedAt(row), completed == 0 ? nil : completed)
  }

  /// Tells whether the index alone decides, so that counting needs no record.
  var indexDecides: Bool {
    tags.isEmpty && correlationId == nil && diaryId == nil && text == nil && createdBy == nil
      && provider == nil && model == nil
  }

  /// Tells whether the counts by status that are kept anyway are the answer.
  func countsDecide(teams: Set<String>) -> Bool {
    indexDecides && profile == nil && taskTypes.isEmpty && parentId == nil && hasAttempts == nil
      && changedAfter == nil && queuedAfter == nil && queuedBefore == nil && completedAfter == nil
      && completedBefore == nil && (teamId == nil || teams.isSubset(of: [teamId ?? ""]))
  }
}

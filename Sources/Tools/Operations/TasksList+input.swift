import JSON
import TaskStore
import Tasks

extension TasksList {
  package struct Input: Budgeted {
    enum View: String, Sendable, CaseIterable { case inbox, all }

    /// Holds what narrows a listing.
    struct Filter: Sendable, Hashable {
      var status: [TaskStatus] = []
      var taskType: [String] = []
      var profile: String?
      var provider: String?
      var model: String?
      var tags: [String] = []
      var parent: TaskReference?
      var correlation: String?
      var diary: String?
      var hasAttempts: Bool?
      var text: String?
      var createdBy: String?
      var queuedAfter: Timestamp?
      var queuedBefore: Timestamp?
      var completedAfter: Timestamp?
      var completedBefore: Timestamp?
      /// Says whose tasks; it does not narrow within the inbox.
      var team: String?

      var isEmpty: Bool {
        var other = self
        other.team = nil
        return other == Filter()
      }
    }

    var view: View?
    var seen: Int?
    var filter = Filter()
    var order: TaskQuery.Order = .newest
    var limit = 20
    var cursor: String?
    package var maxBytes = ByteBudget.usual

    /// Gives as many as surely fit: a brief envelope has its own bound.
    var fittingLimit: Int {
      min(limit, (maxBytes - ByteBudget.frame) / (BriefEnvelope.Limit.bytes + 1))
    }
  }
}

extension TasksList.Input: JSONCodable {
  package static let json = Codec.object(
    assembled, unknownKeys: .refused,
    optional("view", \.view, .enumeration, "Inbox unless something is filtered."),
    optional("seen", \.seen, .int(0 ... .max), "seen of a page shown."),
    defaulted(
      "status", \.filter.status, .array(of: .statusName, count: 0...9), [], "Any of these."),
    defaulted("task_type", \.filter.taskType, words, [], "Any of these types."),
    optional("profile", \.filter.profile, word, "Profile."),
    optional("provider", \.filter.provider, word, "Who served the model."),
    optional("model", \.filter.model, word, "Model that was used."),
    defaulted("tags", \.filter.tags, words, [], "All of these tags."),
    optional("parent_id", \.filter.parent, .reference, "Subtasks of this task."),
    optional("correlation_id", \.filter.correlation, word, "Correlation id."),
    TaskPlace.teamField(\.filter.team),
    optional("diary_id", \.filter.diary, word, "Diary."),
    optional("has_attempts", \.filter.hasAttempts, .bool, "Ever started."),
    optional("query", \.filter.text, .text(1...200), "Text in title, name or brief."),
    optional("created_by", \.filter.createdBy, word, "Its creator's name."),
    optional("queued_after", \.filter.queuedAfter, .timestamp, "Created after."),
    optional("queued_before", \.filter.queuedBefore, .timestamp, "Created before."),
    optional("completed_after", \.filter.completedAfter, .timestamp, "Ended after."),
    optional("completed_before", \.filter.completedBefore, .timestamp, "Ended before."),
    defaulted("order", \.order, .enumeration, .newest, "Order."),
    defaulted("limit", \.limit, .int(1...100), 20, "Most tasks in a page."),
    optional("cursor", \.cursor, .text(0...500), "nextCursor."),
    ByteBudget.field(\.maxBytes))

  private static let word = Codec<String>.text(1...200)
  private static let words = Codec<[String]>.array(of: word, count: 0...20)

  private static func assembled(
    view: View?, seen: Int?, status: [TaskStatus], taskType: [String], profile: String?,
    provider: String?, model: String?, tags: [String], parent: TaskReference?, correlation: String?,
    team: String?, diary: String?,
    hasAttempts: Bool?, text: String?, createdBy: String?, queuedAfter: Timestamp?,
    queuedBefore: Timestamp?, completedAfter: Timestamp?, completedBefore: Timestamp?,
    order: TaskQuery.Order, limit: Int, cursor: String?, maxBytes: Int
  ) -> TasksList.Input {
    let filter = Filter(
      status: status, taskType: taskType, profile: profile, provider: provider, model: model,
      tags: tags, parent: parent,
      correlation: correlation, diary: diary, hasAttempts: hasAttempts, text: text,
      createdBy: createdBy, queuedAfter: queuedAfter, queuedBefore: queuedBefore,
      completedAfter: completedAfter, completedBefore: completedBefore, team: team)
    return TasksList.Input(
      view: view, seen: seen, filter: filter, order: order, limit: limit, cursor: cursor,
      maxBytes: maxBytes)
  }
}

extension Codec where Value == TaskStatus {
  /// Takes a status, also by the name another system has for it.
  static var statusName: Codec<TaskStatus> {
    let names = TaskStatus.allCases.map(\.rawValue)
    return Codec(
      schema: TaskStatus.json.schema,
      read: { value, faults in
        guard case .string(let name) = value, let status = TaskStatus(named: name) else {
          let hint = Nearest.hint(for: value.stringValue ?? "", among: names)
          let listed = names.joined(separator: ", ")
          faults.add("expected one of \(listed), found \(value.shown)\(hint)")
          return nil
        }
        return status
      },
      write: { $1.string($0.rawValue) })
  }
}

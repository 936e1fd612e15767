import JSON
import MCP
import TaskStore
import Tasks

/// Adds up how tasks ended, and what they used.
package struct TasksStats: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_stats"
  package let title = "Statistics"
  package let summary = """
    Counts tasks by status, attempts and retries, and adds up what they used and how long they \
    ran: of those created since a time, by default in the last 30 days, in all and for each group.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.manage

  /// Says for what there are figures each.
  package enum Grouping: String, Sendable, CaseIterable, JSONCodable {
    case profile
    case taskType = "task_type"
    case model, tag
    case createdBy = "created_by"
    case day
    package static let json = Codec<Grouping>.enumeration
  }

  package struct Input: JSONCodable, Budgeted {
    var grouping: Grouping?
    var since: Timestamp?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional("group_by", \.grouping, Grouping.json, "Figures for each."),
      optional("since", \.since, .timestamp, "Created after."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let store = try workshop.store()
    let since = input.since ?? Timestamp.now.adding(milliseconds: -Self.usualSpan)
    var query = TaskQuery()
    query.queuedAfter = since
    query.teamId = workshop.team(input.team)
    query.diaryId = input.diary
    let nothing = (all: TaskTally(), groups: [String: TaskTally]())
    let sum = try naming { () throws(StoreError) in
      try store.tally(query, from: nothing) { sum, task in
        sum.all.add(task)
        for key in input.grouping?.keys(of: task) ?? [] {
          sum.groups[key, default: TaskTally()].add(task)
        }
      }
    }
    return Output(since: since, sum.all, sum.groups, bytes: input.maxBytes)
  }

  /// Very many tasks take their time, in which other calls go on.
  package func waits(_ input: Input) -> Bool { true }

  private static let usualSpan: Int64 = 30 * 86_400_000

  /// Is the figures of all tasks, or of one group.
  package struct Figures: JSONCodable {
    var key: String?
    var tally: TaskTally

    package static let json = Codec<Figures>.object(
      { (key: String?, _: Int, _: StatusCounts, _: Int, _: Int, _: Int, _: Usage) in
        Figures(key: key, tally: TaskTally())
      },
      optional("key", \.key, .string),
      required("total", \.tally.total, .int),
      required("counts", { StatusCounts($0.tally.counts) }, StatusCounts.json),
      required("attempts", \.tally.attempts, .int),
      required("retries", \.tally.retries, .int),
      required("runningSec", { Int($0.tally.runningMilliseconds / 1000) }, .int),
      required("usage", \.tally.usage, Usage.json))
  }

  package struct Output: JSONCodable, ToolOutput {
    var since: Timestamp
    var all: Figures
    var groups: [Figures]
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(since:all:groups:truncated:hint:),
      required("since", \.since, .timestamp), required("all", \.all, Figures.json),
      defaulted("groups", \.groups, .array(of: Figures.json), []),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }
}

extension TasksStats.Figures: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    left.key == right.key && left.tally == right.tally
  }
}

extension TasksStats.Grouping {
  /// Names the groups a task is in.
  fileprivate func keys(of task: TaskRecord) -> [String] {
    switch self {
    case .profile: [task.spec.launch.profile]
    case .taskType: [task.spec.taskType]
    case .model: [task.usage.model ?? "unknown"]
    case .tag: task.spec.tags.isEmpty ? ["none"] : Array(Set(task.spec.tags))
    case .createdBy: [task.createdBy.name]
    case .day: [String(task.queuedAt.description.prefix(10))]
    }
  }
}

extension TasksStats.Output {
  /// Tells of as many groups as fit, the largest first.
  fileprivate init(
    since: Timestamp, _ all: TaskTally, _ groups: [String: TaskTally], bytes: Int
  ) {
    var page = PageFiller(TasksStats.Figures.json, bytes: bytes - ByteBudget.frame)
    let sorted = groups.sorted { ($1.value.total, $0.key) < ($0.value.total, $1.key) }
    let told = sorted.prefix {
      page.addWhole(TasksStats.Figures(key: CleanText.line($0.key, limit: 100), tally: $0.value))
    }.count
    self.init(
      since: since, all: TasksStats.Figures(tally: all), groups: page.items,
      truncated: told < sorted.count, hint: Hint.stats)
  }
}

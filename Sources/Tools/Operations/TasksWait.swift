import JSON
import MCP
import TaskStore
import Tasks

/// Waits until one of several tasks needs somebody, changes or ends.
package struct TasksWait: TaskTool {
  package let workshop: Workshop
  let waits: DurableWaits
  package let name = "tasks_wait"
  package let title = "Wait for tasks"
  package let summary = """
    Waits until any of the tasks needs you (asks something or has ended), changes, or ends; up to \
    45 s, then says so: call again. Pass the answer's cursor as after to miss no change. A client \
    of the tasks extension gets a handle; cancelling it ends the wait, not the work.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.tasks

  package struct Input: JSONCodable, Budgeted {
    var tasks: [TaskReference]
    var until: WaitUntil
    var timeoutSec: Int
    var after: Int?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("task_ids", \.tasks, .array(of: .reference, count: 1...50), "Ids or names."),
      defaulted("until", \.until, .enumeration, .needsMe, "What ends it."),
      defaulted("timeout_sec", \.timeoutSec, .int(0...45), 25, "Longest wait."),
      optional("after", \.after, .int(0 ... .max), "A cursor."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func waits(_ input: Input) -> Bool { true }

  package func call(
    _ input: Input, _ context: CallContext
  ) throws(ToolFailure) -> ToolAnswer<Output> {
    let caller = Caller(context, in: workshop)
    // A look that does not wait needs no handle, and a server that only reads keeps none.
    guard caller.takesHandles, input.timeoutSec > 0, try workshop.isFreeToChange else {
      return .done(try perform(input, caller))
    }
    return .handle(try waits.make(try terms(input), cancelsWork: false, caller))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let terms = try terms(input)
    let outcome = try workshop.waitAsking(terms, seconds: input.timeoutSec, caller)
    return try Output(outcome, workshop, bytes: input.maxBytes)
  }

  private func terms(_ input: Input) throws(ToolFailure) -> WaitTerms {
    let tasks = try workshop.find(input.tasks, team: input.team, diary: input.diary)
    return WaitTerms(tasks: tasks.map(\.id), until: input.until, after: input.after)
  }

  package struct Output: JSONCodable, ToolOutput {
    var changed: [TaskNews]
    var waiting: [BriefEnvelope]
    var timedOut: Bool
    var cursor: Int
    var nextPollSec: Int
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(changed:waiting:timedOut:cursor:nextPollSec:truncated:hint:),
      required("changed", \.changed, .array(of: TaskNews.json)),
      required("waiting", \.waiting, .array(of: BriefEnvelope.json.outlined)),
      required("timedOut", \.timedOut, .bool),
      required("cursor", \.cursor, .int),
      required("nextPollSec", \.nextPollSec, .int),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }
}

extension TasksWait.Output {
  /// Tells of as many tasks as fit: first those that ended the wait, then the others.
  init(_ outcome: WaitOutcome, _ workshop: Workshop, bytes: Int) throws(ToolFailure) {
    let standings = try Standings(workshop, for: outcome.matched + outcome.waiting)
    var news = PageFiller(TaskNews.json, bytes: bytes)
    let told = outcome.matched.prefix { news.add(TaskNews($0, standings)) }.count
    var others = PageFiller(BriefEnvelope.json, bytes: news.left + ByteBudget.frame)
    let shown = outcome.waiting.prefix { others.add(standings.brief($0)) }.count
    let timedOut = outcome.matched.isEmpty
    self.init(
      changed: news.items, waiting: others.items, timedOut: timedOut, cursor: outcome.cursor,
      nextPollSec: Self.pause(outcome.waiting),
      truncated: news.hasCuts || told < outcome.matched.count || shown < outcome.waiting.count,
      hint: timedOut ? Hint.notYet : Hint.ended)
  }

  /// Advises a client that does not wait when to look again: the longer it runs, the later.
  private static func pause(_ waiting: [TaskRecord]) -> Int {
    guard let latest = waiting.map(\.queuedAt).max() else { return 0 }
    let age = (Timestamp.now.milliseconds - latest.milliseconds) / 1000
    return switch age {
    case ..<60: 5
    case ..<600: 15
    default: 30
    }
  }
}

/// Tells of a task that ended a wait: its brief, its result, its open questions.
struct TaskNews: JSONCodable {
  var brief: BriefEnvelope
  var more: More

  struct More: JSONCodable {
    var statusMessage: String?
    var artifactCount: Int
    var pendingRequests: [RequestView]

    static let json = Codec.object(
      Self.init(statusMessage:artifactCount:pendingRequests:),
      optional("statusMessage", \.statusMessage, .string),
      required("artifactCount", \.artifactCount, .int),
      // In full in the schema of tasks_get.
      defaulted("pendingRequests", \.pendingRequests, .array(of: RequestView.json.outlined), []))
  }

  init(brief: BriefEnvelope, more: More) {
    self.brief = brief
    self.more = more
  }

  init(_ task: TaskRecord, _ standings: Standings) {
    let envelope = standings.envelope(task, children: nil)
    brief = standings.brief(task)
    brief.resultSummary = envelope.resultSummary
    more = More(
      statusMessage: envelope.statusMessage, artifactCount: envelope.artifactCount,
      pendingRequests: envelope.pendingRequests)
  }

  static let json = Codec.beside(
    BriefEnvelope.json, More.json, make: { TaskNews(brief: $0, more: $1) },
    parts: { ($0.brief, $0.more) })
}

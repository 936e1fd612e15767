import JSON
import Tasks

/// Reads the messages of a task's attempt in order, each once.
struct MessageStream {
  private let task: JSONObject
  private let operations: Operations
  private let kinds: JSONValue?
  private var attempt: Int?
  private var after: Int?

  /// Where the task stood at the last look.
  private(set) var taskStatus: TaskStatus?
  private var attemptStatus: AttemptStatus?
  /// Tells that the last look brought everything there was.
  private(set) var isCaughtUp = false

  init(
    task: JSONObject, operations: Operations, after: Int? = nil, attempt: Int? = nil,
    kinds: JSONValue? = nil
  ) {
    self.task = task
    self.operations = operations
    self.after = after
    self.attempt = attempt
    self.kinds = kinds
  }

  /// Tells that nothing more can come: attempt or task have ended, and all was read.
  var hasEnded: Bool {
    guard isCaughtUp else { return false }
    return attemptStatus?.isTerminal ?? false || taskStatus?.isTerminal ?? false
  }

  /// Gives what is new, waiting up to so many seconds for something.
  mutating func next(waitSec: Int = 0) throws(Complaint) -> [JSONValue] {
    var arguments = request()
    arguments["limit"] = 200
    arguments["wait_sec"] = .integer(waitSec)
    arguments["after_seq"] = after.map { .integer($0) }
    return take(try operations.call("tasks_messages_list", arguments))
  }

  /// Gives the last so many, and goes on behind them.
  mutating func last(_ count: Int) throws(Complaint) -> [JSONValue] {
    var arguments = request()
    arguments["tail"] = .integer(count)
    arguments["limit"] = .integer(count)
    return take(try operations.call("tasks_messages_list", arguments))
  }

  private func request() -> JSONObject {
    var arguments = task
    arguments["attempt_n"] = attempt.map { .integer($0) }
    arguments["kinds"] = kinds
    return arguments
  }

  private mutating func take(_ page: JSONValue) -> [JSONValue] {
    attempt = page["attemptN"]?.intValue ?? attempt
    after = page["nextAfterSeq"]?.intValue ?? after
    taskStatus = page["taskStatus"]?.stringValue.flatMap { TaskStatus(rawValue: $0) }
    attemptStatus = page["attemptStatus"]?.stringValue.flatMap { AttemptStatus(rawValue: $0) }
    let hasMore = page["hasMore"]?.boolValue ?? false
    let items = page["items"]?.arrayValue ?? []
    // Something may have come between the page and the end it tells of: only silence is the end.
    isCaughtUp = !hasMore && items.isEmpty
    return items
  }
}

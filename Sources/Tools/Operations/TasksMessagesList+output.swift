import JSON
import MCP
import Tasks

extension TasksMessagesList {
  package struct Output: JSONCodable, ToolOutput {
    var items: [Message]
    var attemptN: Int?
    var attemptStatus: AttemptStatus?
    var taskStatus: TaskStatus
    var nextAfterSeq: Int
    var hasMore: Bool
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(
        items:attemptN:attemptStatus:taskStatus:nextAfterSeq:hasMore:truncated:hint:),
      required("items", \.items, .array(of: Message.json)),
      optional("attemptN", \.attemptN, .int),
      optional("attemptStatus", \.attemptStatus, AttemptStatus.json),
      required("taskStatus", \.taskStatus, TaskStatus.json),
      required("nextAfterSeq", \.nextAfterSeq, .int),
      required("hasMore", \.hasMore, .bool),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }

  static func hint(
    hasMore: Bool, leavesEarlier: Bool, hasCuts: Bool, hasEnded: Bool
  ) -> String {
    if hasMore { return "There are more: call again with after_seq set to nextAfterSeq." }
    if leavesEarlier {
      return "Not all fitted: call again with before_seq set to the first item's seq."
    }
    if hasCuts { return "A message was cut: call again with a larger max_bytes." }
    return hasEnded
      ? "That is all: the attempt has ended."
      : "That is all so far: call again with after_seq set to nextAfterSeq and wait_sec."
  }
}

extension TasksMessagesList.Output {
  /// Shows a task nobody has tried yet.
  init(_ task: TaskRecord, _ input: TasksMessagesList.Input) {
    self.init(
      items: [], attemptN: nil, attemptStatus: nil, taskStatus: task.status,
      nextAfterSeq: input.afterSeq ?? -1, hasMore: false, truncated: false,
      hint: task.status.isTerminal
        ? "It ended without being tried." : "It has not been tried yet: call again with wait_sec.")
  }
}

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
    var rest: MessageRest?
    var hint: String

    package static let json = Codec.object(
      Self.init(
        items:attemptN:attemptStatus:taskStatus:nextAfterSeq:hasMore:truncated:rest:hint:),
      required("items", \.items, .array(of: Message.json)),
      optional("attemptN", \.attemptN, .int),
      optional("attemptStatus", \.attemptStatus, AttemptStatus.json),
      required("taskStatus", \.taskStatus, TaskStatus.json),
      required("nextAfterSeq", \.nextAfterSeq, .int),
      required("hasMore", \.hasMore, .bool),
      defaulted("truncated", \.truncated, .bool, false),
      optional("rest", \.rest, MessageRest.json),
      required("hint", \.hint, .string)
    ).lean
  }

  static func hint(
    rest: MessageRest?, isOne: Bool, hasMore: Bool, leavesEarlier: Bool, hasEnded: Bool
  ) -> String {
    let piece = rest.map {
      "Message \($0.seq) goes on: call again with only seq \($0.seq) and offset \($0.nextOffset). "
    }
    return (piece ?? "")
      + following(
        isOne: isOne, hasMore: hasMore, leavesEarlier: leavesEarlier, hasEnded: hasEnded)
  }

  private static func following(
    isOne: Bool, hasMore: Bool, leavesEarlier: Bool, hasEnded: Bool
  ) -> String {
    if isOne { return "Others: after_seq set to nextAfterSeq, without seq." }
    if hasMore { return "There are more: call again with after_seq set to nextAfterSeq." }
    if leavesEarlier {
      return "Not all fitted: call again with before_seq set to the first item's seq."
    }
    return hasEnded
      ? "That is all: the attempt has ended."
      : "That is all so far: call again with after_seq set to nextAfterSeq and wait_sec."
  }
}

extension ToolFailure {
  static func noMessage(_ seq: Int, of task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: FailureCode.notFound.rawValue,
      summary: "The attempt of task \(task.spec.name) has no message \(seq) that can be read.",
      faults: [Fault(pointer: JSONPointer(tokens: ["seq"]), message: "names no message")],
      nextStep: "Call tasks_messages_list without seq to see which there are.")
  }
}

extension TasksMessagesList.Output {
  /// Shows a task nobody has tried yet.
  init(_ task: TaskRecord, _ input: TasksMessagesList.Input) {
    self.init(
      items: [], attemptN: nil, attemptStatus: nil, taskStatus: task.status,
      nextAfterSeq: input.afterSeq ?? -1, hasMore: false, truncated: false, rest: nil,
      hint: task.status.isTerminal
        ? "It ended without being tried." : "It has not been tried yet: call again with wait_sec.")
  }
}

import JSON
import MCP
import TaskStore
import Tasks

/// Answers what a task asks, or says something to its running agent.
package struct TasksRespond: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_respond"
  package let title = "Answer or tell a task"
  package let summary = """
    Answers what a task asks (pendingRequests of tasks_get and tasks_wait) in the user's words, or \
    says something to its agent. The first answer wins. Without an answer, message is heard after \
    the agent's turn, or at once with when interrupt; cancel_send_id takes it back until then.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.tasks

  package struct Input: JSONCodable {
    var task: TaskReference
    var request: String?
    var answer: JSONValue?
    var option: String?
    var decision: Permission?
    var message: String?
    var timing: Steering.Timing
    var sendId: String?
    var cancelSendId: String?
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      optional(
        "request_id", \.request, .text(1...200), "Needed if several are open."),
      optional("answer", \.answer, Self.anything, "The answer; JSON if it asks for a schema."),
      optional("option", \.option, .text(1...1_000), "One of the question's options."),
      optional(
        "decision", \.decision, .enumeration,
        "allow_always only at the terminal; deny turns any question away."),
      optional("message", \.message, .text(1...100_000), "Words for the agent."),
      defaulted("when", \.timing, .enumeration, .afterTurn, "When message is heard."),
      optional(
        "send_id", \.sendId, .text(1...200), "Key of message: sent once, however often called."),
      optional("cancel_send_id", \.cancelSendId, .text(1...200), "Message to take back."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))

    /// Takes any JSON, and tells clients that read one type of text.
    private static let anything = Codec<JSONValue>.any.saying(["type": "string"])

    /// Tells whether it answers something rather than says something.
    var isAnswer: Bool { answer != nil || option != nil || decision != nil }
  }

  /// What a dead owner left behind is ended first.
  package func waits(_ input: Input) -> Bool { input.isAnswer }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let task = try workshop.find(
      TaskPlace(task: input.task, team: input.team, diary: input.diary), evenInDoubt: true)
    try check(input)
    if let sendId = input.cancelSendId { return try takeBack(sendId, of: task, caller) }
    if input.isAnswer { return try answer(input, task, caller) }
    return try say(input, task, caller)
  }

  private func check(_ input: Input) throws(ToolFailure) {
    let given: [(String, Bool)] = [
      ("answer", input.answer != nil), ("option", input.option != nil),
      ("decision", input.decision != nil), ("cancel_send_id", input.cancelSendId != nil),
    ]
    let kinds = given.filter(\.1).map(\.0)
    if kinds.count > 1 {
      throw .argument(kinds[1], "does not go together with \(kinds[0])", tool: name)
    }
    guard let kind = kinds.first else {
      guard input.message != nil else {
        throw .argument("answer", "give answer, option, decision or message", tool: name)
      }
      return
    }
    if input.message != nil, kind != "decision" {
      throw .argument("message", "does not go together with \(kind)", tool: name)
    }
  }

  package struct Output: JSONCodable, ToolOutput {
    enum Outcome: String, Sendable, CaseIterable {
      case answered
      /// Somebody was quicker; `answer` is theirs.
      case alreadyAnswered = "already_answered"
      /// Its agent no longer asks.
      case withdrawn
      case queued, delivered
      case takenBack = "taken_back"
    }
    var task: TaskID
    var name: String
    var status: TaskStatus
    var outcome: Outcome
    var requestId: String?
    var answer: JSONValue?
    var answeredBy: String?
    var sendId: String?
    /// Names the questions that are open, and the messages not heard, after the call.
    var open: [String]
    var unheard: [String]
    var hint: String

    package static let json = Codec.object(
      Self.init(
        task:name:status:outcome:requestId:answer:answeredBy:sendId:open:unheard:hint:),
      required("id", \.task, TaskID.json), required("name", \.name, .string),
      required("status", \.status, TaskStatus.json),
      required("outcome", \.outcome, .enumeration), optional("requestId", \.requestId, .string),
      optional("answer", \.answer, .any), optional("answeredBy", \.answeredBy, .string),
      optional("sendId", \.sendId, .string),
      defaulted("openRequestIds", \.open, .array(of: .string), []),
      defaulted("queuedSendIds", \.unheard, .array(of: .string), []),
      required("hint", \.hint, .string)
    ).lean
  }

  func output(
    _ outcome: Output.Outcome, _ task: TaskRecord, _ hint: String,
    request: InputRequest? = nil, sendId: String? = nil
  ) -> Output {
    let whole = Output(
      task: task.id, name: task.spec.name.cleanedWord, status: task.status, outcome: outcome,
      requestId: request?.requestId.cleanedWord,
      answer: request?.answer.map { CleanText.clean($0.value, limit: ViewLimit.sentence) },
      answeredBy: request?.answer.map {
        "\($0.answeredBy.kind.rawValue) \($0.answeredBy.cleaned.name)"
      },
      sendId: sendId?.cleanedWord, open: task.pendingRequests.map(\.requestId.cleanedWord),
      unheard: task.queuedSteering.map(\.sendId.cleanedWord), hint: hint)
    return ByteBudget.fit(whole, Output.json, bytes: ByteBudget.usual)?.value ?? whole
  }
}

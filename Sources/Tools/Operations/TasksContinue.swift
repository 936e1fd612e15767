import JSON
import MCP
import Tasks

/// Stores a task that goes on with an earlier one: its conversation, its branch, its workspace.
package struct TasksContinue: TaskTool {
  let creating: TasksCreate
  package let name = "tasks_continue"
  package let title = "Continue a task"
  package let group = Toolset.tasks

  package var workshop: Workshop { creating.workshop }

  package var summary: String {
    """
    Goes on with an ended task in a new one, for follow-ups such as "now make it shorter": the \
    agent remembers everything. mode extend goes on in the same conversation, branch and \
    workspace; fork works on copies of them. With another profile, or session new, the work is \
    handed over with a briefing instead.
    """
  }

  package var hints: ToolHints { creating.hints }

  package struct Input: Sendable {
    var source: TaskReference
    var attempt: Int?
    var brief: String
    var title: String?
    var mode = Continuation.Mode.extend
    var session = Session.resume
    var expectedOutput: String?
    var constraints: [String] = []
    var criteria: JSONObject?
    var profile: String?
    var wait = false
    var key: String?
    var team: String?
    var diary: String?
    var maxBytes = ByteBudget.usual

    /// Says whether the conversation is gone on with.
    package enum Session: String, Sendable, CaseIterable, JSONCodable {
      case resume, new
      package static let json = Codec<Session>.enumeration
    }
  }

  package typealias Output = TasksCreate.Output

  package func call(
    _ input: Input, _ context: CallContext
  ) throws(ToolFailure) -> ToolAnswer<Output> {
    try own { () throws(ToolFailure) in try creating.call(input.creation, context) }
  }

  package func waits(_ input: Input) -> Bool { creating.waits(input.creation) }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try own { () throws(ToolFailure) in try creating.perform(input.creation, caller) }
  }

  /// Says in this tool's own arguments what was wrong with those of the creation.
  private func own<Value>(_ body: () throws(ToolFailure) -> Value) throws(ToolFailure) -> Value {
    do throws(ToolFailure) { return try body() } catch {
      var failure = error
      failure.faults = error.faults.map { fault in
        let tokens = fault.pointer.tokens
        guard tokens.first == "input", let last = tokens.dropFirst().first else { return fault }
        let inner = last == "continueFrom" ? tokens.last ?? last : last
        let mine = Self.places[inner] ?? inner
        let rest = last == "continueFrom" ? [] : Array(tokens.dropFirst(2))
        return Fault(pointer: JSONPointer(tokens: [mine] + rest), message: fault.message)
      }
      failure.nextStep = error.nextStep?.replacing("tasks_create", with: name)
      throw failure
    }
  }

  private static let places = [
    "taskId": "from_task_id", "attemptN": "from_attempt_n", "expectedOutput": "expected_output",
    SuccessCriteria.key: "success_criteria",
  ]
}

extension TasksContinue.Input {
  /// Says the same as a creation does.
  var creation: TasksCreate.Input {
    var wish: JSONObject = ["taskId": .string(source.description), "mode": .string(mode.rawValue)]
    wish["attemptN"] = attempt.map(JSONValue.integer)
    if session == .new { wish["session"] = "new" }
    var input: JSONObject = ["brief": .string(brief), "continueFrom": .object(wish)]
    input["expectedOutput"] = expectedOutput.map(JSONValue.string)
    if !constraints.isEmpty { input["constraints"] = .array(constraints.map(JSONValue.string)) }
    input[SuccessCriteria.key] = criteria.map(JSONValue.object)
    var creation = TasksCreate.Input()
    creation.work.input = input
    creation.work.title = title
    creation.place.profile = profile
    creation.grouping.team = team
    creation.grouping.diary = diary
    creation.wait = wait
    creation.key = key
    creation.maxBytes = maxBytes
    return creation
  }
}

extension TasksContinue.Input: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      source:attempt:brief:title:mode:session:expectedOutput:constraints:criteria:profile:wait:key:
      team:diary:maxBytes:),
    unknownKeys: .refused,
    required("from_task_id", \.source, .reference, "Task to go on with.", alias: "task_id"),
    optional(
      "from_attempt_n", \.attempt, .int(1 ... .max), "Its attempt; the accepted one if absent."),
    required("brief", \.brief, .text(1...100_000), "What to do now."),
    optional("title", \.title, .text(1...200), "One line."),
    defaulted("mode", \.mode, Continuation.Mode.json, .extend, "The same, or copies."),
    defaulted("session", \.session, Session.json, .resume, "The conversation, or a briefing."),
    optional("expected_output", \.expectedOutput, .text(1...10_000), "What to hand in."),
    defaulted(
      "constraints", \.constraints, .array(of: .text(1...2_000), count: 0...20), [],
      "What to keep to."),
    optional("success_criteria", \.criteria, .anyObject, "As successCriteria."),
    optional("profile", \.profile, TaskPlace.groupName, "Who; the source's if absent."),
    defaulted("wait", \.wait, .bool, false, "As in tasks_create."),
    optional("idempotency_key", \.key, TaskPlace.groupName, "As in tasks_create."),
    TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary),
    ByteBudget.field(\.maxBytes))
}

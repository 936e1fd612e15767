import Agents
import JSON
import JSONRPC
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Lets an agent ask the people it works for, and waits for their answer.
package struct TaskAsk: TaskTool {
  package let workshop: Workshop
  package let name = "task_ask"
  package let title = "Ask the user"
  package let summary = """
    Puts a question to the people you work for and waits for the answer; your clock stands still \
    meanwhile. Ask only what you cannot find out and must not guess. If it says waiting, call \
    again with its request_id.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.attempt

  package struct Input: JSONCodable {
    var question: String?
    var options: [String]
    var schema: JSONObject?
    var request: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional("question", \.question, .text(1...4_000), "What you ask, complete in itself."),
      defaulted(
        "options", \.options, .array(of: .text(1...1_000), count: 0...20), [],
        "Answers to choose from."),
      optional("schema", \.schema, .anyObject, "JSON Schema of the answer, without options."),
      optional("request_id", \.request, .text(1...200), "A question asked before, to wait on."))
  }

  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let own = try workshop.ownAttempt()
    let id = try asked(input, own)
    let patience = workshop.setting.pass?.patienceSec ?? 0
    guard let closed = try closed(id, of: own.record.id, seconds: patience, caller) else {
      return Output(
        requestId: id, outcome: .waiting,
        hint: "Nobody has answered yet. Call \(name) again with this request_id.")
    }
    guard let answer = closed.answer else {
      return Output(
        requestId: id, outcome: .withdrawn, hint: "The question was withdrawn; go on without it.")
    }
    return Output(
      requestId: id, outcome: .answered, answer: answer.value, hint: "Go on with this answer.")
  }

  /// Waits until a question is closed; looks once in any case.
  private func closed(
    _ id: String, of task: TaskID, seconds: Int, _ caller: Caller
  ) throws(ToolFailure) -> InputRequest? {
    func look(_ store: TaskStore) throws(StoreError) -> InputRequest? {
      let record = try store.task(.id(task), evenInDoubt: true)
      return record.requests.last { $0.requestId == id && !$0.isOpen }
    }
    let found = try workshop.watch(seconds: seconds, caller) {
      (store) throws(StoreError) -> (found: InputRequest?, line: String) in
      (try look(store), "question \(id) waits for an answer")
    }
    if let found { return found }
    let store = try workshop.store()
    return try naming { () throws(StoreError) in try look(store) }
  }

  /// Asks, unless it is asked already: a client that lost patience asks the same again.
  private func asked(_ input: Input, _ own: OwnAttempt) throws(ToolFailure) -> String {
    let mine = own.record.requests.filter { $0.attemptN == own.record.attemptCount }
    if let id = input.request {
      guard mine.contains(where: { $0.requestId == id }) else {
        throw .argument("request_id", "you have asked no such thing", tool: name)
      }
      return id
    }
    guard let question = input.question else {
      throw .argument("question", "give a question, or the request_id of one", tool: name)
    }
    let schema = input.schema.map { own.redactor.redacted(.object($0)) }
    if let schema { try check(schema, input.options) }
    var request = InputRequest(
      requestId: "", attemptN: own.record.attemptCount,
      question: own.redactor.redacted(CleanText.clean(question, limit: 4_000)),
      options: input.options.map { own.redactor.redacted($0) }, schema: schema, askedAt: .now)
    let same = mine.last {
      $0.isOpen && $0.question == request.question && $0.options == request.options
        && $0.schema == request.schema
    }
    if let same { return same.requestId }
    workshop.usableConfiguration().questions(of: own.record.spec.launch.profile).apply(to: &request)
    let made = request
    do throws(StoreError) {
      return try own.ledger.ask { record in
        var numbered = made
        numbered.requestId = record.nextRequestId
        return numbered
      }.id
    } catch {
      throw ToolFailure(error)
    }
  }

  /// Bounds what every reader of the task holds.
  private static let schemaLimit = 16 << 10

  private func check(_ schema: JSONValue, _ options: [String]) throws(ToolFailure) {
    guard options.isEmpty else {
      throw .argument("schema", "does not go together with options", tool: name)
    }
    guard schema.bytes.count <= Self.schemaLimit else {
      throw .argument(
        "schema", "is larger than \(Self.schemaLimit >> 10) KiB", tool: name)
    }
    do throws(SchemaError) { _ = try Schema(schema) } catch {
      throw .argument("schema", "is no JSON Schema we know: \(error)", tool: name)
    }
  }

  package struct Output: JSONCodable, ToolOutput {
    enum Outcome: String, Sendable, CaseIterable { case answered, waiting, withdrawn }
    var requestId: String
    var outcome: Outcome
    var answer: JSONValue?
    var hint: String

    package static let json = Codec.object(
      Self.init(requestId:outcome:answer:hint:),
      required("requestId", \.requestId, .string), required("outcome", \.outcome, .enumeration),
      optional("answer", \.answer, .any), required("hint", \.hint, .string)
    ).lean
  }
}

import JSON
import Tasks

/// Keeps Claude's control requests: ours by number, its own until they are answered.
struct ClaudeDesk: Sendable {
  private enum Pending {
    case permission(input: JSONValue, suggestions: JSONValue?)
    case questions(QuestionForm, input: JSONValue)
  }

  private var pending: [String: Pending] = [:]
  private var requests = 0

  /// Writes one of our own requests.
  mutating func request(_ request: JSONValue) -> [UInt8] {
    requests += 1
    let line: JSONValue = [
      "type": "control_request", "request_id": .string("errand-\(requests)"), "request": request,
    ]
    return line.line
  }

  static func user(_ text: String) -> [UInt8] {
    let line: JSONValue = [
      "type": "user",
      "message": ["role": "user", "content": [["type": "text", "text": .string(text)]]],
    ]
    return line.line
  }

  mutating func asked(_ value: JSONValue) -> Reaction {
    guard let id = value["request_id"]?.stringValue, let request = value["request"] else {
      return Reaction(events: [.unknown])
    }
    guard request["subtype"]?.stringValue == "can_use_tool",
      let tool = request.word(at: "tool_name")
    else {
      // An answer is owed to everything that asks, or it waits for ever.
      return Reaction(
        events: [.unknown],
        bytes: Self.response(id, ["subtype": "error", "error": "Not supported by this host."]))
    }
    let input = request["input"] ?? [:]
    if tool == "AskUserQuestion", let form = Self.form(input) {
      pending[id] = .questions(form, input: input)
      return Reaction(events: [.asked(form.question(requestId: id))])
    }
    let suggestions = request["permission_suggestions"]
    pending[id] = .permission(input: input, suggestions: suggestions)
    let canRemember = suggestions?.arrayValue?.contains { Self.isRule($0) } ?? false
    let options: [Permission] = canRemember ? [.allow, .allowAlways, .deny] : [.allow, .deny]
    let about = request.word(at: "description") ?? ClaudeInterpreter.title(input)
    let question = AgentQuestion(
      requestId: id, kind: .permission(tool: tool, callId: request.word(at: "tool_use_id")),
      question: "May it use \(tool)\(about.map { ": \($0)" } ?? "")?",
      options: options.map(\.rawValue),
      arguments: AgentText.stored(input))
    return Reaction(events: [.asked(question)])
  }

  mutating func withdrawn(_ value: JSONValue) -> Reaction {
    guard let id = value["request_id"]?.stringValue, pending.removeValue(forKey: id) != nil else {
      return .none
    }
    return Reaction(events: [.withdrawn(requestId: id)])
  }

  /// Hears what came of our own requests; only a refusal is worth a word.
  func answered(_ value: JSONValue) -> Reaction {
    guard let response = value["response"], response["subtype"]?.stringValue == "error" else {
      return .none
    }
    let why = response.word(at: "error") ?? "without a reason"
    return Reaction(events: [.progress(text: "The agent refused a request: \(why)", data: nil)])
  }

  /// Answers what is open; an answer to anything else comes too late and says nothing.
  mutating func answer(_ id: String, _ answer: JSONValue) -> Reaction {
    guard let asked = pending.removeValue(forKey: id) else { return .none }
    let permission = Permission.read(answer)
    let reply: JSONObject
    switch asked {
    case .questions(let form, let input) where !Permission.isRefusal(answer):
      reply = Self.answered(form, input, answer)
    case .permission(let input, let suggestions) where permission.decision != .deny:
      reply = Self.allowed(
        input, remembering: permission.decision == .allowAlways ? suggestions : nil)
    case .questions, .permission:
      reply = [
        "behavior": "deny", "message": .string(permission.message ?? "Not allowed."),
      ]
    }
    return Reaction(bytes: Self.response(id, ["subtype": "success", "response": .object(reply)]))
  }

  private static func answered(
    _ form: QuestionForm, _ input: JSONValue, _ answer: JSONValue
  ) -> JSONObject {
    var answers = JSONObject()
    let given = form.answers(answer)
    for item in form.items {
      answers[item.text] = given[item.key].map { .string($0.joined(separator: ", ")) }
    }
    var updated = input.objectValue ?? JSONObject()
    updated["answers"] = .object(answers)
    return ["behavior": "allow", "updatedInput": .object(updated)]
  }

  private static func allowed(_ input: JSONValue, remembering suggestions: JSONValue?) -> JSONObject
  {
    var reply: JSONObject = ["behavior": "allow", "updatedInput": input]
    if let rules = suggestions?.arrayValue {
      // For this conversation: nothing is written into anybody's settings.
      reply["updatedPermissions"] = .array(
        rules.compactMap { rule in
          guard Self.isRule(rule), var rule = rule.objectValue else { return nil }
          rule["destination"] = "session"
          return .object(rule)
        })
    }
    return reply
  }

  private static func isRule(_ suggestion: JSONValue) -> Bool {
    suggestion["type"]?.stringValue == "addRules"
  }

  private static func response(_ id: String, _ response: JSONObject) -> [UInt8] {
    var response = response
    response["request_id"] = .string(id)
    let line: JSONValue = ["type": "control_response", "response": .object(response)]
    return line.line
  }

  private static func form(_ input: JSONValue) -> QuestionForm? {
    guard let questions = input["questions"]?.arrayValue, !questions.isEmpty else { return nil }
    return QuestionForm(
      items: questions.enumerated().compactMap { index, question in
        question["question"]?.stringValue.map { text in
          QuestionForm.Item(
            key: "answer\(index + 1)", header: question.word(at: "header"), text: text,
            options: question["options"]?.arrayValue?.compactMap { $0["label"]?.stringValue } ?? [],
            takesSeveral: question["multiSelect"]?.boolValue ?? false)
        }
      })
  }
}

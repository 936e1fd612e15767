import JSON
import Tasks

/// Keeps the requests between us and the app-server: ours by number, its own until answered.
struct CodexDesk: Sendable {
  /// Says what one of our requests was for.
  enum Purpose: Sendable, Hashable {
    case greeting, thread, turn, other
  }

  private enum Pending {
    case approval
    case permissions(JSONValue)
    case questions(QuestionForm)
  }

  private var purposes: [Int: Purpose] = [:]
  private var requests = 0
  /// By the request's id as text, with the id as it came.
  private var pending: [String: (id: JSONValue, asked: Pending)] = [:]

  mutating func request(_ method: String, _ params: JSONValue, for purpose: Purpose) -> [UInt8] {
    requests += 1
    purposes[requests] = purpose
    let line: JSONValue = [
      "id": .integer(requests), "method": .string(method), "params": params,
    ]
    return line.line
  }

  func notice(_ method: String) -> [UInt8] {
    let line: JSONValue = ["method": .string(method)]
    return line.line
  }

  mutating func purpose(of id: JSONValue?) -> Purpose? {
    id?.intValue.flatMap { purposes.removeValue(forKey: $0) }
  }

  func isWaiting(for purpose: Purpose) -> Bool { purposes.values.contains(purpose) }

  mutating func asked(_ method: String, id: JSONValue, _ params: JSONValue) -> Reaction {
    let requestId = id.stringValue ?? id.text
    switch method {
    case "item/commandExecution/requestApproval":
      pending[requestId] = (id, .approval)
      return Reaction(events: [.asked(permission(requestId, "shell", params, "command"))])
    case "item/fileChange/requestApproval":
      pending[requestId] = (id, .approval)
      return Reaction(events: [.asked(permission(requestId, "apply_patch", params, "grantRoot"))])
    case "item/permissions/requestApproval":
      pending[requestId] = (id, .permissions(params["permissions"] ?? [:]))
      return Reaction(events: [.asked(permission(requestId, "permissions", params, "cwd"))])
    case "item/tool/requestUserInput":
      guard let form = Self.form(params) else { break }
      pending[requestId] = (id, .questions(form))
      return Reaction(events: [.asked(form.question(requestId: requestId))])
    default: break
    }
    // An answer is owed to everything that asks, or it waits for ever.
    let error: JSONValue = ["code": -32601, "message": "Not supported by this client."]
    return Reaction(events: [.unknown], bytes: Self.reply(id, "error", error))
  }

  /// Answers what is open; an answer to anything else comes too late and says nothing.
  mutating func answer(_ requestId: String, _ answer: JSONValue) -> Reaction {
    guard let (id, asked) = pending.removeValue(forKey: requestId) else { return .none }
    let decision = Permission.read(answer).decision
    let result: JSONValue
    switch asked {
    case .approval:
      switch decision {
      case .allow: result = ["decision": "accept"]
      case .allowAlways: result = ["decision": "acceptForSession"]
      case .deny: result = ["decision": "decline"]
      }
    case .permissions(let wanted):
      result = [
        "permissions": decision == .deny ? [:] : wanted,
        "scope": decision == .allowAlways ? "session" : "turn",
      ]
    case .questions(let form):
      var answers = JSONObject()
      for (key, words) in form.answers(answer).sorted(by: { $0.key < $1.key }) {
        answers[key] = ["answers": .array(words.map(JSONValue.string))]
      }
      result = ["answers": .object(answers)]
    }
    return Reaction(bytes: Self.reply(id, "result", result))
  }

  /// Hears that a request needs no answer; of those we answered it is no news.
  mutating func resolved(_ id: JSONValue?) -> Reaction {
    guard let id, pending.removeValue(forKey: id.stringValue ?? id.text) != nil else {
      return .none
    }
    return Reaction(events: [.withdrawn(requestId: id.stringValue ?? id.text)])
  }

  private func permission(
    _ requestId: String, _ tool: String, _ params: JSONValue, _ key: String
  ) -> AgentQuestion {
    let about = params.word(at: key).map { ": \($0)" } ?? ""
    let reason = params.word(at: "reason").map { " \($0)" } ?? ""
    return AgentQuestion(
      requestId: requestId,
      kind: .permission(tool: tool, callId: params.word(at: "itemId")),
      question: "May it use \(tool)\(about)?\(reason)",
      options: Permission.allCases.map(\.rawValue),
      arguments: params.kept(at: key).map { .object(JSONObject([(key: key, value: $0)])) })
  }

  private static func reply(_ id: JSONValue, _ key: String, _ value: JSONValue) -> [UInt8] {
    JSONValue.object(JSONObject([(key: "id", value: id), (key: key, value: value)])).line
  }

  private static func form(_ params: JSONValue) -> QuestionForm? {
    guard let questions = params["questions"]?.arrayValue, !questions.isEmpty else { return nil }
    return QuestionForm(
      items: questions.compactMap { question in
        guard let key = question["id"]?.stringValue, let text = question["question"]?.stringValue
        else { return nil }
        return QuestionForm.Item(
          key: key, header: question.word(at: "header"), text: text,
          options: question["options"]?.arrayValue?.compactMap { $0["label"]?.stringValue } ?? [],
          takesSeveral: false)
      })
  }

  /// Tells the notifications that mean nothing to us from those we do not know.
  static func isQuiet(_ method: String) -> Bool {
    quiet.contains { method == $0 || ($0.hasSuffix("/") && method.hasPrefix($0)) }
  }

  private static let quiet = [
    "thread/", "turn/diff/updated", "turn/plan/updated", "turn/moderationMetadata", "hook/",
    "item/reasoning/", "item/plan/", "item/commandExecution/", "item/fileChange/",
    "item/mcpToolCall/", "item/autoApprovalReview/", "mcpServer/", "account/", "app/", "skills/",
    "project/", "remoteControl/", "fs/", "modelProvider/", "model/", "configWarning",
    "deprecationNotice", "autoApprovalReview/",
  ]
}

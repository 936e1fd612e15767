import JSON
import Tasks

/// Understands Claude's stream, and speaks its half of the conversation where there is one.
package struct ClaudeInterpreter: AgentInterpreter {
  private let dialect: ClaudeDialect
  private let brief: Brief
  var ledger: ClaudeLedger
  var desk = ClaudeDesk()
  private var session: AgentSession?
  /// Names the tools of calls begun, since their ends do not.
  var tools: [String: String] = [:]
  private var verdict: ClaudeVerdict
  private var phase = Phase.working
  /// How many things it started go on.
  private var running = 0
  /// Whether some did when the last turn ended: it will be woken by their end.
  private var hasBackground = false

  private enum Phase {
    case working
    /// A result was said.
    case said
    /// It is not the conversation that was asked for; nothing it says counts any more.
    case strange
  }

  init(_ dialect: ClaudeDialect, _ brief: Brief) {
    self.dialect = dialect
    self.brief = brief
    ledger = ClaudeLedger(dialect, brief.conversation)
    verdict = ClaudeVerdict(
      wantsOutput: dialect.kind == .claude && brief.outputSchema != nil,
      limit: brief.budgetUsd.map { ($0, brief.budgetOwner) })
  }

  package mutating func open() -> Reaction {
    guard dialect.hasDialogue, case .words(_, let prompt) = brief.work else { return .none }
    return Reaction(
      bytes: desk.request(["subtype": "initialize", "hooks": nil]) + ClaudeDesk.user(prompt))
  }

  package var rest: AgentRest {
    switch phase {
    case .working: .working
    case .said: hasBackground ? .background : .resting
    case .strange: .resting
    }
  }

  package var totals: Usage? { ledger.totals }
  package var takesMessages: Bool { dialect.hasDialogue && phase != .strange }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    switch line.content {
    case .blank: .none
    case .prose(let text): Reaction(events: [.progress(text: text, data: nil)])
    case .value(let value): interpret(value)
    }
  }

  package mutating func carry(out command: AgentCommand) -> Reaction {
    guard dialect.hasDialogue else { return .none }
    switch command {
    case .answer(let requestId, let answer): return desk.answer(requestId, answer)
    case .interrupt: return Reaction(bytes: desk.request(["subtype": "interrupt"]))
    case .message(let text):
      if phase == .said { phase = .working }
      return Reaction(bytes: ClaudeDesk.user(text))
    }
  }

  private mutating func interpret(_ value: JSONValue) -> Reaction {
    switch value["type"]?.stringValue {
    case "system": return system(value)
    case "assistant":
      if let word = value["error"]?.stringValue { verdict.serverWord = word }
      return Reaction(events: assistant(value))
    case "user": return Reaction(events: results(value))
    case "stream_event": return Reaction(events: streamed(value))
    case "result": return Reaction(events: result(value))
    case "control_request": return desk.asked(value)
    case "control_cancel_request": return desk.withdrawn(value)
    case "control_response": return desk.answered(value)
    case "tool_call" where dialect.kind == .cursor: return Reaction(events: cursorCall(value))
    case "rate_limit_event":
      return Reaction(events: rateLimit(value["rate_limit_info"] ?? [:]))
    case "file-history-snapshot", "keep_alive", "thinking": return .none
    default: return Reaction(events: [.unknown])
    }
  }

  private mutating func system(_ value: JSONValue) -> Reaction {
    switch value["subtype"]?.stringValue {
    case "init", "session_start": return opened(value)
    case "api_retry": return Reaction(events: [Self.retry(value)])
    case "permission_denied":
      let tool = value.word(at: "tool_name") ?? "a tool"
      let why = value.text(at: "message").map { ": \($0)" } ?? "."
      return Reaction(events: [
        .progress(text: "\(tool) was denied\(why)", data: Self.call(value))
      ])
    case "background_tasks_changed":
      return Reaction(events: background(value["tasks"]?.arrayValue ?? []))
    case "task_notification":
      return Reaction(
        events: value.text(at: "summary").map { [.progress(text: $0, data: Self.call(value))] }
          ?? [])
    case "compact_boundary":
      return Reaction(events: [.progress(text: "The conversation was compacted.", data: nil)])
    case "status", "thinking_tokens", "task_started", "task_progress", "task_updated",
      "commands_changed":
      return .none
    default: return Reaction(events: [.unknown])
    }
  }

  /// Takes in who speaks; every turn says so anew.
  private mutating func opened(_ value: JSONValue) -> Reaction {
    if phase == .said, dialect.hasDialogue { phase = .working }
    guard let id = value.word(at: "session_id") else { return Reaction(events: [.unknown]) }
    let found = AgentSession(
      id: id, model: value.word(at: "model"), agentVersion: value.word(at: dialect.versionKey),
      directory: value.word(at: "cwd"))
    guard found != session else { return .none }
    session = found
    guard brief.conversation.admits(id) else {
      phase = .strange
      let words =
        "Conversation \(brief.conversation.source ?? "") was asked for, but it opened \(id)."
      let bytes = dialect.hasDialogue ? desk.request(["subtype": "interrupt"]) : []
      return Reaction(
        events: [.session(found), .failed(AgentFailure(.sessionUnavailable, words))], bytes: bytes)
    }
    return Reaction(events: [.session(found)])
  }

  private mutating func background(_ tasks: [JSONValue]) -> [AgentEvent] {
    running = tasks.count
    guard running > 0 else { return [] }
    if phase == .said { hasBackground = true }
    let names = tasks.prefix(10).compactMap { $0.word(at: "description") }
    let text = "In the background: \(names.joined(separator: ", "))"
    return [.progress(text: CleanText.line(text, limit: 500), data: nil)]
  }

  private mutating func result(_ value: JSONValue) -> [AgentEvent] {
    let (rest, turn) = ledger.result(value)
    var events: [AgentEvent] = rest.isNothing ? [] : [.usage(rest)]
    let stop = value.word(at: "terminal_reason") ?? value.word(at: "stop_reason")
    events.append(.turnEnd(usage: turn.isNothing ? nil : turn, stopReason: stop))
    tools.removeAll()
    if phase == .strange { return events }
    hasBackground = running > 0
    phase = .said
    events.append(verdict.event(value))
    verdict.serverWord = nil
    return events
  }

  private mutating func rateLimit(_ info: JSONValue) -> [AgentEvent] {
    let backAt = info["resetsAt"]?.intValue.flatMap(Timestamp.init(secondsOfThisAge:))
    let until = backAt.map { " until \($0)" } ?? ""
    switch info["status"]?.stringValue {
    case "rejected":
      verdict.quotaBackAt = backAt
      return [.error(.agentQuota, message: "The agent's quota is used up\(until).")]
    case "allowed_warning":
      verdict.quotaBackAt = nil
      return [.progress(text: "The agent's quota is nearly used up\(until).", data: nil)]
    default:
      verdict.quotaBackAt = nil
      return []
    }
  }

  private static func retry(_ value: JSONValue) -> AgentEvent {
    let status = value["error_status"]?.intValue.map { " \($0)" } ?? ""
    let word = value.word(at: "error").map { " (\($0))" } ?? ""
    let attempt = value.count(at: "attempt")
    let most = value.count(at: "max_retries")
    return .progress(
      text: "The model's server failed\(status)\(word); retry \(attempt) of \(most).",
      data: ["retryDelayMs": .integer(value.count(at: "retry_delay_ms"))])
  }

  private static func call(_ value: JSONValue) -> JSONValue? {
    value.word(at: "tool_use_id").map { ["callId": .string($0)] }
  }
}

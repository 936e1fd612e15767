import JSON
import Tasks

/// Speaks with Codex's app-server: opens a conversation, starts a turn, and hears what comes of it.
package struct CodexInterpreter: AgentInterpreter {
  private enum Phase {
    case greeting
    case opening
    /// Turns are asked for and run; the turn's id is known once it is.
    case turning(turn: String?)
    case over
  }

  private let settings: AgentSettings
  private let brief: Brief
  private let place: AgentPlace
  private var phase = Phase.greeting
  private var desk = CodexDesk()
  private var version: String?
  private(set) var thread: String?
  var ledger: CodexLedger
  private var lastText: String?
  /// Calls whose beginning was told.
  private var begun: Set<String> = []
  private var quotaBackAt: Timestamp?

  init(_ settings: AgentSettings, _ brief: Brief, _ place: AgentPlace) {
    self.settings = settings
    self.brief = brief
    self.place = place
    ledger = CodexLedger(brief.conversation)
  }

  package mutating func open() -> Reaction {
    var params: JSONObject = [
      "clientInfo": ["name": "errand", "title": "Errand", "version": "1"]
    ]
    // Only a person can answer what this makes it ask.
    if place.canAsk { params["capabilities"] = ["experimentalApi": true] }
    return Reaction(bytes: desk.request("initialize", .object(params), for: .greeting))
  }

  package var rest: AgentRest {
    if case .over = phase { .resting } else { .working }
  }

  /// Without a conversation nobody would hear it.
  package var takesMessages: Bool { thread != nil }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    switch line.content {
    case .blank: .none
    case .prose(let text): Reaction(events: [.progress(text: text, data: nil)])
    case .value(let value): interpret(value)
    }
  }

  package mutating func carry(out command: AgentCommand) -> Reaction {
    switch command {
    case .answer(let requestId, let answer): return desk.answer(requestId, answer)
    case .interrupt:
      guard let thread, case .turning(let turn?) = phase else { return .none }
      let params: JSONValue = ["threadId": .string(thread), "turnId": .string(turn)]
      return Reaction(bytes: desk.request("turn/interrupt", params, for: .other))
    case .message(let text): return say(text)
    }
  }

  private mutating func interpret(_ value: JSONValue) -> Reaction {
    guard let method = value["method"]?.stringValue else { return answered(value) }
    let params = value["params"] ?? [:]
    if let id = value["id"] { return desk.asked(method, id: id, params) }
    return notified(method, params)
  }

  private mutating func answered(_ value: JSONValue) -> Reaction {
    guard let purpose = desk.purpose(of: value["id"]) else {
      return value["id"] == nil ? Reaction(events: [.unknown]) : .none
    }
    if let error = value["error"] { return refused(error, purpose) }
    let result = value["result"] ?? [:]
    switch purpose {
    case .greeting:
      version = Self.version(result.word(at: "userAgent"))
      phase = .opening
      return Reaction(bytes: desk.notice("initialized") + openThread())
    case .thread: return opened(result["thread"] ?? [:])
    case .turn:
      if case .turning = phase, let turn = result["turn"]?["id"]?.stringValue {
        phase = .turning(turn: turn)
      }
      return .none
    case .other: return .none
    }
  }

  /// A refusal of what opens the conversation ends it; of anything else it is worth a word.
  private mutating func refused(_ error: JSONValue, _ purpose: CodexDesk.Purpose) -> Reaction {
    let message = error.text(at: "message") ?? "without a reason"
    guard purpose != .other else {
      return Reaction(events: [.progress(text: "Codex refused a request: \(message)", data: nil)])
    }
    phase = .over
    var failure = CodexFailure.failure(error["data"] ?? error, quotaBackAt: quotaBackAt)
    failure.message = message
    if purpose == .thread, brief.conversation != .new { failure.reason = .sessionUnavailable }
    return Reaction(events: [.failed(failure)])
  }

  private mutating func openThread() -> [UInt8] {
    var params: JSONObject = ["cwd": .string(place.directory)]
    let (approval, sandbox) = policy
    params["approvalPolicy"] = .string(approval)
    params["sandbox"] = .string(sandbox)
    params["model"] = settings.model.map(JSONValue.string)
    var config = CodexTerms.server(place.tools)
    if !settings.directories.isEmpty {
      config["sandbox_workspace_write.writable_roots"] = .array(
        settings.directories.map(JSONValue.string))
    }
    if !config.isEmpty { params["config"] = .object(config) }
    let method: String
    switch brief.conversation {
    case .new: method = "thread/start"
    case .resume: method = "thread/resume"
    case .fork: method = "thread/fork"
    }
    params["threadId"] = brief.conversation.source.map(JSONValue.string)
    return desk.request(method, .object(params), for: .thread)
  }

  /// Gives when it asks, and what it can reach without; nobody there to be asked means never.
  private var policy: (approval: String, sandbox: String) {
    switch (settings.permissionMode, place.canAsk) {
    case (.readOnly, _), (.ask, false): ("never", "read-only")
    case (.ask, true): ("untrusted", "workspace-write")
    case (.edits, true): ("on-request", "workspace-write")
    case (.edits, false): ("never", "workspace-write")
    case (.all, _): ("never", "danger-full-access")
    }
  }

  private mutating func opened(_ found: JSONValue) -> Reaction {
    guard let id = found.word(at: "id") else {
      phase = .over
      return Reaction(events: [.failed(AgentFailure(.unknown, "Codex opened no conversation."))])
    }
    let session = AgentEvent.session(
      AgentSession(
        id: id, model: found.word(at: "model"),
        agentVersion: found.word(at: "cliVersion") ?? version, directory: found.word(at: "cwd")))
    guard brief.conversation.admits(id) else {
      phase = .over
      let words =
        "Conversation \(brief.conversation.source ?? "") was asked for, but it opened \(id)."
      return Reaction(events: [session, .failed(AgentFailure(.sessionUnavailable, words))])
    }
    thread = id
    guard case .words(_, let prompt) = brief.work else { return Reaction(events: [session]) }
    return Reaction(events: [session], bytes: startTurn(prompt))
  }

  private mutating func startTurn(_ text: String) -> [UInt8] {
    guard let thread else { return [] }
    phase = .turning(turn: nil)
    var params: JSONObject = ["threadId": .string(thread), "input": Self.input(text)]
    params["effort"] = settings.effort.map(JSONValue.string)
    params["outputSchema"] = brief.outputSchema
    return desk.request("turn/start", .object(params), for: .turn)
  }

  /// Steers the turn that runs, or starts another.
  private mutating func say(_ text: String) -> Reaction {
    guard let thread else { return .none }
    guard case .turning(let turn?) = phase else { return Reaction(bytes: startTurn(text)) }
    let params: JSONValue = [
      "threadId": .string(thread), "expectedTurnId": .string(turn), "input": Self.input(text),
    ]
    return Reaction(bytes: desk.request("turn/steer", params, for: .other))
  }

  private static func input(_ text: String) -> JSONValue {
    [["type": "text", "text": .string(text)]]
  }

  /// Reads "errand/0.163.0 (Debian 12 …)".
  private static func version(_ userAgent: String?) -> String? {
    userAgent?.split(separator: " ").first?.split(separator: "/").last.map(String.init)
  }
}

/// What happens while a turn runs.
extension CodexInterpreter {
  private mutating func notified(_ method: String, _ params: JSONValue) -> Reaction {
    if method == "thread/tokenUsage/updated" { return Reaction(events: used(params)) }
    if method == "serverRequest/resolved" { return desk.resolved(params["requestId"]) }
    // Other conversations are its helpers'; what they use counts, what they say is theirs.
    if let other = params["threadId"]?.stringValue, other != thread { return .none }
    return Reaction(events: events(method, params))
  }

  private mutating func events(_ method: String, _ params: JSONValue) -> [AgentEvent] {
    switch method {
    case "turn/started":
      if case .turning = phase, let turn = params["turn"]?["id"]?.stringValue {
        phase = .turning(turn: turn)
      }
      return []
    case "item/started": return item(params["item"], isEnd: false)
    case "item/completed": return item(params["item"], isEnd: true)
    case "item/agentMessage/delta":
      return params.text(at: "delta").map { [.textDelta($0)] } ?? []
    case "error": return trouble(params)
    case "turn/completed": return completed(params["turn"] ?? [:])
    case "account/rateLimits/updated":
      quotaBackAt = Self.backAt(params["rateLimits"] ?? [:]) ?? quotaBackAt
      return []
    case "warning", "guardianWarning":
      return params.text(at: "message").map { [.progress(text: $0, data: nil)] } ?? []
    case "model/rerouted":
      return [
        .progress(text: "Another model answers: \(params.word(at: "toModel") ?? "")", data: nil)
      ]
    case "thread/compacted": return [.progress(text: "The conversation was compacted.", data: nil)]
    default: return CodexDesk.isQuiet(method) ? [] : [.unknown]
    }
  }

  private mutating func item(_ value: JSONValue?, isEnd: Bool) -> [AgentEvent] {
    guard let item = CodexItem(value) else { return [.unknown] }
    if item.kind == "agentMessage" {
      guard isEnd, let text = item.text else { return [] }
      lastText = text
      return [.text(text)]
    }
    guard let start = item.start, case .toolStart(let callId, _, _, _) = start else { return [] }
    var events: [AgentEvent] = begun.insert(callId).inserted ? [start] : []
    if isEnd, let end = item.end {
      begun.remove(callId)
      events.append(end)
    }
    return events
  }

  private mutating func used(_ params: JSONValue) -> [AgentEvent] {
    guard let id = params["threadId"]?.stringValue, let figures = params["tokenUsage"] else {
      return [.unknown]
    }
    var isTurn = false
    if case .turning = phase, !(desk.isWaiting(for: .turn)) { isTurn = true }
    return ledger.update(of: id, figures, isOurs: id == thread, inTurn: isTurn).map { [.usage($0)] }
      ?? []
  }

  private func trouble(_ params: JSONValue) -> [AgentEvent] {
    let failure = CodexFailure.failure(params["error"] ?? [:], quotaBackAt: quotaBackAt)
    guard params["willRetry"]?.boolValue == true else {
      return [.error(failure.reason, message: failure.message)]
    }
    let details = params["error"]?.text(at: "additionalDetails").map { " (\($0))" } ?? ""
    return [.progress(text: failure.message + details, data: nil)]
  }

  private mutating func completed(_ turn: JSONValue) -> [AgentEvent] {
    phase = .over
    let status = turn["status"]?.stringValue ?? ""
    let (rest, used) = ledger.turn()
    let end =
      (rest.map { [.usage($0)] } ?? []) + [AgentEvent.turnEnd(usage: used, stopReason: status)]
    switch status {
    case "completed": return end + [CodexOutput.event(lastText, brief.outputSchema != nil)]
    case "interrupted":
      return end + [.failed(AgentFailure(.interrupted, "The turn was interrupted."))]
    default:
      let error = turn["error"] ?? [:]
      return end + [.failed(CodexFailure.failure(error, quotaBackAt: quotaBackAt))]
    }
  }

  /// Finds when the window that is used up begins anew.
  private static func backAt(_ limits: JSONValue) -> Timestamp? {
    for key in ["primary", "secondary"] {
      guard let window = limits[key], window.count(at: "usedPercent") >= 100 else { continue }
      return window["resetsAt"]?.intValue.flatMap(Timestamp.init(secondsOfThisAge:))
    }
    return nil
  }
}

import JSON
import Tasks

// What happens between a prompt and its answer.
extension ACPInterpreter {
  mutating func send(_ text: String) -> Reaction {
    guard let session else { return fail(.agentCrashed, "There is no conversation to speak in.") }
    let id = nextRequest()
    stage = .prompting(request: id)
    turn = ACPTurn()
    return Reaction(
      bytes: ACPLine.request(
        id: id, "session/prompt",
        [
          "sessionId": .string(session),
          "prompt": [["type": "text", "text": .string(text)]],
        ]))
  }

  /// Says the next of what was said ahead, if there is one.
  mutating func sayNext() -> Reaction {
    said.isEmpty ? .none : send(said.removeFirst())
  }

  mutating func update(_ params: JSONValue) -> [AgentEvent] {
    guard let update = params["update"], let kind = update["sessionUpdate"]?.stringValue,
      session == nil || params["sessionId"]?.stringValue == session
    else { return [.unknown] }
    if kind == "usage_update" {
      spending.note(update, isBeforePrompt: !isPrompting)
      return []
    }
    // A loaded conversation is told again from its beginning: that is no news.
    guard isPrompting else { return [] }
    switch kind {
    case "agent_message_chunk": return turn.calls.tellRest() + turn.append(update)
    case "tool_call", "tool_call_update":
      turn.hasActed = true
      return turn.flush() + turn.calls.take(update)
    case "plan": return turn.flush() + [plan(update)]
    case "user_message_chunk", "agent_thought_chunk", "available_commands_update",
      "current_mode_update", "config_option_update", "session_info_update":
      return []
    default: return [.unknown]
    }
  }

  private var isPrompting: Bool {
    if case .prompting = stage { true } else { false }
  }

  private func plan(_ update: JSONValue) -> AgentEvent {
    let entries = update["entries"]?.arrayValue ?? []
    let done = entries.count { $0["status"]?.stringValue == "completed" }
    return .progress(
      text: "Plan: \(done) of \(entries.count) done", data: update.kept(at: "entries"))
  }

  /// The prompt is answered: sums up, and says what it means.
  mutating func ended(_ result: ACPMessage.Result) -> Reaction {
    var events = turn.flush() + turn.calls.tellRest()
    for requestId in waiting.keys.sorted() { events.append(.withdrawn(requestId: requestId)) }
    waiting.removeAll()
    var stopReason: String?
    var used = Usage()
    if case .success(let value) = result {
      stopReason = value.word(at: "stopReason")
      used = spending.take(value["usage"], isTotal: agent.countsTotals)
    } else {
      used = spending.take(nil, isTotal: false)
    }
    used.turns = 1
    events.append(.usage(used))
    events.append(.turnEnd(usage: used, stopReason: stopReason))
    stage = .resting
    let verdict = ACPVerdict(turn: turn, used: used, result: result)
    if !said.isEmpty, verdict.allowsMore { return Reaction(events: events) + sayNext() }
    events += verdict.events(reason: reason)
    return Reaction(events: events)
  }
}

extension ACPAgent {
  /// Most agents give a turn's usage, these the whole conversation's.
  var countsTotals: Bool { name == "@mistralai/mistral-vibe" }
}

extension Reaction {
  static func + (left: Reaction, right: Reaction) -> Reaction {
    Reaction(events: left.events + right.events, bytes: left.bytes + right.bytes)
  }
}

import JSON
import Tasks

/// Understands the lines of `codex exec --json`; it has nothing to say to the program.
package struct CodexExecInterpreter: AgentInterpreter {
  private let conversation: Brief.Conversation
  private let wantsOutput: Bool
  private var lastText: String?
  private var begun: Set<String> = []
  private var isOver = false
  private var isStrange = false
  package private(set) var totals: Usage?

  init(_ brief: Brief) {
    conversation = brief.conversation
    wantsOutput = brief.outputSchema != nil
    totals = brief.conversation.spent
  }

  package var rest: AgentRest { isOver ? .resting : .working }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    switch line.content {
    case .blank: .none
    case .prose(let text): Reaction(events: [.progress(text: text, data: nil)])
    case .value(let value): Reaction(events: events(value))
    }
  }

  package mutating func carry(out command: AgentCommand) -> Reaction { .none }

  private mutating func events(_ value: JSONValue) -> [AgentEvent] {
    switch value["type"]?.stringValue {
    case "thread.started": return opened(value)
    case "turn.started": return []
    case "item.started", "item.updated", "item.completed": return item(value)
    case "error": return [.progress(text: value.text(at: "message") ?? "", data: nil)]
    case "turn.completed": return completed(value["usage"] ?? [:])
    case "turn.failed":
      isOver = true
      let words = value["error"]?.text(at: "message") ?? "Codex gave up without saying why."
      return [
        .turnEnd(usage: nil, stopReason: "failed"), .failed(CodexFailure.failure(message: words)),
      ]
    default: return [.unknown]
    }
  }

  private mutating func opened(_ value: JSONValue) -> [AgentEvent] {
    guard let id = value.word(at: "thread_id") else { return [.unknown] }
    let session = AgentEvent.session(AgentSession(id: id))
    guard !conversation.admits(id) else { return [session] }
    isStrange = true
    let words = "Conversation \(conversation.source ?? "") was asked for, but it opened \(id)."
    return [session, .failed(AgentFailure(.sessionUnavailable, words))]
  }

  private mutating func item(_ value: JSONValue) -> [AgentEvent] {
    guard let item = CodexItem(value["item"]) else { return [.unknown] }
    let isEnd = value["type"]?.stringValue == "item.completed"
    switch item.kind {
    case "agentMessage":
      guard isEnd, let text = item.text else { return [] }
      lastText = text
      return [.text(text)]
    // Only a warning, whatever its name.
    case "error":
      return isEnd ? [.progress(text: value["item"]?.text(at: "message") ?? "", data: nil)] : []
    case "reasoning", "todoList": return []
    default: break
    }
    guard let start = item.start, case .toolStart(let callId, _, _, _) = start else {
      return [.unknown]
    }
    var events: [AgentEvent] = begun.insert(callId).inserted ? [start] : []
    if isEnd, let end = item.end {
      begun.remove(callId)
      events.append(end)
    }
    return events
  }

  /// The figures are the whole conversation's: what was spent before is taken off.
  private mutating func completed(_ figures: JSONValue) -> [AgentEvent] {
    isOver = true
    var usage = CodexTerms.usage(figures, .exec)
    totals = usage
    if conversation != .new {
      // Of an unknown past nothing can be taken off, and the sum would be wrong.
      usage = conversation.spent.map { usage.beyond($0) } ?? Usage()
    }
    usage.turns = 1
    let end = AgentEvent.turnEnd(usage: usage, stopReason: "completed")
    return [.usage(usage), end] + (isStrange ? [] : [CodexOutput.event(lastText, wantsOutput)])
  }
}

/// Makes a turn's claim of its last message.
enum CodexOutput {
  /// A structured output stands in the last message; Codex itself does not check it.
  static func event(_ text: String?, _ wantsOutput: Bool) -> AgentEvent {
    guard wantsOutput else { return .result(AgentResult(summary: text)) }
    do throws(JSONSyntaxError) {
      let output = try JSONValue.parse(Array((text ?? "").utf8))
      return .result(AgentResult(summary: text, output: AgentText.stored(output)))
    } catch {
      return .failed(
        AgentFailure(.outputInvalid, "The agent's last message is not the JSON asked for."))
    }
  }
}

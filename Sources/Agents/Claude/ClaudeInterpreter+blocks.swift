import JSON
import Tasks

/// Reads messages: what the model and its helpers say, and what tools answer.
extension ClaudeInterpreter {
  mutating func assistant(_ value: JSONValue) -> [AgentEvent] {
    guard let message = value["message"] else { return [.unknown] }
    let parent = value.word(at: "parent_tool_use_id")
    var events: [AgentEvent] = []
    if let usage = ledger.message(message, parent: parent) { events.append(.usage(usage)) }
    // The server's error comes again in the result.
    if value["error"] != nil { return events }
    for block in message["content"]?.arrayValue ?? [] {
      switch block["type"]?.stringValue {
      case "text": events += text(block, parent)
      case "tool_use", "server_tool_use": events += start(block, parent)
      case "thinking", "redacted_thinking": break
      default: events.append(.unknown)
      }
    }
    return events
  }

  /// Keeps a helper's words apart: they are not the agent's answer.
  private func text(_ block: JSONValue, _ parent: String?) -> [AgentEvent] {
    guard let text = block.text(at: "text"), !text.allSatisfy(\.isWhitespace) else { return [] }
    guard let parent else { return [.text(text)] }
    return [.progress(text: text, data: ["parentCallId": .string(parent)])]
  }

  private mutating func start(_ block: JSONValue, _ parent: String?) -> [AgentEvent] {
    guard let callId = block.word(at: "id"), let tool = block.word(at: "name") else {
      return [.unknown]
    }
    if tools.count >= 1024 { tools.removeAll() }
    tools[callId] = tool
    return [
      .toolStart(
        callId: callId, tool: tool, title: Self.title(block["input"] ?? [:]),
        arguments: block.kept(at: "input"))
    ]
  }

  /// Says in a line what a call is about.
  static func title(_ input: JSONValue) -> String? {
    let telling = [
      "description", "command", "file_path", "path", "pattern", "url", "query", "prompt",
    ]
    return telling.lazy.compactMap { input.word(at: $0) }.first
  }

  mutating func results(_ value: JSONValue) -> [AgentEvent] {
    guard let blocks = value["message"]?["content"]?.arrayValue else { return [] }
    return blocks.compactMap { block in
      guard block["type"]?.stringValue == "tool_result",
        let callId = block.word(at: "tool_use_id")
      else { return nil }
      return .toolEnd(
        callId: callId, tool: tools.removeValue(forKey: callId) ?? "",
        ok: block["is_error"]?.boolValue != true, result: Self.output(block["content"]),
        durationMs: nil)
    }
  }

  /// Joins a result's texts; whatever else it holds stays as it is.
  private static func output(_ content: JSONValue?) -> JSONValue? {
    guard let blocks = content?.arrayValue else { return content.map(AgentText.stored) }
    let texts = blocks.compactMap { $0["text"]?.stringValue }
    guard texts.count == blocks.count else { return content.map(AgentText.stored) }
    return AgentText.stored(.string(texts.joined(separator: "\n")))
  }

  mutating func streamed(_ value: JSONValue) -> [AgentEvent] {
    let parent = value.word(at: "parent_tool_use_id")
    guard let event = value["event"] else { return [.unknown] }
    switch event["type"]?.stringValue {
    case "message_start":
      let usage = ledger.messageStarted(event["message"] ?? [:], parent: parent)
      return usage.map { [.usage($0)] } ?? []
    case "message_delta":
      return ledger.messageGrew(event["usage"], parent: parent).map { [.usage($0)] } ?? []
    case "content_block_delta":
      guard parent == nil, event["delta"]?["type"]?.stringValue == "text_delta",
        let text = event["delta"]?.text(at: "text"), !text.isEmpty
      else { return [] }
      return [.textDelta(text)]
    case "content_block_start", "content_block_stop", "message_stop", "ping", "error": return []
    default: return [.unknown]
    }
  }

  /// Reads Cursor's own lines for calls: `{"tool_call": {"<name>ToolCall": {args, result}}}`.
  func cursorCall(_ value: JSONValue) -> [AgentEvent] {
    guard let callId = value.word(at: "call_id"),
      let call = value["tool_call"]?.objectValue?.first
    else { return [.unknown] }
    let tool = CleanText.line(
      call.key.hasSuffix("ToolCall") ? String(call.key.dropLast(8)) : call.key, limit: 200)
    switch value["subtype"]?.stringValue {
    case "started":
      return [
        .toolStart(
          callId: callId, tool: tool, title: Self.title(call.value["args"] ?? [:]),
          arguments: call.value.kept(at: "args"))
      ]
    case "completed":
      let result = call.value["result"]
      let failed = result?["error"] != nil || result?["rejected"] != nil
      return [
        .toolEnd(
          callId: callId, tool: tool, ok: !failed, result: call.value.kept(at: "result"),
          durationMs: nil)
      ]
    default: return [.unknown]
    }
  }
}

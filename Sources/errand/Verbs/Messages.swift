import JSON
import Tasks

/// Draws one message of an attempt as lines for reading.
enum Messages {
  /// Prints messages as the call wants them: lines of JSON, or lines for reading.
  static func show(_ messages: [JSONValue], _ call: Invocation) throws(Complaint) {
    let named = Set(call[Options.kinds])
    for message in messages {
      let text =
        call[Options.json]
        ? message.text
        : text(
          of: message, isNamed: named.contains(message["kind"]?.stringValue ?? ""), call.terminal)
      if !text.isEmpty { try call.terminal.print(text) }
    }
  }

  /// Gives the lines of a message; empty for what adds nothing for a reader who has not named it.
  static func text(of message: JSONValue, isNamed: Bool, _ terminal: Terminal) -> String {
    let payload = message["payload"]
    switch message["kind"]?.stringValue.flatMap({ MessageKind(rawValue: $0) }) {
    case .text: return TaskText.block(payload?["text"])
    case .textDelta: return isNamed ? TaskText.block(payload?["text"]) : ""
    case .userMessage: return marked("> ", payload?["text"], terminal, .cyan)
    case .toolCallStart: return toolStart(payload, isNamed, terminal)
    case .toolCallEnd: return toolEnd(payload, isNamed, terminal)
    case .turnEnd: return isNamed ? turnEnd(payload, terminal) : ""
    case .error: return marked("! ", payload?["message"], terminal, .red)
    case .info: return marked("- ", payload?["text"], terminal, .dim)
    case .inputRequest: return marked("? ", payload?["question"], terminal, .yellow)
    case .inputResponse:
      return marked("= ", (payload?["answer"]).map(TaskText.answer), terminal, .yellow)
    case nil: return ""
    }
  }

  private static func toolStart(
    _ payload: JSONValue?, _ isNamed: Bool, _ terminal: Terminal
  ) -> String {
    let tool = TaskText.line(payload?["tool"])
    let title = TaskText.line(payload?["title"])
    let head = terminal.styled("* \(title.isEmpty ? tool : "\(tool): \(title)")", .dim)
    return isNamed ? lines([head, value(payload?["arguments"])]) : head
  }

  private static func toolEnd(
    _ payload: JSONValue?, _ isNamed: Bool, _ terminal: Terminal
  ) -> String {
    let tool = TaskText.line(payload?["tool"])
    let head =
      payload?["ok"]?.boolValue == false
      ? terminal.styled("✗ \(tool) failed", .red) : terminal.styled("✓ \(tool)", .dim)
    if isNamed { return lines([head, value(payload?["result"])]) }
    return payload?["ok"]?.boolValue == false ? head : ""
  }

  private static func turnEnd(_ payload: JSONValue?, _ terminal: Terminal) -> String {
    let number = payload?["turn"]?.intValue.map { "turn \($0)" } ?? "turn"
    let reason = TaskText.line(payload?["stopReason"])
    let words = reason.isEmpty ? "\(number) ended" : "\(number) ended: \(reason)"
    return lines([terminal.styled("- \(words)", .dim), value(payload?["usage"])])
  }

  /// Shows words as they are, and any other value as its JSON.
  private static func value(_ value: JSONValue?) -> String {
    guard let value, !value.isNull else { return "" }
    return value.stringValue == nil ? value.text : TaskText.block(value)
  }

  private static func lines(_ parts: [String]) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func marked(
    _ mark: String, _ text: JSONValue?, _ terminal: Terminal, _ style: Terminal.Style
  ) -> String {
    let text = value(text)
    return (text.hasSuffix("\n") ? text.dropLast() : text[...])
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { terminal.styled(mark + $0, style) }.joined(separator: "\n")
  }
}

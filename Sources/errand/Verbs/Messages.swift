import JSON
import Tasks

/// Draws one message of an attempt as lines for reading.
enum Messages {
  /// Prints messages as the call wants them: lines of JSON, or lines for reading.
  static func show(_ messages: [JSONValue], _ call: Invocation) throws(Complaint) {
    for message in messages {
      let text = call[Options.json] ? message.text : text(of: message, call.terminal)
      if !text.isEmpty { try call.terminal.print(text) }
    }
  }

  /// Gives the lines of a message; empty for what adds nothing for a reader.
  static func text(of message: JSONValue, _ terminal: Terminal) -> String {
    let payload = message["payload"]
    switch message["kind"]?.stringValue.flatMap({ MessageKind(rawValue: $0) }) {
    case .text: return TaskText.block(payload?["text"])
    case .textDelta: return ""
    case .userMessage:
      return marked("> ", TaskText.block(payload?["text"]), terminal, .cyan)
    case .toolCallStart: return toolStart(payload, terminal)
    case .toolCallEnd:
      guard payload?["ok"]?.boolValue == false else { return "" }
      return terminal.styled("✗ \(TaskText.line(payload?["tool"])) failed", .red)
    case .turnEnd: return ""
    case .error:
      return terminal.styled("! \(TaskText.line(payload?["message"], limit: 2000))", .red)
    case .info: return terminal.styled("- \(TaskText.line(payload?["text"], limit: 2000))", .dim)
    case .inputRequest:
      return terminal.styled("? \(TaskText.line(payload?["question"], limit: 2000))", .yellow)
    case .inputResponse:
      return terminal.styled("= \(TaskText.line(payload?["answer"], limit: 2000))", .yellow)
    case nil: return ""
    }
  }

  private static func toolStart(_ payload: JSONValue?, _ terminal: Terminal) -> String {
    let tool = TaskText.line(payload?["tool"])
    let title = TaskText.line(payload?["title"])
    return terminal.styled("* \(title.isEmpty ? tool : "\(tool): \(title)")", .dim)
  }

  private static func marked(
    _ mark: String, _ text: String, _ terminal: Terminal, _ style: Terminal.Style
  ) -> String {
    (text.hasSuffix("\n") ? text.dropLast() : text[...])
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { terminal.styled(mark + $0, style) }.joined(separator: "\n")
  }
}

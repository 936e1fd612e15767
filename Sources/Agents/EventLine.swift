import JSON
import Tasks

/// Reads the event lines a program may write to standard output to be understood by Errand.
///
/// Each is one JSON object on one line whose member `errand` names the event; other members:
///
/// | `errand` | members (those with `?` may be left out) |
/// |---|---|
/// | `text` | `text`: a complete block |
/// | `progress` | `text`, `data?`: any JSON |
/// | `tool_start` | `callId`, `tool`, `title?`, `arguments?`: any JSON |
/// | `tool_end` | `callId`, `tool?`, `ok?` (default true), `result?`: any JSON, `durationMs?` |
/// | `usage` | `inputTokens? outputTokens? cacheReadTokens? cacheWriteTokens? toolCalls? turns?` |
/// | | `costUsd? model? provider?`: what was used since the last such line, never a total |
/// | `result` | `summary?`, `output?`: any JSON |
/// | `error` | `message`, `code?`: a failure reason such as `agent_quota` (default `unknown`) |
///
/// Unknown members are ignored. A line that is not such an object stays plain text.
enum EventLine {
  enum Reading: Equatable {
    /// An ordinary line.
    case plain
    /// It says `errand` and is not understood.
    case malformed
    case event(AgentEvent)
  }

  /// The member that marks a line as ours, quoted as it stands in the text.
  private static let mark = Array("\"errand\"".utf8)

  static func read(_ line: AgentLine) -> Reading {
    guard !line.isCut, startsObject(line.bytes), contains(mark, in: line.bytes) else {
      return .plain
    }
    let value: JSONValue
    do {
      value = try JSONValue.parse(line.bytes, surrogates: .replaced)
    } catch {
      return .malformed
    }
    guard let name = value["errand"]?.stringValue else { return .plain }
    return event(named: name, value).map(Reading.event) ?? .malformed
  }

  private static func event(named name: String, _ value: JSONValue) -> AgentEvent? {
    switch name {
    case "text": value.text(at: "text").map(AgentEvent.text)
    case "progress":
      value.text(at: "text").map { .progress(text: $0, data: value.kept(at: "data")) }
    case "tool_start": toolStart(value)
    case "tool_end": toolEnd(value)
    case "usage": usage(value).map(AgentEvent.usage)
    case "result": result(value)
    case "error": error(value)
    default: nil
    }
  }

  private static func toolStart(_ value: JSONValue) -> AgentEvent? {
    guard let callId = value.word(at: "callId"), let tool = value.word(at: "tool") else {
      return nil
    }
    return .toolStart(
      callId: callId, tool: tool, title: value.word(at: "title"),
      arguments: value.kept(at: "arguments"))
  }

  private static func toolEnd(_ value: JSONValue) -> AgentEvent? {
    guard let callId = value.word(at: "callId") else { return nil }
    return .toolEnd(
      callId: callId, tool: value.word(at: "tool") ?? "", ok: value["ok"]?.boolValue ?? true,
      result: value.kept(at: "result"), durationMs: value["durationMs"]?.intValue)
  }

  /// Refuses negative figures, with which a program could lift its own budget.
  private static func usage(_ value: JSONValue) -> Usage? {
    var faults = Faults()
    guard let usage = Usage.json.read(value, &faults) else { return nil }
    let counts = [
      usage.inputTokens, usage.outputTokens, usage.cacheReadTokens, usage.cacheWriteTokens,
      usage.toolCalls, usage.turns,
    ]
    guard counts.allSatisfy({ $0 ?? 0 >= 0 }), usage.costUsd ?? 0 >= 0 else { return nil }
    return usage
  }

  private static func result(_ value: JSONValue) -> AgentEvent? {
    let summary = value.text(at: "summary")
    guard summary != nil || value["output"] != nil else { return nil }
    let output = value["output"].flatMap { $0.isNull ? .none : .some($0) }
    let kept = output.map(AgentText.stored)
    return .result(
      AgentResult(
        summary: summary, output: kept,
        isOutputCut: output?.stringValue == nil && kept?.stringValue != nil))
  }

  private static func error(_ value: JSONValue) -> AgentEvent? {
    guard let message = value.text(at: "message") else { return nil }
    let code = value["code"]?.stringValue.flatMap { FailureReason(rawValue: $0) }
    return .error(code ?? .unknown, message: message)
  }

  private static func startsObject(_ bytes: [UInt8]) -> Bool {
    bytes.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } == UInt8(ascii: "{")
  }

  private static func contains(_ mark: [UInt8], in bytes: [UInt8]) -> Bool {
    guard bytes.count >= mark.count else { return false }
    let first = mark[0]
    return bytes.indices.dropLast(mark.count - 1).contains { start in
      bytes[start] == first && bytes[start..<(start + mark.count)].elementsEqual(mark)
    }
  }
}

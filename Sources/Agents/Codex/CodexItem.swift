import JSON
import Tasks

/// Reads the items of a turn, which both surfaces of Codex write alike but for their spelling.
struct CodexItem {
  private let item: JSONValue
  private let callId: String

  init?(_ item: JSONValue?) {
    guard let item, let id = item.word(at: "id") else { return nil }
    self.item = item
    callId = id
  }

  /// Gives the kind in the app-server's spelling.
  var kind: String {
    let word = item["type"]?.stringValue ?? ""
    let parts = word.split(separator: "_")
    return parts.dropFirst().reduce(String(parts.first ?? "")) {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
  }

  var text: String? { item.text(at: "text") }

  /// Gives a call's beginning; nil for what is no call.
  var start: AgentEvent? {
    switch kind {
    case "commandExecution":
      start("shell", item.word(at: "command"), ["command", "cwd"])
    case "fileChange": start("apply_patch", paths, ["changes"])
    case "mcpToolCall":
      start("\(item.word(at: "server") ?? "").\(item.word(at: "tool") ?? "")", nil, ["arguments"])
    case "dynamicToolCall", "collabAgentToolCall":
      start(item.word(at: "tool") ?? kind, nil, ["arguments", "prompt"])
    case "webSearch": start("web_search", item.word(at: "query"), ["query"])
    default: nil
    }
  }

  /// Gives a call's end; nil for what is no call.
  var end: AgentEvent? {
    guard case .toolStart(_, let tool, _, _)? = start else { return nil }
    let status = item["status"]?.stringValue ?? "completed"
    let code = exitCode
    let error = item["error"].flatMap { $0.isNull ? .none : .some($0) }
    let result: JSONValue? =
      switch kind {
      case "commandExecution": output(code)
      case "fileChange": item.kept(at: "changes")
      default: error.map(AgentText.stored) ?? item.kept(at: "result") ?? .string(status)
      }
    return .toolEnd(
      callId: callId, tool: tool, ok: status == "completed" && (code ?? 0) == 0 && error == nil,
      result: result, durationMs: item["durationMs"]?.intValue)
  }

  private var exitCode: Int? { item["exitCode"]?.intValue ?? item["exit_code"]?.intValue }

  private func output(_ code: Int?) -> JSONValue {
    var result = JSONObject()
    result["status"] = item.word(at: "status").map(JSONValue.string)
    result["exitCode"] = code.map(JSONValue.integer)
    let text = item.text(at: "aggregatedOutput") ?? item.text(at: "aggregated_output")
    result["output"] = text.map { AgentText.stored(.string($0)) }
    return .object(result)
  }

  private var paths: String? {
    let names = item["changes"]?.arrayValue?.compactMap { $0["path"]?.stringValue } ?? []
    return names.isEmpty ? nil : CleanText.line(names.joined(separator: ", "), limit: 200)
  }

  private func start(_ tool: String, _ title: String?, _ keys: [String]) -> AgentEvent {
    var arguments = JSONObject()
    for key in keys { arguments[key] = item.kept(at: key) }
    return .toolStart(callId: callId, tool: tool, title: title, arguments: .object(arguments))
  }
}

import JSON
import Tasks

/// Keeps an agent's tool calls by id, since some send one in pieces and some send it twice.
///
/// A call is told when its arguments stand, at the latest when it ends, waits for leave, or when
/// something else happens.
struct ACPToolCalls: Sendable {
  private struct Call: Sendable {
    var tool = "tool"
    var title: String?
    var kind: String?
    var arguments: JSONValue?
    var paths: [String] = []
    var result: JSONValue?
    var isTold = false
    var isEnded = false
  }

  private var calls: [String: Call] = [:]
  /// Calls begun and not told yet, in order.
  private var untold: [String] = []

  /// Bounds what an agent can make us remember.
  private static let limit = 10_000

  /// Takes a `tool_call` or `tool_call_update`.
  mutating func take(_ update: JSONValue) -> [AgentEvent] {
    guard let id = update.word(at: "toolCallId"), admit(id) else { return [.unknown] }
    let others = tellRest(except: id)
    merge(update, into: id)
    let isWhole = update["sessionUpdate"]?.stringValue == "tool_call"
    switch update["status"]?.stringValue {
    case "completed": return others + tell(id) + end(id, ok: true)
    case "failed": return others + tell(id) + end(id, ok: false)
    default: return others + (isWhole && calls[id]?.arguments != nil ? tell(id) : [])
    }
  }

  /// Takes what a request for permission says of a call, which may be its first mention.
  mutating func takeForPermission(_ call: JSONValue) -> [AgentEvent] {
    guard let id = call.word(at: "toolCallId"), admit(id) else { return [] }
    merge(call, into: id)
    return tell(id)
  }

  func tool(_ id: String) -> String? { calls[id]?.tool }
  func title(_ id: String) -> String? { calls[id]?.title }
  func kind(_ id: String) -> String? { calls[id]?.kind }
  func paths(_ id: String) -> [String] { calls[id]?.paths ?? [] }
  func arguments(_ id: String) -> JSONValue? { calls[id]?.arguments }

  /// Tells the calls that were begun and not told yet.
  mutating func tellRest(except spared: String? = nil) -> [AgentEvent] {
    untold.filter { $0 != spared }.flatMap { tell($0) }
  }

  private func admit(_ id: String) -> Bool { calls[id] != nil || calls.count < Self.limit }

  private mutating func merge(_ update: JSONValue, into id: String) {
    if calls[id] == nil { untold.append(id) }
    var call = calls[id] ?? Call()
    if let kind = update.word(at: "kind") { call.kind = kind }
    if let title = update.word(at: "title"), !title.isEmpty { call.title = title }
    if let name = Self.name(in: update["_meta"]), !call.isTold {
      call.tool = name
    } else if call.tool == "tool", let kind = call.kind, kind != "other" {
      call.tool = kind
    }
    if let given = update["rawInput"], given.objectValue?.isEmpty == false {
      call.arguments = AgentText.stored(given)
    }
    if let found = update["locations"]?.arrayValue {
      call.paths = found.compactMap { $0["path"]?.stringValue }
    }
    if call.paths.isEmpty {
      call.paths = (update["content"]?.arrayValue ?? []).compactMap { $0["path"]?.stringValue }
    }
    call.result = Self.result(in: update) ?? call.result
    calls[id] = call
  }

  /// Agents name their tools only in members of their own.
  private static func name(in meta: JSONValue?) -> String? {
    for (key, value) in meta?.objectValue?.members ?? []
    where key == "tool_name" || key.hasSuffix("/toolName") {
      if let name = value.stringValue { return CleanText.line(name, limit: 100) }
    }
    return nil
  }

  private static func result(in update: JSONValue) -> JSONValue? {
    if let output = update["rawOutput"], !output.isNull {
      return AgentText.stored(output["text"] ?? output)
    }
    let texts = (update["content"]?.arrayValue ?? []).compactMap { $0["content"]?.text(at: "text") }
    return texts.isEmpty ? nil : AgentText.stored(.string(texts.joined(separator: "\n")))
  }

  private mutating func tell(_ id: String) -> [AgentEvent] {
    guard let call = calls[id], !call.isTold else { return [] }
    calls[id]?.isTold = true
    untold.removeAll { $0 == id }
    return [.toolStart(callId: id, tool: call.tool, title: call.title, arguments: call.arguments)]
  }

  private mutating func end(_ id: String, ok: Bool) -> [AgentEvent] {
    guard let call = calls[id], !call.isEnded else { return [] }
    calls[id]?.isEnded = true
    return [.toolEnd(callId: id, tool: call.tool, ok: ok, result: call.result, durationMs: nil)]
  }
}

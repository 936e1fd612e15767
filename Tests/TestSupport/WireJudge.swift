import JSON
import Synchronization

/// Knows what a client asked, and judges every line of its server by the official schema of the
/// version in which it was asked.
package final class WireJudge: Sendable {
  /// Is what is remembered of a request until its answers, and whatever belongs to it, have come.
  private struct Question: Sendable {
    var method: String
    var version: String
    var tool: String?
  }

  private struct State: Sendable {
    var asked: [JSONValue: Question] = [:]
    /// Holds the versions of requests by the token under which they asked for progress.
    var tokens: [JSONValue: String] = [:]
    /// Is the version of the legacy session.
    var session = "2025-11-25"
  }

  /// Some clients hang up on longer lines.
  package static let lineLimit = 4 << 20

  private let state = Mutex(State())
  private let outputs: [String: JSONValue]?

  /// Takes the output schemas of the server's tools by name; without them only the official schemas
  /// judge.
  package init(outputs: [String: JSONValue]? = nil) { self.outputs = outputs }

  /// Notes what a line asks, before it is sent. What cannot be read asks nothing.
  package func note(_ line: String) {
    guard line.utf8.count < 16 << 20, let message = Self.parsed(line) else { return }
    for message in message.arrayValue ?? [message] { note(message) }
  }

  private func note(_ message: JSONValue) {
    guard let id = message["id"] else { return }
    let method = message["method"]?.stringValue ?? ""
    let params = message["params"]
    let isModern = params?["_meta"]?["io.modelcontextprotocol/protocolVersion"] != nil
    state.withLock { state in
      if method == "initialize", let wanted = params?["protocolVersion"]?.stringValue {
        state.session = Legacy.versions.contains(wanted) ? wanted : "2025-11-25"
      }
      let question = Question(
        method: method, version: isModern ? Modern.version : state.session,
        tool: params?["name"]?.stringValue)
      state.asked[id] = question
      if let token = params?["_meta"]?["progressToken"] { state.tokens[token] = question.version }
    }
  }

  private static func parsed(_ line: String) -> JSONValue? {
    do {
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      let text = Array(line.utf8)
      return try JSONValue.parse(
        text.starts(with: mark) ? Array(text.dropFirst(3)) : text, surrogates: .replaced)
    } catch {
      return nil
    }
  }

  /// Is a line as it was understood, null where it could not be, with all that is wrong with it.
  package struct Verdict: Sendable {
    package var message = JSONValue.null
    package var faults: [String] = []
  }

  /// Judges a line as it came, without its newline.
  package func verdict(on raw: [UInt8]) throws -> Verdict {
    var verdict = Verdict()
    if raw.count >= Self.lineLimit {
      verdict.faults.append("longer than clients take: \(raw.count) bytes")
    }
    if raw.contains(13) { verdict.faults.append("a carriage return") }
    do {
      verdict.message = try JSONValue.parse(raw)
      verdict.faults += try faults(in: verdict.message)
    } catch let error as JSONSyntaxError {
      verdict.faults.append("not JSON: \(error)")
    }
    return verdict
  }

  private func faults(in line: JSONValue) throws -> [String] {
    if line["id"] != nil, line["method"] == nil { return try answer(line) }
    let version = version(ofUnasked: line)
    return try WireSchemas.faults(in: line, version: version, answering: nil)
  }

  private func version(ofUnasked line: JSONValue) -> String {
    let params = line["params"]
    let stream = params?["_meta"]?["io.modelcontextprotocol/subscriptionId"]
    return state.withLock { state in
      stream.flatMap { state.asked[$0]?.version }
        ?? params?["progressToken"].flatMap { state.tokens[$0] } ?? state.session
    }
  }

  private func answer(_ line: JSONValue) throws -> [String] {
    guard let question = line["id"].flatMap({ id in state.withLock { $0.asked[id] } }) else {
      return ["answers what was not asked"]
    }
    let official = try WireSchemas.faults(
      in: line, version: question.version, answering: question.method)
    guard question.method == "tools/call", let tool = question.tool, let result = line["result"],
      result["resultType"] ?? "complete" == "complete"
    else { return official }
    return try official + outcome(of: tool, result)
  }

  /// Judges a call's result by what the tool promises: whole in itself, and the same as text.
  private func outcome(of tool: String, _ result: JSONValue) throws -> [String] {
    guard let outputs else { return [] }
    let texts = (result["content"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
    let structured = result["structuredContent"]
    if result["isError"] == true {
      return structured == nil && texts.count == 1 ? [] : ["\(tool): an error is one text"]
    }
    switch (outputs[tool], structured) {
    case (nil, nil): return texts.isEmpty ? ["\(tool): no text"] : []
    case (let schema?, let structured?):
      let said = texts == [structured.text] ? [] : ["\(tool): the text is not the content's JSON"]
      return try said + WireSchemas.faults(in: structured, schema: schema, named: tool)
    case (nil, _?): return ["\(tool): structured content nobody was promised"]
    case (_?, nil): return ["\(tool): no structured content"]
    }
  }
}

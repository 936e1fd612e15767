import JSON
import Testing

/// Tells one short conversation: what is sent to a fresh server, and what must come back.
struct Exchange: Sendable, CustomTestStringConvertible {
  var name: String
  var sent: [String]
  var expected: [Expectation]

  init(_ name: String, sent: [String], expected: [Expectation]) {
    self.name = name
    self.sent = sent
    self.expected = expected
  }

  var testDescription: String { name }

  /// Describes one line the server must write; the order of lines does not matter.
  enum Expectation: Sendable {
    /// A result for the id, given as JSON text so that its exact spelling is checked.
    case result(id: String)
    /// An error with this code; no id means that the line must have no `id` member.
    case error(Int, id: String?)
  }
}

/// Writes requests of the modern era, each with its envelope.
enum Modern {
  static let version = "2026-07-28"

  static func meta(_ extra: String = "", capabilities: String = "{}") -> String {
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)","#
      + #""io.modelcontextprotocol/clientCapabilities":\#(capabilities)\#(extra)}"#
  }

  static func request(
    _ id: Int, _ method: String, _ params: String = "", capabilities: String = "{}",
    meta extra: String = ""
  ) -> String {
    let envelope = meta(extra, capabilities: capabilities)
    let all = params.isEmpty ? envelope : params + "," + envelope
    return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(all)}}"#
  }

  static func call(
    _ id: Int, _ tool: String, _ arguments: String = "{}", capabilities: String = "{}"
  ) -> String {
    request(
      id, "tools/call", #""name":"\#(tool)","arguments":\#(arguments)"#,
      capabilities: capabilities)
  }
}

/// Writes requests of the legacy era.
enum Legacy {
  static func request(_ id: Int, _ method: String, _ params: String = "") -> String {
    params.isEmpty
      ? #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"}"#
      : #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)}}"#
  }

  static func initialize(_ id: Int, version: String = "2025-11-25", capabilities: String = "{}")
    -> String
  {
    request(
      id, "initialize",
      #""protocolVersion":"\#(version)","capabilities":\#(capabilities),"#
        + #""clientInfo":{"name":"test","version":"1"}"#)
  }

  static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

  static func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
    request(id, "tools/call", #""name":"\#(tool)","arguments":\#(arguments)"#)
  }
}

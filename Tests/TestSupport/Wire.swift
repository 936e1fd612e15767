/// Writes requests of the modern era, each with its envelope.
package enum Modern {
  package static let version = "2026-07-28"
  package static let forms = #"{"elicitation":{"form":{}}}"#
  package static let tasks = #"{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#
  package static let tasksAndForms =
    #"{"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#

  package static func meta(_ capabilities: String = "{}", _ extra: String = "") -> String {
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)","#
      + #""io.modelcontextprotocol/clientCapabilities":\#(capabilities)\#(extra)}"#
  }

  package static func request(
    _ id: String, _ method: String, _ params: String = "", capabilities: String = "{}",
    meta extra: String = ""
  ) -> String {
    let envelope = meta(capabilities, extra)
    let all = params.isEmpty ? envelope : params + "," + envelope
    return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(all)}}"#
  }

  package static func request(
    _ id: Int, _ method: String, _ params: String = "", capabilities: String = "{}",
    meta extra: String = ""
  ) -> String {
    request("\(id)", method, params, capabilities: capabilities, meta: extra)
  }

  package static func call(
    _ id: Int, _ tool: String, _ arguments: String = "{}", more: String = "",
    capabilities: String = "{}", meta extra: String = ""
  ) -> String {
    request(
      id, "tools/call", #""name":"\#(tool)","arguments":\#(arguments)\#(more)"#,
      capabilities: capabilities, meta: extra)
  }

  package static func listen(
    _ id: String, _ filter: String, capabilities: String = "{}"
  ) -> String {
    request(
      id, "subscriptions/listen", #""notifications":\#(filter)"#, capabilities: capabilities)
  }
}

/// Writes requests of the legacy era.
package enum Legacy {
  package static let versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]

  package static func request(_ id: Int, _ method: String, _ params: String = "") -> String {
    params.isEmpty
      ? #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"}"#
      : #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)}}"#
  }

  package static func initialize(
    _ id: Int, version: String = "2025-11-25", capabilities: String = "{}"
  ) -> String {
    request(
      id, "initialize",
      #""protocolVersion":"\#(version)","capabilities":\#(capabilities),"#
        + #""clientInfo":{"name":"test","version":"1"}"#)
  }

  package static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

  package static func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
    request(id, "tools/call", #""name":"\#(tool)","arguments":\#(arguments)"#)
  }
}

/// Asks for nothing but an answer.
package func ping(_ id: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"# }

/// Takes a request back, named by the JSON text of its id.
package func cancelled(_ id: String) -> String {
  #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
}

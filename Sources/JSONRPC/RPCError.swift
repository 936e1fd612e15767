import JSON

/// Refuses a request on the level of the protocol; read by the client's programmer, not by a model.
package struct RPCError: Error, Sendable, Hashable {
  package var code: Int
  /// Says in one sentence what was wrong.
  package var message: String
  package var data: JSONValue?

  package init(code: Int, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  package static func parseError(_ reason: String) -> RPCError {
    RPCError(code: -32700, message: "Parse error: \(reason)")
  }

  package static func invalidRequest(_ reason: String) -> RPCError {
    RPCError(code: -32600, message: "Invalid request: \(reason)")
  }

  package static func methodNotFound(_ method: String) -> RPCError {
    RPCError(code: -32601, message: "Method not found: \(method.prefix(100))")
  }

  package static func invalidParams(_ reason: String, data: JSONValue? = nil) -> RPCError {
    RPCError(code: -32602, message: "Invalid params: \(reason)", data: data)
  }

  /// Says only that something broke here; the details belong on stderr.
  package static func internalError(_ reason: String = "see the server's stderr") -> RPCError {
    RPCError(code: -32603, message: "Internal error: \(reason)")
  }

  /// Understands an error object of a peer; a malformed one is still an error.
  package init(_ value: JSONValue) {
    code = value["code"]?.intValue ?? -32603
    message = value["message"]?.stringValue ?? "The peer sent a malformed error."
    data = value["data"]
  }

  package var value: JSONValue {
    var object: JSONObject = ["code": .integer(code), "message": .string(message)]
    object["data"] = data
    return .object(object)
  }
}

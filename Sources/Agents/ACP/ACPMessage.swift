import JSON

/// Says what one line of an ACP agent is: JSON-RPC 2.0, one message a line.
enum ACPMessage: Sendable, Hashable {
  case response(id: Int, Result)
  case request(id: JSONValue, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  /// JSON, and yet no message.
  case other

  enum Result: Sendable, Hashable {
    case success(JSONValue)
    case failure(code: Int, message: String, data: JSONValue?)
  }

  init(_ value: JSONValue) {
    let params = value["params"] ?? .null
    switch (value["id"], value["method"]?.stringValue) {
    case (let id?, let method?) where !id.isNull:
      self = .request(id: id, method: method, params: params)
    case (_, let method?): self = .notification(method: method, params: params)
    case (let id?, nil):
      guard let number = id.intValue, let result = Self.result(of: value) else { fallthrough }
      self = .response(id: number, result)
    case (nil, nil): self = .other
    }
  }

  private static func result(of value: JSONValue) -> Result? {
    if let error = value["error"], !error.isNull {
      return .failure(
        code: error["code"]?.intValue ?? 0, message: error.text(at: "message") ?? "no message",
        data: error["data"])
    }
    return value["result"].map(Result.success)
  }
}

/// Writes the lines an ACP agent reads.
enum ACPLine {
  static func request(id: Int, _ method: String, _ params: JSONValue) -> [UInt8] {
    let message: JSONValue = [
      "jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": params,
    ]
    return message.line
  }

  static func notification(_ method: String, _ params: JSONValue) -> [UInt8] {
    let message: JSONValue = ["jsonrpc": "2.0", "method": .string(method), "params": params]
    return message.line
  }

  static func answer(_ id: JSONValue, _ result: JSONValue) -> [UInt8] {
    let message: JSONValue = ["jsonrpc": "2.0", "id": id, "result": result]
    return message.line
  }

  static func refusal(_ id: JSONValue, method: String) -> [UInt8] {
    let message: JSONValue = [
      "jsonrpc": "2.0", "id": id,
      "error": ["code": -32601, "message": .string("Method not found: \(method)")],
    ]
    return message.line
  }
}

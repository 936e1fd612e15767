import JSON

/// Says what an arriving message is.
package enum Incoming: Sendable, Equatable {
  case request(RequestID, method: String, params: JSONObject)
  case notification(method: String, params: JSONObject)
  /// Answers a request of ours; one without a usable id belongs to none.
  case response(RequestID?, Answer)
  /// Must be answered with this error, without an id where there is none to echo.
  case refused(RPCError, RequestID?)
  /// Must not be answered, and says nothing.
  case ignored

  package enum Answer: Sendable, Equatable {
    case result(JSONValue)
    case error(RPCError)
  }

  /// Says whether a message must carry `"jsonrpc":"2.0"`; some agents leave it out.
  package enum VersionMember: Sendable { case required, optional }

  package init(_ message: JSONValue, version: VersionMember = .required) {
    guard case .object(let object) = message else {
      self = .refused(.invalidRequest("a message is an object"), nil)
      return
    }
    self.init(object, version: version)
  }

  package init(_ object: JSONObject, version: VersionMember = .required) {
    let parts = Parts(object)
    switch (parts.id, parts.method, parts.result, parts.error) {
    case (let id, nil, nil, nil):
      self = .refused(
        .invalidRequest("neither a method nor a result"), id.flatMap { RequestID($0) })
    case (let id, nil, _, let error?):
      self = .response(id.flatMap { RequestID($0) }, .error(RPCError(error)))
    case (let id, nil, let result?, nil):
      self = .response(id.flatMap { RequestID($0) }, .result(result))
    case (nil, .string(let method)?, _, _):
      self = Self.notification(method, parts, version)
    case (nil, _?, _, _):
      self = .ignored
    case (let id?, let method?, _, _):
      self = Self.request(id, method, parts, version)
    }
  }

  /// Holds the members that have a meaning, found in one pass: this runs for every message.
  private struct Parts {
    var id: JSONValue?
    var method: JSONValue?
    var params: JSONValue?
    var result: JSONValue?
    var error: JSONValue?
    var version: JSONValue?

    init(_ object: JSONObject) {
      for (key, value) in object.members {
        switch key {
        case "jsonrpc": version = value
        case "id": id = value
        case "method": method = value
        case "params": params = value
        case "result": result = value
        case "error": error = value
        default: break
        }
      }
    }

    func hasVersion(_ wanted: VersionMember) -> Bool {
      switch (version, wanted) {
      case (.string("2.0")?, _), (nil, .optional): true
      default: false
      }
    }
  }

  private static func notification(
    _ method: String, _ parts: Parts, _ version: VersionMember
  ) -> Incoming {
    guard parts.hasVersion(version) else { return .ignored }
    switch parts.params {
    case nil, .null?: return .notification(method: method, params: [:])
    case .object(let params)?: return .notification(method: method, params: params)
    default: return .ignored
    }
  }

  private static func request(
    _ id: JSONValue, _ method: JSONValue, _ parts: Parts, _ version: VersionMember
  ) -> Incoming {
    guard let id = RequestID(id) else {
      return .refused(.invalidRequest("an id is a string or an integer"), nil)
    }
    guard parts.hasVersion(version) else {
      return .refused(.invalidRequest(#""jsonrpc" must be "2.0""#), id)
    }
    guard case .string(let method) = method else {
      return .refused(.invalidRequest("a method is a string"), id)
    }
    switch parts.params {
    case nil, .null?: return .request(id, method: method, params: [:])
    case .object(let params)?: return .request(id, method: method, params: params)
    default: return .refused(.invalidParams("params must be an object"), id)
    }
  }
}

import JSON
import JSONRPC

/// Answers what is known to exist. Nil means: answered elsewhere, or later.
extension Desk {
  mutating func answer(_ request: Request) throws(RPCError) -> ResultBody? {
    let params = request.params
    switch request.method {
    case .callTool: return try callTool(request)
    case .ping: return ResultBody()
    case .discover: return discover()
    case .initialize: return initialize(params)
    case .listTools:
      try Self.refuseCursor(params)
      return ResultBody(
        members: server.catalogue.toolList(showingApps: request.client.showsApps),
        cache: .catalogue)
    case .listPrompts:
      try Self.refuseCursor(params)
      return ResultBody(members: server.catalogue.promptList, cache: .catalogue)
    case .listTemplates:
      try Self.refuseCursor(params)
      return ResultBody(members: server.catalogue.templateList, cache: .catalogue)
    case .getPrompt: return try getPrompt(request)
    case .complete: return try complete(params)
    case .listResources: return try listResources(request)
    case .readResource: return try readResource(request)
    case .subscribe: return try subscribe(params)
    case .unsubscribe: return try unsubscribe(params)
    case .listen: return try listen(request)
    case .getTask: return try getTask(request)
    case .updateTask: return try updateTask(request)
    case .cancelTask: return try cancelTask(request)
    }
  }

  /// Refuses any cursor of a list that has one page.
  private static func refuseCursor(_ params: JSONObject) throws(RPCError) {
    if try cursor(params) != nil { throw .invalidParams("unknown cursor") }
  }

  static func cursor(_ params: JSONObject) throws(RPCError) -> String? {
    switch params["cursor"] {
    case nil, .null?: return nil
    case .string(let cursor)?: return cursor
    default: throw .invalidParams("cursor must be a string")
    }
  }

  static func string(_ name: String, _ params: JSONObject) throws(RPCError) -> String {
    guard case .string(let text)? = params[name] else {
      throw .invalidParams("\(name) must be a string")
    }
    return text
  }

  static func optionalObject(
    _ name: String, _ params: JSONObject
  ) throws(RPCError) -> JSONObject {
    switch params[name] {
    case nil, .null?: return [:]
    case .object(let object)?: return object
    default: throw .invalidParams("\(name) must be an object")
    }
  }

  /// Reads an object whose values are strings.
  static func words(
    _ name: String, _ params: JSONObject
  ) throws(RPCError) -> [String: String] {
    var words: [String: String] = [:]
    for (key, value) in try optionalObject(name, params) {
      guard case .string(let text) = value else {
        throw .invalidParams("\(name).\(key.prefix(40)) must be a string")
      }
      words[key] = text
    }
    return words
  }

  /// Reads the user's answers: an object of objects.
  static func responses(_ params: JSONObject) throws(RPCError) -> JSONObject {
    let responses = try optionalObject("inputResponses", params)
    for (key, value) in responses where value.objectValue == nil {
      throw .invalidParams("inputResponses.\(key.prefix(40)) must be an object")
    }
    return responses
  }
}

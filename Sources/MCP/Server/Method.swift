import JSON
import JSONRPC

/// Names the requests that are answered.
enum Method: String, CaseIterable, Sendable {
  case discover = "server/discover"
  case initialize
  case ping
  case listTools = "tools/list"
  case callTool = "tools/call"
  case listResources = "resources/list"
  case listTemplates = "resources/templates/list"
  case readResource = "resources/read"
  case subscribe = "resources/subscribe"
  case unsubscribe = "resources/unsubscribe"
  case listPrompts = "prompts/list"
  case getPrompt = "prompts/get"
  case complete = "completion/complete"
  case listen = "subscriptions/listen"
  case getTask = "tasks/get"
  case updateTask = "tasks/update"
  case cancelTask = "tasks/cancel"

  /// Tells whether the era has the method, and this server what it needs: what is not advertised
  /// does not exist.
  private func exists(in era: Era, _ offer: Offer) -> Bool {
    switch self {
    case .initialize, .ping: era == .legacy
    case .discover: era == .modern
    case .listTools, .callTool: true
    case .listResources, .listTemplates, .readResource: offer.resources != nil
    case .subscribe, .unsubscribe: era == .legacy && offer.resources != nil
    case .listPrompts, .getPrompt: offer.prompts != nil
    case .complete: offer.hasCompletions
    case .listen: era == .modern && (offer.resources != nil || offer.handles != nil)
    case .getTask, .updateTask, .cancelTask: era == .modern && offer.handles != nil
    }
  }

  /// Finds a method by its name, if the era and this server have it.
  static func named(
    _ name: String, in era: Era, _ offer: Offer
  ) throws(RPCError) -> Method {
    guard let method = Method(rawValue: name), method.exists(in: era, offer) else {
      throw .methodNotFound(name)
    }
    return method
  }
}

extension Offer {
  var hasCompletions: Bool { resources != nil || prompts != nil }

  /// Advertises what works, in the words of the era.
  func capabilities(_ era: Era) -> JSONValue {
    var capabilities: JSONObject = ["tools": [:]]
    if resources != nil { capabilities["resources"] = ["subscribe": true, "listChanged": true] }
    if prompts != nil { capabilities["prompts"] = [:] }
    if hasCompletions { capabilities["completions"] = [:] }
    var extensions: JSONObject = [:]
    if era == .modern, handles != nil { extensions[MetaKey.tasksExtension] = [:] }
    if era == .modern, offersApps {
      extensions[MetaKey.appsExtension] = ["mimeTypes": [.string(MetaKey.appMimeType)]]
    }
    if !extensions.isEmpty { capabilities["extensions"] = .object(extensions) }
    return .object(capabilities)
  }
}

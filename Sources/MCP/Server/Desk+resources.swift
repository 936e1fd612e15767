import JSON
import JSONRPC

/// Answers for resources and keeps the legacy session's subscriptions.
extension Desk {
  func listResources(_ request: Request) throws(RPCError) -> ResultBody {
    let cursor = try Self.cursor(request.params)
    let page = try from(request, "") { (resources) throws(ResourceFailure) in
      try resources.list(cursor: cursor)
    }
    if request.client.era == .legacy {
      server.audience.sessionHasListedResources()
      reportListening()
    }
    var members: JSONObject = ["resources": .array(page.entries.map(\.value))]
    members["nextCursor"] = page.nextCursor.map { .string($0) }
    return ResultBody(members, cache: ResultBody.Cache(ttlMilliseconds: page.ttlMilliseconds))
  }

  func readResource(_ request: Request) throws(RPCError) -> ResultBody {
    let uri = try Self.string("uri", request.params)
    let reading = try from(request, uri) { (resources) throws(ResourceFailure) in
      try resources.read(uri)
    }
    return ResultBody(
      ["contents": .array(reading.contents.map(\.value))],
      cache: ResultBody.Cache(ttlMilliseconds: reading.ttlMilliseconds))
  }

  /// Asks the provider; its failures become the era's errors.
  private func from<Value>(
    _ request: Request, _ uri: String,
    _ body: (any ResourceProvider) throws(ResourceFailure) -> Value
  ) throws(RPCError) -> Value {
    guard let resources = server.offer.resources else {
      throw .methodNotFound(request.method.rawValue)
    }
    do {
      return try body(resources)
    } catch {
      switch error {
      case .notFound: throw .resourceNotFound(uri, request.client.era)
      case .unknownCursor: throw .invalidParams("unknown cursor")
      case .unknownTemplate: throw .invalidParams("unknown template")
      case .unavailable(let reason): throw .internalError(reason)
      }
    }
  }

  mutating func subscribe(_ params: JSONObject) throws(RPCError) -> ResultBody {
    let uri = try Self.string("uri", params)
    guard uri.utf8.count <= Audience.Filter.nameLimit else {
      throw .resourceNotFound(uri, .legacy)
    }
    guard server.audience.subscribe(uri) else {
      throw .invalidParams("at most \(Audience.Filter.limit) resources can be subscribed to")
    }
    // What is answered must leave before the embedder may take its time to begin.
    flush()
    reportListening()
    return ResultBody()
  }

  func unsubscribe(_ params: JSONObject) throws(RPCError) -> ResultBody {
    server.audience.unsubscribe(try Self.string("uri", params))
    reportListening()
    return ResultBody()
  }
}

import JSON
import JSONRPC

/// Opens the streams of the modern era.
extension Desk {
  mutating func listen(_ request: Request) throws(RPCError) -> ResultBody? {
    guard case .object(let wanted)? = request.params["notifications"] else {
      throw .invalidParams("notifications must be an object")
    }
    let filter = try honoured(wanted, request.client)
    // What is answered must leave before the embedder may take its time to begin.
    flush()
    if !filter.isEmpty, server.audience.markHeard() { server.offer.listening(true) }
    guard server.audience.open(request.id, filter) else {
      reportListening()
      throw .invalidRequest("at most \(Audience.streamLimit) streams can be open")
    }
    try tellEnded(filter.handles)
    return nil
  }

  /// Tells of waits that had ended before anybody listened: nothing else would ever be heard of them.
  private func tellEnded(_ handles: Set<String>) throws(RPCError) {
    for handle in handles.sorted() {
      guard let state = try state(of: handle), state.phase.isFinal else { continue }
      server.audience.handleChanged(state)
    }
  }

  /// Gives the part of what is wanted that will be told.
  private func honoured(
    _ wanted: JSONObject, _ client: Client
  ) throws(RPCError) -> Audience.Filter {
    var filter = Audience.Filter()
    let uris = try Self.names("resourceSubscriptions", wanted)
    if server.offer.resources != nil {
      filter.resourcesListChanged = wanted["resourcesListChanged"] == true
      filter.uris = Set(uris ?? [])
    }
    guard let handles = try Self.names("taskIds", wanted) else { return filter }
    guard client.takesTaskHandles else { throw .tasksExtensionMissing }
    for handle in handles where try state(of: handle) != nil { filter.handles.insert(handle) }
    return filter
  }

  private static func names(
    _ key: String, _ wanted: JSONObject
  ) throws(RPCError) -> [String]? {
    switch wanted[key] {
    case nil, .null?: return nil
    case .array(let items)?:
      let names = items.compactMap(\.stringValue)
      guard names.count == items.count else { break }
      let short = names.filter { $0.utf8.count <= Audience.Filter.nameLimit }
      return Array(short.prefix(Audience.Filter.limit))
    default: break
    }
    throw .invalidParams("\(key) must be a list of strings")
  }
}

import JSON
import JSONRPC
import Synchronization

/// Knows who wants to hear of which changes, and tells them.
final class Audience: Sendable {
  /// Is what a listener asked for and gets.
  struct Filter: Sendable {
    var resourcesListChanged = false
    var uris: Set<String> = []
    var handles: Set<String> = []

    /// Bounds what one listener can make us remember.
    static let limit = 1000
    /// Bounds each name, so that an acknowledgement fits into a line however it is escaped.
    static let nameLimit = 500

    var isEmpty: Bool { !resourcesListChanged && uris.isEmpty && handles.isEmpty }

    /// Gives the filter as an acknowledgement says it.
    var value: JSONValue {
      var object: JSONObject = [:]
      if resourcesListChanged { object["resourcesListChanged"] = true }
      if !uris.isEmpty { object["resourceSubscriptions"] = Self.list(uris) }
      if !handles.isEmpty { object["taskIds"] = Self.list(handles) }
      return .object(object)
    }

    private static func list(_ names: Set<String>) -> JSONValue {
      .array(names.sorted().map { .string($0) })
    }
  }

  private struct Stream: Sendable {
    var entry: RequestTable.Entry
    var filter: Filter
  }

  private struct State {
    var streams: [Stream] = []
    /// Is the legacy session's, until it is replaced.
    var session = Filter()
    var sessionIsReady = false
    var isHeard = false

    var wantsChanges: Bool {
      !session.isEmpty || streams.contains { !$0.filter.isEmpty }
    }
  }

  static let streamLimit = 64

  private let state = Mutex(State())
  private let requests: RequestTable
  private let outbox: Outbox

  init(_ conversation: Conversation) {
    requests = conversation.requests
    outbox = conversation.outbox
  }

  /// Opens a stream: its acknowledgement is the first it hears, and nothing comes before. False if
  /// the id is in flight or there are too many.
  func open(_ id: RequestID, _ filter: Filter) -> Bool {
    state.withLock { state in
      guard state.streams.count < Self.streamLimit, let entry = requests.begin(id) else {
        return false
      }
      outbox.send(
        Self.tagged(
          "notifications/subscriptions/acknowledged", id, ["notifications": filter.value]))
      state.streams.append(Stream(entry: entry, filter: filter))
      return true
    }
  }

  /// Forgets a stream whose request was cancelled.
  func close(_ id: RequestID) {
    state.withLock { state in state.streams.removeAll { $0.entry.id == id } }
  }

  /// Ends all streams from our side, each with its result.
  func closeAll() {
    state.withLock { state in
      for stream in state.streams {
        let meta: JSONValue = [MetaKey.subscription: stream.entry.id.value]
        requests.answer(
          stream.entry,
          Frame.result(stream.entry.id, ["resultType": "complete", "_meta": meta]))
      }
      state = State(isHeard: state.isHeard)
    }
  }

  /// Starts over for a new legacy session.
  func replaceSession() {
    state.withLock { state in
      state.session = Filter()
      state.sessionIsReady = false
    }
  }

  func sessionIsReady() { state.withLock { $0.sessionIsReady = true } }

  /// Takes an address of the legacy session in; false if it has too many.
  func subscribe(_ uri: String) -> Bool {
    state.withLock { state in
      if state.session.uris.count >= Filter.limit { return false }
      state.session.uris.insert(uri)
      return true
    }
  }

  func unsubscribe(_ uri: String) { state.withLock { _ = $0.session.uris.remove(uri) } }

  /// Notes that the legacy session has a list that can go stale; who never asked for it has none.
  func sessionHasListedResources() {
    state.withLock { $0.session.resourcesListChanged = true }
  }

  /// Gives the change since the last time, if any: true for somebody listens now, false for nobody
  /// does.
  func takeTransition() -> Bool? {
    state.withLock { state in
      guard state.isHeard != state.wantsChanges else { return nil }
      state.isHeard = state.wantsChanges
      return state.isHeard
    }
  }

  /// Notes that the embedder is told of a listener ahead of its stream; false if it knows already.
  func markHeard() -> Bool {
    state.withLock { state in
      defer { state.isHeard = true }
      return !state.isHeard
    }
  }

  var watched: Watched {
    state.withLock { state in
      let filters = state.streams.map(\.filter) + [state.session]
      return Watched(
        uris: filters.reduce(into: []) { $0.formUnion($1.uris) },
        handles: filters.reduce(into: []) { $0.formUnion($1.handles) },
        resourceList: filters.contains { $0.resourcesListChanged })
    }
  }

  func watches(_ handle: String) -> Bool {
    state.withLock { $0.streams.contains { $0.filter.handles.contains(handle) } }
  }

  func resourceChanged(_ uri: String) {
    announce("notifications/resources/updated", ["uri": .string(uri)]) { $0.uris.contains(uri) }
  }

  func resourcesListChanged() {
    announce("notifications/resources/list_changed", [:]) { $0.resourcesListChanged }
  }

  /// Tells how a wait stands; who has heard of its end is not told again.
  func handleChanged(_ wait: WaitHandleState) {
    announce("notifications/tasks", wait.detailed) { filter in
      guard filter.handles.contains(wait.handle) else { return false }
      if wait.phase.isFinal { filter.handles.remove(wait.handle) }
      return true
    }
  }

  private func announce(
    _ method: String, _ params: JSONObject, to wants: (inout Filter) -> Bool
  ) {
    state.withLock { state in
      for index in state.streams.indices where wants(&state.streams[index].filter) {
        let stream = state.streams[index]
        requests.notify(stream.entry, Self.tagged(method, stream.entry.id, params))
      }
      if state.sessionIsReady, wants(&state.session) {
        outbox.sendIfRoom(
          Frame.notification(method, params.isEmpty ? nil : .object(params)))
      }
    }
  }

  private static func tagged(
    _ method: String, _ id: RequestID, _ params: JSONObject
  ) -> [UInt8] {
    var params = params
    params["_meta"] = [MetaKey.subscription: id.value]
    return Frame.notification(method, .object(params))
  }
}

/// Names what somebody listens to right now.
package struct Watched: Sendable, Hashable {
  package var uris: Set<String>
  package var handles: Set<String>
  package var resourceList: Bool

  package init(uris: Set<String>, handles: Set<String>, resourceList: Bool) {
    self.uris = uris
    self.handles = handles
    self.resourceList = resourceList
  }
}

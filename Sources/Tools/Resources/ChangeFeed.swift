import JSON
import MCP
import Posix
import Synchronization
import TaskStore
import Tasks

/// Tells an MCP server's listeners what changes in the store, only while there are any.
final class ChangeFeed: Sendable {
  private struct State {
    var server: Server?
    var subscription: Subscription?
  }

  private let workshop: Workshop
  private let state = Mutex(State())

  init(_ workshop: Workshop) { self.workshop = workshop }

  /// Names the server to tell; it is made after the feed.
  func connect(_ server: Server) { state.withLock { $0.server = server } }

  /// Begins or ends to follow the store.
  func listen(_ isHeard: Bool) {
    do throws(ToolFailure) {
      if isHeard { try begin() } else { end() }
    } catch {
      StandardError.write("errand: changes cannot be followed: \(error.summary)\n")
    }
  }

  private func begin() throws(ToolFailure) {
    let store = try workshop.store()
    let subscription = try naming { () throws(StoreError) in
      try store.follow { [weak self] in self?.tell($0) }
    }
    let previous = state.withLock { state in
      defer { state.subscription = subscription }
      return state.subscription
    }
    previous?.cancel()
  }

  private func end() {
    let subscription = state.withLock { state in
      defer { state.subscription = nil }
      return state.subscription
    }
    subscription?.cancel()
  }

  private func tell(_ changes: [Change]) {
    guard let server = state.withLock({ $0.server }) else { return }
    let watched = server.watched
    do throws(ToolFailure) {
      try tell(changes, watched, server)
    } catch {
      StandardError.write("errand: a change could not be told: \(error.summary)\n")
    }
  }

  private func tell(
    _ changes: [Change], _ watched: Watched, _ server: Server
  ) throws(ToolFailure) {
    let store = try workshop.store()
    let changed = Set(changes.map(\.task))
    if watched.uris.contains(ResourceAddress.tasks.text) {
      server.resourceChanged(ResourceAddress.tasks.text)
    }
    var records: [TaskRecord] = []
    for id in changed.sorted() {
      let record = try naming { () throws(StoreError) in try store.lastKnown(id: id) }
      if let record { records.append(record) }
    }
    for uri in watched.uris.sorted() {
      guard case .task(let reference)? = ResourceAddress(uri) else { continue }
      if records.contains(where: { $0.isCalled(reference) }) { server.resourceChanged(uri) }
    }
    if watched.resourceList { server.resourcesListChanged() }
    for handle in watched.handles.sorted() {
      let kept = try naming { () throws(StoreError) in try store.waitHandle(handle) }
      if let kept, !changed.isDisjoint(with: kept.tasks) { try server.taskChanged(handle) }
    }
  }
}

import JSON
import JSONRPC

/// Serves one client on one conversation, in both eras at once.
///
/// The thread that calls `run` reads, and answers everything that does not wait; see `Desk`.
package final class Server: Sendable {
  let offer: Offer
  let conversation: Conversation
  let catalogue: Catalogue
  let audience: Audience
  let envelope: Envelope
  let refusals = Refusals()
  let sealing: RequestState

  /// Bounds a line that leaves; some clients hang up on longer ones.
  static let lineLimit = 4 << 20

  package init(_ offer: Offer, _ conversation: Conversation) {
    self.offer = offer
    self.conversation = conversation
    catalogue = Catalogue(offer)
    audience = Audience(conversation)
    envelope = Envelope(offer.card)
    sealing = RequestState(key: offer.stateKey, now: offer.now)
  }

  /// Serves until the client has gone; returns the exit status.
  package func run() -> Int32 {
    var desk = Desk(self)
    conversation.read { desk.take($0) }
    desk.flush()
    audience.closeAll()
    conversation.finish(within: .milliseconds(500))
    desk.reportListening()
    return 0
  }

  /// Tells whoever subscribed that a resource has changed. Cheap when nobody listens.
  package func resourceChanged(_ uri: String) { audience.resourceChanged(uri) }

  /// Tells whoever wants to know that the list of resources has changed.
  package func resourcesListChanged() { audience.resourcesListChanged() }

  /// Tells whoever watches the handle how it stands now. Call it from one thread, so that states
  /// keep their order.
  package func taskChanged(_ handle: String) throws(ToolFailure) {
    guard audience.watches(handle), let state = try offer.handles?.state(of: handle)
    else { return }
    audience.handleChanged(state)
  }

  /// Names what is listened to right now.
  package var watched: Watched { audience.watched }

  func startWatchdog() {
    conversation.startWatchdog { [audience] in audience.closeAll() }
  }
}

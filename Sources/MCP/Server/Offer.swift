import JSON
import JSONRPC

/// Is everything a server needs to be told; whatever costs time is a closure called on first need.
package struct Offer: Sendable {
  package var card: ServerCard
  /// Is called once, when tools are first listed or called; their order is the list's.
  package var tools: @Sendable () -> [AnyTool]
  /// Is called once; nil if there are no prompts.
  package var prompts: (@Sendable () -> [Prompt])?
  package var resources: (any ResourceProvider)?
  /// Offers the tasks extension.
  package var handles: (any WaitHandles)?
  /// Tells that tools of toolset `app` and their pages are offered.
  package var offersApps = false
  /// Is called with true before the first listener is acknowledged, with false after the last has
  /// left.
  package var listening: @Sendable (Bool) -> Void = { _ in }
  /// Makes durable what the answers about to leave acknowledge; a failure replaces those answers.
  package var commit: @Sendable () throws(ToolFailure) -> Void = {}
  /// Is called on the reading thread before it reads: what was known until then is too old for the
  /// requests to come, which may share one look at the world.
  package var reading: @Sendable () -> Void = {}
  /// Gives the key that seals request states, the same after a restart.
  package var stateKey: @Sendable () throws(ToolFailure) -> [UInt8]
  /// Gives the milliseconds since 1970, for the age of request states.
  package var now: @Sendable () -> Int64

  package init(
    card: ServerCard, tools: @escaping @Sendable () -> [AnyTool],
    stateKey: @escaping @Sendable () throws(ToolFailure) -> [UInt8],
    now: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
  ) {
    self.card = card
    self.tools = tools
    self.stateKey = stateKey
    self.now = now
  }
}

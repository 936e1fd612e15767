import JSON

/// Offers one thing a model can do, its shape declared by its input and output.
package protocol Tool: Sendable {
  associatedtype Input: JSONCodable
  associatedtype Output: ToolOutput

  /// Matches `^[a-z][a-z0-9_]{2,39}$`.
  var name: String { get }
  var title: String { get }
  /// Says what it does and when to use it, at most 600 characters.
  var summary: String { get }
  /// Is what the list shows of the input's shape; what it leaves out is checked all the same.
  var inputSchema: JSONValue { get }
  var hints: ToolHints { get }
  /// Names the group that is switched on or off together.
  var toolset: String { get }
  /// Is sent as the tool's `_meta`.
  var meta: JSONObject? { get }

  /// Tells whether this call may wait: then it runs on a thread of its own, else on the reading
  /// thread.
  func waits(_ input: Input) -> Bool

  /// Does it. Called again from the start once a question it asked has been answered.
  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output>
}

extension Tool {
  package var inputSchema: JSONValue { Input.json.schema }
  package var meta: JSONObject? { nil }
  package func waits(_ input: Input) -> Bool { false }
}

/// Is what a call comes to.
package enum ToolAnswer<Output: ToolOutput>: Sendable {
  case done(Output)
  /// Hands out a durable handle to poll; only where the request declared the tasks extension.
  case handle(WaitHandleState)
  /// Asks the user first, and is called again with the answers; `state` comes back in the context.
  case ask([String: ElicitationForm], state: JSONValue)
}

import JSON

/// Is a tool whose types are forgotten, with its list entry.
package final class AnyTool: Sendable {
  package let name: String
  package let toolset: String
  package let hints: ToolHints
  // Describing every tool costs more than most calls: it is done for who asks.
  private let lazyEntry: Lazy<JSONObject>
  let prepare: @Sendable (JSONObject) throws(ToolFailure) -> PreparedCall

  package init<Offered: Tool>(_ tool: Offered) {
    name = tool.name
    toolset = tool.toolset
    hints = tool.hints
    lazyEntry = Lazy { Self.entry(of: tool) }
    let name = tool.name
    prepare = { (arguments) throws(ToolFailure) in
      let input: Offered.Input
      do throws(Mismatch) {
        input = try Offered.Input.json.decode(.object(arguments))
      } catch {
        throw .invalidArguments(error.faults, tool: name)
      }
      return PreparedCall(waits: tool.waits(input)) { context in
        Self.outcome { () throws(ToolFailure) in try tool.call(input, context) }
      }
    }
  }

  /// Is the exact entry of `tools/list`.
  package var entry: JSONObject { lazyEntry.value }

  private static func outcome<Output>(
    _ call: () throws(ToolFailure) -> ToolAnswer<Output>
  ) -> ToolOutcome {
    do {
      switch try call() {
      case .done(let output): return .result(output.result)
      case .handle(let state): return .handle(state)
      case .ask(let forms, let state): return .ask(forms, state: state)
      }
    } catch {
      guard let question = error.question else { return .result(.failure(error)) }
      return .ask(question.forms, state: question.state)
    }
  }

  private static func entry<Offered: Tool>(of tool: Offered) -> JSONObject {
    var entry: JSONObject = [
      "name": .string(tool.name), "title": .string(tool.title),
      "description": .string(tool.summary), "inputSchema": tool.inputSchema,
    ]
    entry["outputSchema"] = Offered.Output.outputSchema
    entry["annotations"] = tool.hints.annotations
    entry["_meta"] = tool.meta.map { .object($0) }
    return entry
  }
}

extension [AnyTool] {
  /// Renders the contract for a file: each entry with its toolset, in order.
  package var contract: [(toolset: String, entry: JSONValue)] {
    map { (toolset: $0.toolset, entry: .object($0.entry)) }
  }
}

/// Is a call whose arguments have been read.
struct PreparedCall: Sendable {
  let waits: Bool
  let run: @Sendable (CallContext) -> ToolOutcome

  init(waits: Bool, run: @escaping @Sendable (CallContext) -> ToolOutcome) {
    self.waits = waits
    self.run = run
  }
}

/// Is what a call came to, its output's type forgotten.
enum ToolOutcome: Sendable {
  case result(ToolResult)
  case handle(WaitHandleState)
  case ask([String: ElicitationForm], state: JSONValue)

  /// Tells whether something is acknowledged by it that must be durable first.
  var acknowledges: Bool {
    switch self {
    case .result(.structured), .result(.content), .handle: true
    case .result(.failure), .ask: false
    }
  }
}

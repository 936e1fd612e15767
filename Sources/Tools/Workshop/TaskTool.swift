import JSON
import MCP

/// Offers one operation on tasks, to MCP clients and to the command line alike.
package protocol TaskTool: Tool where Input: Sendable {
  var workshop: Workshop { get }
  /// Is the group that is switched on or off together.
  var group: Toolset { get }

  /// Does it, whoever asks; what it acknowledges is durable after `Workshop.commit`.
  func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output
}

extension TaskTool {
  package var toolset: String { group.rawValue }
  package var inputSchema: JSONValue { Input.json.schema.spare }

  package func call(
    _ input: Input, _ context: CallContext
  ) throws(ToolFailure) -> ToolAnswer<Output> {
    .done(try perform(input, Caller(context, in: workshop)))
  }
}

/// Is an operation whose types are forgotten, as the command line calls it.
package struct Operation: Sendable {
  package let tool: AnyTool
  let group: Toolset
  private let body: @Sendable (JSONObject, Caller) throws(ToolFailure) -> ToolResult

  init<Offered: TaskTool>(_ offered: Offered) {
    self.init(offered) { input, _ in input }
  }

  init<Offered: TaskTool>(_ offered: Offered) where Offered.Input: Budgeted {
    self.init(offered) { input, caller in caller.readsWhole ? input.whole : input }
  }

  private init<Offered: TaskTool>(
    _ offered: Offered, asking: @escaping @Sendable (Offered.Input, Caller) -> Offered.Input
  ) {
    tool = AnyTool(offered)
    group = offered.group
    body = { (arguments, caller) throws(ToolFailure) in
      let input: Offered.Input
      do throws(Mismatch) {
        input = try Offered.Input.json.decode(.object(arguments))
      } catch {
        throw .invalidArguments(error.faults, tool: offered.name)
      }
      return ToolResult(try offered.perform(asking(input, caller), caller))
    }
  }

  package var name: String { tool.name }

  /// Tells whether an agent inside an attempt may use it; what it makes there is its own.
  var isForAttempts: Bool { group == .attempt || Self.forAttempts.contains(name) }

  private static let forAttempts: Set = [
    "tasks_schemas", "tasks_create", "tasks_get", "tasks_wait", "tasks_attempts_list",
    "tasks_messages_list", "tasks_artifacts_list", "tasks_artifacts_download",
    "tasks_artifacts_upload",
  ]

  /// Does it, and makes durable what it acknowledges.
  package func perform(
    _ arguments: JSONObject, _ caller: Caller, in workshop: Workshop
  ) throws(ToolFailure) -> ToolResult {
    var caller = caller
    // Whoever calls from inside an attempt is its agent, whatever it calls with.
    caller.actor = workshop.insider ?? caller.actor
    let result = try body(arguments, caller)
    if !tool.hints.readOnly { try workshop.commit() }
    return result
  }
}

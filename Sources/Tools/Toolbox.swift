import JSON
import JSONRPC
import MCP
import Runner
import TaskStore

/// Puts everything that is offered together: tools, resources, prompts, waits.
package struct Toolbox: Sendable {
  package let workshop: Workshop
  /// Is in the order of the list, which never changes.
  package let operations: [Operation]

  /// Takes what is chosen; `mayRunCommands` is what the list of tools promises while it is read.
  package init(
    _ workshop: Workshop, choice: ToolChoice = .usual, mayRunCommands: Bool = false
  ) {
    self.workshop = workshop
    let all = Self.all(workshop, choice, mayRunCommands: mayRunCommands)
    operations = all.filter { choice.takes($0) }
  }

  /// Asks the configuration, too, whether commands have leave.
  package static func current(
    _ workshop: Workshop, choice: ToolChoice = .usual
  ) throws(ToolFailure) -> Toolbox {
    let configuration = workshop.usableConfiguration()
    let hasLeave = workshop.setting.allowsCommands || configuration.allowCommands
    var choice = choice
    choice.hasConsole = workshop.setting.offersConsole && configuration.console.enabled
    return Toolbox(workshop, choice: choice, mayRunCommands: hasLeave)
  }

  private static func all(
    _ workshop: Workshop, _ choice: ToolChoice, mayRunCommands: Bool
  ) -> [Operation] {
    let waits = DurableWaits(workshop: workshop)
    let creating = TasksCreate(
      workshop: workshop, waits: waits, mayRunCommands: mayRunCommands)
    return [
      Operation(TasksSchemas(workshop: workshop)),
      Operation(creating),
      Operation(TasksList(workshop: workshop)),
      Operation(TasksGet(workshop: workshop)),
      Operation(TasksWait(workshop: workshop, waits: waits)),
      Operation(TasksContinue(creating: creating)),
      Operation(TasksRespond(workshop: workshop)),
      Operation(TasksCancel(workshop: workshop)),
      Operation(TasksAttemptsList(workshop: workshop)),
      Operation(TasksMessagesList(workshop: workshop)),
      Operation(TasksConsoleLink(workshop: workshop)),
      Operation(TasksArtifactsList(workshop: workshop)),
      Operation(TasksArtifactsDownload(workshop: workshop)),
      Operation(TasksArtifactsUpload(workshop: workshop)),
      Operation(TasksArtifactsStage(workshop: workshop)),
      Operation(TasksVerify(workshop: workshop, mayRunCommands: mayRunCommands)),
      Operation(TasksRetry(workshop: workshop, mayRunCommands: mayRunCommands)),
      Operation(TasksUpdate(workshop: workshop, mayRunCommands: mayRunCommands)),
      Operation(TasksComment(workshop: workshop)),
      Operation(TasksStats(workshop: workshop)),
      Operation(TasksDelete(workshop: workshop)),
      Operation(SchedulesCreate(creating: creating)),
      Operation(SchedulesList(workshop: workshop)),
      Operation(SchedulesUpdate(creating: creating)),
      Operation(SchedulesDelete(workshop: workshop)),
      Operation(TasksClaim(workshop: workshop)),
      Operation(TasksHeartbeat(workshop: workshop)),
      Operation(TasksMessagesAppend(workshop: workshop)),
      Operation(TasksComplete(workshop: workshop)),
      Operation(TasksFail(workshop: workshop)),
      Operation(TasksAbort(workshop: workshop)),
      Operation(RuntimeSessionsGet(workshop: workshop)),
      Operation(RuntimeSessionsUpload(workshop: workshop)),
      Operation(RuntimeSessionsDownload(workshop: workshop)),
      Operation(TasksAppOpen(workshop: workshop, choice: choice)),
      Operation(TaskReport(workshop: workshop)),
      Operation(TaskAsk(workshop: workshop)),
      Operation(TaskSubmitOutput(workshop: workshop)),
    ]
  }

  package subscript(name: String) -> Operation? { operations.first { $0.name == name } }

  /// Calls an operation by name, as the command line does.
  package func perform(
    _ name: String, _ arguments: JSONObject, _ caller: Caller
  ) throws(ToolFailure) -> ToolResult {
    guard let operation = self[name] else {
      throw ToolFailure(
        code: "tool_unknown", summary: "There is no tool \(name).",
        nextStep: "See `errand tools`.")
    }
    return try operation.perform(arguments, caller, in: workshop)
  }

  /// Calls an operation by name and gives its result as one value; content blocks as an object.
  package func answer(
    _ name: String, _ arguments: JSONObject, _ caller: Caller
  ) throws(ToolFailure) -> JSONValue {
    switch try perform(name, arguments, caller) {
    case .structured(let bytes):
      do throws(JSONSyntaxError) {
        return try JSONValue.parse(bytes)
      } catch {
        preconditionFailure("a codec wrote what is no JSON: \(error)")
      }
    case .content(let blocks):
      let texts = blocks.compactMap { block in
        if case .text(let text) = block { JSONValue.string(text) } else { nil }
      }
      return ["content": .array(texts)]
    case .failure(let failure): throw failure
    }
  }

  /// Renders the contract: the exact entries of `tools/list`, each with its toolset.
  package static func contract() -> [UInt8] {
    let entries = declared().operations.map { operation in
      var entry: JSONObject = ["toolset": .string(operation.tool.toolset)]
      for (key, value) in operation.tool.entry { entry[key] = value }
      return JSONValue.object(entry)
    }
    return Array((IndentedText(.object(["tools": .array(entries)])).text + "\n").utf8)
  }

  /// Gives every tool for what it declares; none of them is ever called.
  static func declared() -> Toolbox {
    let setting = Workshop.Setting(
      environment: [:], storeRoot: "/", startDirectory: "/",
      build: .init(version: "0", build: "0"), startRunner: { _ in })
    return Toolbox(
      Workshop(setting), choice: ToolChoice(toolsets: Toolset.allCases))
  }
}

/// Says which tools are offered.
package struct ToolChoice: Sendable, Hashable {
  /// Is short, and needed before the first answer: a set would cost more.
  package var toolsets: [Toolset]
  /// Names single tools; then nothing else is offered.
  package var tools: Set<String>?
  package var readsOnly = false
  /// Offers links to the console; where there is none, nothing links to it.
  var hasConsole = true
  /// Offers what an agent inside an attempt may use, whatever else was chosen.
  var isInside = false

  package static let usual = ToolChoice(toolsets: Toolset.usual)
  /// Is for a person, whose commands are made of all of them.
  package static let all = ToolChoice(toolsets: Toolset.chosen)

  package init(toolsets: [Toolset], tools: Set<String>? = nil, readsOnly: Bool = false) {
    self.toolsets = toolsets
    self.tools = tools
    self.readsOnly = readsOnly
  }

  /// Reads what was asked for on the command line; what does not exist is named.
  package init(
    toolsets: [String]?, tools: [String]?, readsOnly: Bool
  ) throws(ToolChoiceError) {
    var sets = toolsets == nil ? Toolset.usual : []
    for name in toolsets ?? [] {
      guard let set = Toolset.chosen.first(where: { $0.rawValue == name }) else {
        throw .unknownToolset(name)
      }
      sets.append(set)
    }
    for name in tools ?? [] where !Self.names.contains(name) { throw .unknownTool(name) }
    self.init(toolsets: sets, tools: tools.map { Set($0) }, readsOnly: readsOnly)
  }

  func takes(_ operation: Operation) -> Bool {
    if readsOnly, !operation.tool.hints.readOnly { return false }
    if !hasConsole, operation.group == .app || operation.name == TasksConsoleLink.toolName {
      return false
    }
    if isInside { return operation.isForAttempts }
    if let tools { return tools.contains(operation.name) }
    // What a worker is told can be longer than one answer.
    if toolsets.contains(.worker), operation.name == TasksArtifactsDownload.toolName {
      return true
    }
    return toolsets.contains(operation.group)
  }

  /// Names every tool that can be chosen, in order.
  package static let names = Toolbox.declared().operations.filter { $0.group != .attempt }
    .map(\.name)
}

/// Says what of a choice does not exist.
package enum ToolChoiceError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownToolset(String)
  case unknownTool(String)

  package var description: String {
    switch self {
    case .unknownToolset(let name):
      "there is no toolset \"\(name)\"; there are "
        + Toolset.chosen.map(\.rawValue).joined(separator: ", ")
    case .unknownTool(let name):
      "there is no tool \"\(name)\"\(Nearest.hint(for: name, among: ToolChoice.names))"
    }
  }
}

import Console
import JSON
import JSONRPC
import MCP
import Posix
import Tools

extension Command {
  static let serve = Command(
    path: ["serve"], summary: "Be an MCP server on standard input and output.",
    options: [
      Options.toolsets.spec, Options.tools.spec, Options.readOnly.spec,
      Options.allowCommands.spec, Options.client.spec, Options.noConsole.spec,
    ],
    notes: """
      Started by a chat client, not by hand. It ends with its client; tasks go on.
      Without --allow-commands a client cannot run shell commands as tasks.
      """,
    examples: [
      Example("claude mcp add -s user errand -- /full/path/errand serve", "For Claude Code."),
      Example("codex mcp add errand -- /full/path/errand serve", "For Codex."),
      Example("errand serve --read-only", "Only tools that change nothing."),
      Example("errand serve --toolsets tasks --allow-commands", "No artifacts; with commands."),
    ],
    run: Serving.serve)

  static let tools = Command(
    path: ["tools"], summary: "Show the MCP tools; with --json, the whole contract.",
    options: [Options.json.spec, Options.quiet.spec],
    examples: [
      Example("errand tools", "Each with what it does."),
      Example("errand tools --json > tools.json", "The contract, as it is checked in."),
    ],
    run: Serving.tools)
}

/// Speaks MCP, and shows what it offers.
enum Serving {
  static func serve(_ call: Invocation) throws(Complaint) -> ExitCode {
    let choice = try choice(call)
    var setting = try Operations.setting()
    setting.allowsCommands = call[Options.allowCommands]
    setting.isReadOnly = call[Options.readOnly]
    setting.offersConsole = !call[Options.noConsole]
    setting.clientName = call[Options.client]
    setting.appPage = AppPage { InChatPage.text }
    if Environment.isTerminal(0) { call.terminal.note(hint) }
    let conversation: Conversation
    do throws(SystemError) {
      conversation = try Conversation.standard()
    } catch {
      throw Complaint(
        "The standard streams cannot be used.", why: [error.description],
        next: "Let a chat client start it, with both ends open.", code: .usage)
    }
    exitNow(Toolbox.server(Workshop(setting), choice: choice, on: conversation).run())
  }

  /// Is for a person who has typed the command; a client's pipe never sees it.
  private static let hint = """
    errand serve speaks MCP and waits for a client; end it with Ctrl-D. Plug it in instead:
      claude mcp add -s user errand -- /full/path/errand serve
    """

  private static func choice(_ call: Invocation) throws(Complaint) -> ToolChoice {
    do throws(ToolChoiceError) {
      return try ToolChoice(
        toolsets: words(call[Options.toolsets]), tools: words(call[Options.tools]),
        readsOnly: call[Options.readOnly])
    } catch {
      throw Complaint(
        "The choice of tools cannot be kept: \(error).",
        next: "See `errand tools` for the sets and names there are.", code: .usage)
    }
  }

  private static func words(_ list: String?) -> [String]? {
    list.map { $0.split(separator: ",").map { $0.filter { $0 != " " } } }
  }

  static func tools(_ call: Invocation) throws(Complaint) -> ExitCode {
    if call[Options.json] {
      try call.terminal.write(Toolbox.contract())
      return .ok
    }
    let operations = Toolbox(Workshop(try Operations.setting())).operations
    if call[Options.quiet] {
      for operation in operations { try call.terminal.print(operation.name) }
      return .ok
    }
    var table = Table([
      Table.Column("TOOL"), Table.Column("SET", leaves: 1), Table.Column("READS ONLY", leaves: 2),
      Table.Column("WHAT", atLeast: 20),
    ])
    for operation in operations {
      let tool = operation.tool
      table.add([
        Table.Cell(tool.name, .bold), Table.Cell(tool.toolset),
        Table.Cell(tool.hints.readOnly ? "yes" : "no"),
        Table.Cell(TaskText.line(tool.entry["description"], limit: 600)),
      ])
    }
    try call.terminal.print(table.text(for: call.terminal))
    return .ok
  }
}

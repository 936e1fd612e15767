import JSON

// How each is told of a server of ours for one run; our own tools need nobody's leave.
extension ClaudeDialect {
  /// Gives the flags that name the server; nil where there is none.
  func serving(_ file: String) -> [String]? {
    let server = "mcp__\(AgentTools.server)"
    return switch kind {
    case .claude, .codebuddy: ["--mcp-config=\(file)", "--allowedTools=\(server)"]
    case .qoder: ["--mcp-config=\(file)", "--allowed-tools=\(server)"]
    // The server's entry says that it is trusted.
    case .qwen: ["--mcp-config=\(file)"]
    // Its leave is given by the user's settings, or for all tools at once.
    case .amp: ["--mcp-config=\(file)"]
    // It knows only files of the user's or the project's, which are not ours to change.
    case .cursor: nil
    }
  }

  /// Gives the file that the flags name, in the program's form.
  func servers(_ tools: AgentTools) -> JSONValue {
    var entry = tools.entry
    if kind == .amp { return [AgentTools.server: .object(entry)] }
    entry["timeout"] = .integer(AgentTools.clientPatience * 1000)
    if kind == .qwen { entry["trust"] = true } else { entry["type"] = "stdio" }
    // It would call them through a tool of its own, whose leave is leave to run commands as well.
    if kind == .codebuddy { entry["defer_loading"] = false }
    return ["mcpServers": [AgentTools.server: .object(entry)]]
  }
}

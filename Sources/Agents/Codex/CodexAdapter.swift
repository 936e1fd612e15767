import JSON
import Posix
import Tasks

/// Drives Codex through its app-server: a conversation in JSON-RPC over its pipes.
package struct CodexAdapter: AgentAdapter {
  private let plan: LaunchPlan

  package init(plan: LaunchPlan) { self.plan = plan }

  static let word = "app-server"

  package var traits: AgentTraits {
    AgentTraits(
      speaksFirst: true, exitCodeIsResult: false, takesMessages: true,
      patience: AgentTools.patience)
  }

  package func launch(
    _ brief: Brief, in place: AgentPlace
  ) throws(LaunchRefusal) -> AgentLaunch {
    let (executable, _) = try CodexTerms.program(plan, brief)
    return AgentLaunch(
      program: .path(executable), arguments: [Self.word] + plan.arguments,
      environment: brief.environment, input: .dialogue)
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> CodexInterpreter {
    CodexInterpreter(plan.settings, brief, place)
  }
}

/// Drives `codex exec --json`, for versions without an app-server: nobody can be asked.
package struct CodexExecAdapter: AgentAdapter {
  private let plan: LaunchPlan

  package init(plan: LaunchPlan) { self.plan = plan }

  /// The first argument of a profile that wants this surface.
  package static let word = "exec"

  package var traits: AgentTraits {
    AgentTraits(speaksFirst: true, exitCodeIsResult: false, patience: AgentTools.patience)
  }

  package func launch(
    _ brief: Brief, in place: AgentPlace
  ) throws(LaunchRefusal) -> AgentLaunch {
    let (executable, prompt) = try CodexTerms.program(plan, brief)
    var flags = ["--json", "--skip-git-repo-check"]
    switch plan.settings.permissionMode {
    case .readOnly, .ask: flags += ["--sandbox", "read-only"]
    case .edits: flags += ["--sandbox", "workspace-write"]
    case .all: flags += ["--sandbox", "danger-full-access"]
    }
    if let model = plan.settings.model { flags += ["--model", model] }
    if let effort = plan.settings.effort {
      flags += ["-c", "model_reasoning_effort=\(JSONValue.string(effort).text)"]
    }
    for directory in plan.settings.directories { flags += ["--add-dir", directory] }
    for (key, value) in CodexTerms.server(place.tools) {
      flags += ["-c", "\(key)=\(value.text)"]
    }
    var files: [AgentLaunch.File] = []
    if let schema = brief.outputSchema {
      let file = AgentLaunch.File(
        path: place.attemptFolder + "/output-schema.json", bytes: schema.bytes)
      files.append(file)
      flags += ["--output-schema", file.path]
    }
    return AgentLaunch(
      program: .path(executable),
      arguments: [Self.word] + flags + plan.arguments.dropFirst()
        + CodexTerms.conversation(brief.conversation) + ["-"],
      environment: brief.environment, files: files, input: .text(Array(prompt.utf8)))
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> CodexExecInterpreter {
    CodexExecInterpreter(brief)
  }
}

/// Finds out which of its surfaces a Codex has.
package enum CodexProbe {
  /// Gives the plan as it can be carried out: by `exec` where there is no app-server. One that does
  /// not answer is taken to have it.
  package static func fitted(
    _ plan: LaunchPlan, environment: [String: String]
  ) -> LaunchPlan? {
    guard plan.adapter == .codex, plan.arguments.first != CodexExecAdapter.word,
      let executable = plan.executable,
      let help = SmallCommand.run(
        executable, [CodexAdapter.word, "--help"], environment: environment),
      // An old one may take the word for a prompt, and give its help in general.
      !help.status.isSuccess || !help.text.contains(CodexAdapter.word)
    else { return nil }
    var fitted = plan
    fitted.arguments = [CodexExecAdapter.word] + plan.arguments
    return fitted
  }
}

/// Reads what both of Codex's surfaces need of a plan and a brief.
enum CodexTerms {
  static func program(
    _ plan: LaunchPlan, _ brief: Brief
  ) throws(LaunchRefusal) -> (executable: String, prompt: String) {
    guard let executable = plan.executable else { throw .noProgram(profile: plan.profile) }
    guard case .words(_, let prompt) = brief.work else {
      throw .notForThisAdapter("commands; they need the shell profile")
    }
    // Anything but an id would silently begin a new conversation.
    if let id = brief.conversation.source, !isThreadID(id) {
      throw .malformedInput("\(CleanText.line(id, limit: 80)) is no conversation of Codex")
    }
    return (executable, prompt)
  }

  /// Describes our own server to Codex, member by member: a table in JSON is none in TOML.
  static func server(_ tools: AgentTools?) -> JSONObject {
    guard let tools else { return [:] }
    var members: JSONObject = [
      "command": .string(tools.command),
      "args": .array(tools.arguments.map(JSONValue.string)),
      "tool_timeout_sec": .integer(AgentTools.clientPatience),
      // Our own tools need nobody's leave.
      "default_tools_approval_mode": "approve",
    ]
    for (key, value) in tools.sorted { members["env.\(key)"] = .string(value) }
    return JSONObject(
      members.members.map { (key: "mcp_servers.\(AgentTools.server).\($0.key)", value: $0.value) })
  }

  static func conversation(_ conversation: Brief.Conversation) -> [String] {
    switch conversation {
    case .new: []
    case .resume(let id, _): ["resume", id]
    case .fork(let id, _): ["fork", id]
    }
  }

  /// Takes UUIDs only: 8-4-4-4-12 hexadecimal digits.
  static func isThreadID(_ id: String) -> Bool {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } }
  }

  /// Reads a turn's tokens; Codex counts cached ones among the input.
  static func usage(_ figures: JSONValue, _ keys: Keys) -> Usage {
    let cached = figures.count(at: keys.cached)
    let usage = Usage(
      inputTokens: max(0, figures.count(at: keys.input) - cached),
      outputTokens: figures.count(at: keys.output), cacheReadTokens: cached,
      cacheWriteTokens: figures.count(at: keys.cacheWrite))
    return usage.beyond(Usage())
  }

  /// Names the figures, which the two surfaces spell differently.
  struct Keys {
    var input: String
    var cached: String
    var cacheWrite: String
    var output: String

    static let server = Keys(
      input: "inputTokens", cached: "cachedInputTokens", cacheWrite: "cacheWriteInputTokens",
      output: "outputTokens")
    static let exec = Keys(
      input: "input_tokens", cached: "cached_input_tokens",
      cacheWrite: "cache_write_input_tokens", output: "output_tokens")
  }
}

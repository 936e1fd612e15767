import JSON
import Tasks

/// Drives Claude Code, and the programs that speak its stream, as a conversation over its pipes.
package struct ClaudeAdapter: AgentAdapter {
  private let plan: LaunchPlan
  private let dialect: ClaudeDialect

  package init(plan: LaunchPlan) {
    self.plan = plan
    dialect = .of(executable: plan.executable ?? "")
  }

  package var traits: AgentTraits {
    AgentTraits(
      speaksFirst: true, exitCodeIsResult: false, takesMessages: dialect.hasDialogue,
      patience: dialect.kind == .claude ? AgentTools.patience : AgentTools.shortPatience)
  }

  package func launch(
    _ brief: Brief, in place: AgentPlace
  ) throws(LaunchRefusal) -> AgentLaunch {
    guard let executable = plan.executable else { throw .noProgram(profile: plan.profile) }
    guard case .words(_, let prompt) = brief.work else {
      throw .notForThisAdapter("commands; they need the shell profile")
    }
    guard let conversation = dialect.conversation(brief.conversation) else {
      throw .notForThisAdapter("a fork of a conversation")
    }
    let path = place.attemptFolder + "/mcp.json"
    let own = place.tools == nil ? nil : dialect.serving(path)
    let file = place.tools.flatMap { (tools) -> AgentLaunch.File? in
      guard own != nil else { return nil }
      return AgentLaunch.File(path: path, bytes: dialect.servers(tools).bytes)
    }
    // Both flags for the server may take lists, so another flag must follow them.
    let flags = dialect.start + (own ?? []) + settings(place) + terms(brief)
    let isCommand = conversation.first.map { !$0.hasPrefix("-") } ?? false
    return AgentLaunch(
      program: .path(executable),
      arguments: (isCommand ? conversation + flags : flags + conversation) + plan.arguments,
      environment: brief.environment, files: file.map { [$0] } ?? [],
      input: dialect.hasDialogue ? .dialogue : .text(Array(prompt.utf8)))
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> ClaudeInterpreter {
    ClaudeInterpreter(dialect, brief)
  }

  private func settings(_ place: AgentPlace) -> [String] {
    var flags = dialect.permission(plan.settings.permissionMode)
    if dialect.hasDialogue, place.canAsk { flags += ["--permission-prompt-tool", "stdio"] }
    if dialect.kind != .amp, let model = plan.settings.model { flags += ["--model", model] }
    if dialect.kind == .claude, let effort = plan.settings.effort { flags += ["--effort", effort] }
    for directory in plan.settings.directories {
      switch dialect.kind {
      case .qwen: flags += ["--include-directories", directory]
      case .amp, .cursor: break
      case .claude, .codebuddy, .qoder: flags += ["--add-dir", directory]
      }
    }
    return flags
  }

  private func terms(_ brief: Brief) -> [String] {
    guard dialect.kind == .claude else { return [] }
    var flags: [String] = []
    // It tells its cost only at a turn's end; the limit must be its own. Nothing at all is no limit
    // it takes, so that it stops after its first request.
    if let usd = brief.budgetUsd { flags += ["--max-budget-usd", "\(max(0.01, usd))"] }
    if let schema = brief.outputSchema { flags += ["--json-schema", schema.text] }
    return flags
  }
}

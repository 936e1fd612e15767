import Tasks

/// Lists the agents that are recognised on PATH, with how each is driven and which variables it may
/// read its keys from; the preferred default first.
extension AgentProfile {
  package static let known: [AgentProfile] = [
    known(
      "claude", .claude, keys: anthropic + ["CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR"]),
    known("codex", .codex, keys: ["CODEX_API_KEY", "OPENAI_API_KEY", "CODEX_HOME"]),
    known("gemini", .acp, ["--acp"], keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
    known("opencode", .acp, ["acp"], keys: anthropic + openAI),
    known("goose", .acp, ["acp"], keys: ["GOOSE_PROVIDER", "GOOSE_MODEL"] + anthropic + openAI),
    known("qwen", .acp, ["--acp"], keys: openAI + ["DASHSCOPE_API_KEY"]),
    known("kimi", .acp, ["acp"], keys: ["KIMI_API_KEY", "KIMI_BASE_URL"]),
    known("vibe", .acp, program: "vibe-acp", keys: ["MISTRAL_API_KEY"]),
    known("copilot", .acp, ["--acp"], keys: ["COPILOT_GITHUB_TOKEN"]),
    known("claude-code-acp", .acp, keys: anthropic),
    known("codex-acp", .acp, keys: ["CODEX_API_KEY", "OPENAI_API_KEY"]),
    known("codebuddy", .claude, keys: ["CODEBUDDY_API_KEY", "CODEBUDDY_BASE_URL"]),
    known("qoder", .claude, program: "qodercli", keys: ["QODER_PERSONAL_ACCESS_TOKEN"]),
    known("amp", .claude, keys: ["AMP_API_KEY"]),
    known("cursor", .claude, program: "cursor-agent", keys: ["CURSOR_API_KEY"]),
    known(
      "aider", .text,
      ["--message-file", "/dev/stdin", "--yes-always", "--no-pretty", "--no-stream"],
      keys: anthropic + openAI),
    known("crush", .text, ["run", "--quiet"], keys: anthropic + openAI),
  ]

  private static let anthropic = ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"]
  private static let openAI = ["OPENAI_API_KEY", "OPENAI_BASE_URL"]

  private static func known(
    _ name: String, _ adapter: AdapterKind, _ arguments: [String] = [], program: String? = nil,
    keys: [String]
  ) -> AgentProfile {
    AgentProfile(
      name: name, adapter: adapter, executable: program ?? name, arguments: arguments,
      passedNames: keys, source: .found)
  }
}

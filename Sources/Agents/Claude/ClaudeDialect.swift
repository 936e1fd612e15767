import Posix
import Tasks

/// Gathers in what the programs that speak Claude's stream differ.
package struct ClaudeDialect: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case claude, codebuddy, qoder, qwen, amp, cursor
  }

  /// Says what a line's token totals span.
  package enum Totals: Sendable, Hashable {
    /// The conversation, earlier processes included.
    case conversation
    case process
  }

  package var kind: Kind
  /// Begins every command line.
  package var start: [String]
  /// Whether the program reads a dialogue; others take the prompt as text and then its end.
  package var hasDialogue: Bool
  package var totals: Totals
  /// Whether a message's input tokens hold the cached ones, too.
  package var inputHoldsCached = false
  /// Whether its figure in dollars means anything.
  package var knowsCost: Bool
  /// The member of `init` that holds the program's version.
  package var versionKey: String

  /// Tells the dialect by the program's name; an unknown one speaks like Claude itself.
  package static func of(executable: String) -> ClaudeDialect {
    let name = executable.split(separator: "/").last.map(String.init) ?? executable
    return switch name {
    case "codebuddy", "codebuddy-code", "codebuddy-headless", "cbc": codebuddy
    case "qodercli", "qoder": qoder
    case "qwen": qwen
    case "amp": amp
    case "agent", "cursor-agent": cursor
    default: claude
    }
  }

  private static let stream = ["-p", "--output-format", "stream-json"]

  package static let claude = ClaudeDialect(
    kind: .claude,
    start: stream + ["--input-format", "stream-json", "--verbose", "--include-partial-messages"],
    hasDialogue: true, totals: .conversation, knowsCost: true, versionKey: "claude_code_version")
  package static let codebuddy = ClaudeDialect(
    kind: .codebuddy, start: stream, hasDialogue: false, totals: .process,
    inputHoldsCached: true, knowsCost: false,
    versionKey: "codebuddy_version")
  package static let qoder = ClaudeDialect(
    kind: .qoder, start: stream, hasDialogue: false, totals: .conversation, knowsCost: false,
    versionKey: "qodercli_version")
  package static let qwen = ClaudeDialect(
    kind: .qwen, start: ["--output-format", "stream-json"], hasDialogue: false, totals: .process,
    knowsCost: false, versionKey: "qwen_code_version")
  package static let amp = ClaudeDialect(
    kind: .amp, start: ["--execute", "--stream-json"], hasDialogue: false, totals: .process,
    knowsCost: false, versionKey: "version")
  package static let cursor = ClaudeDialect(
    kind: .cursor, start: stream + ["--trust"], hasDialogue: false, totals: .process,
    knowsCost: false, versionKey: "version")

  /// Gives the flags for what it may do without asking.
  func permission(_ mode: PermissionMode) -> [String] {
    switch (kind, mode) {
    case (.claude, .readOnly), (.qoder, .readOnly): ["--permission-mode", "plan"]
    case (.claude, .ask): ["--permission-mode", "manual"]
    case (.qoder, .ask), (.codebuddy, .ask): ["--permission-mode", "default"]
    case (.claude, .edits), (.qoder, .edits), (.codebuddy, .edits):
      ["--permission-mode", "acceptEdits"]
    case (.claude, .all), (.qoder, .all): ["--permission-mode", "bypassPermissions"]
    case (.codebuddy, .all): ["-y"]
    case (.codebuddy, .readOnly): ["--permission-mode", "plan"]
    case (.qwen, .readOnly): ["--approval-mode", "plan"]
    case (.qwen, .ask): ["--approval-mode", "default"]
    case (.qwen, .edits): ["--approval-mode", "auto-edit"]
    case (.qwen, .all): ["--approval-mode", "yolo"]
    case (.amp, .all): ["--dangerously-allow-all"]
    case (.cursor, .edits), (.cursor, .all): ["--force"]
    // What these have no flag for they deny by themselves.
    case (.amp, _), (.cursor, _): []
    }
  }

  /// Gives the flags that carry on a conversation; nil for what the program cannot do.
  func conversation(_ conversation: Brief.Conversation) -> [String]? {
    switch (conversation, kind) {
    case (.new, _): []
    case (.resume(let id, _), .amp): ["threads", "continue", id]
    case (.resume(let id, _), _): ["--resume", id]
    case (.fork(let id, _), .claude), (.fork(let id, _), .codebuddy), (.fork(let id, _), .qoder):
      ["--resume", id, "--fork-session"]
    case (.fork, _): nil
    }
  }
}

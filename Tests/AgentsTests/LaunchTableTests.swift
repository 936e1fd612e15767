import Agents
import JSON
import Tasks
import Testing

private let id = "0a0a0a0a-1111-4222-8333-444444444444"

/// Says what a profile and a brief are, and the command line that must come of it.
private struct Line: Sendable, CustomTestStringConvertible {
  var kind: AdapterKind
  var program: String
  var arguments: [String] = []
  var settings = AgentSettings()
  var conversation = Brief.Conversation.new
  var schema: JSONValue?
  var canAsk = false
  var budgetUsd: Double?
  var expected: String

  var testDescription: String { "\(program) \(expected)" }

  func launch() throws -> AgentLaunch {
    let plan = LaunchPlan(
      profile: program, adapter: kind, executable: "/bin/\(program)", arguments: arguments,
      settings: settings)
    var brief = Brief(work: .words(brief: "SECRET PROMPT", prompt: "SECRET PROMPT"))
    brief.conversation = conversation
    brief.outputSchema = schema
    brief.budgetUsd = budgetUsd
    return try plan.adapterInUse.launch(
      brief, in: AgentPlace(directory: "/work", attemptFolder: "/attempt", canAsk: canAsk))
  }
}

private let claude =
  "-p --output-format stream-json --input-format stream-json --verbose --include-partial-messages"
private let stream = "-p --output-format stream-json"

private let lines: [Line] = [
  Line(kind: .claude, program: "claude", expected: "\(claude) --permission-mode acceptEdits"),
  Line(
    kind: .claude, program: "claude", arguments: ["--bare"],
    settings: AgentSettings(
      model: "opus", effort: "high", permissionMode: .all, directories: ["/a", "/b"]),
    expected: "\(claude) --permission-mode bypassPermissions --model opus --effort high "
      + "--add-dir /a --add-dir /b --bare"),
  Line(
    kind: .claude, program: "claude", settings: AgentSettings(permissionMode: .ask),
    canAsk: true,
    expected: "\(claude) --permission-mode manual --permission-prompt-tool stdio"),
  Line(
    kind: .claude, program: "claude", settings: AgentSettings(permissionMode: .readOnly),
    conversation: .resume(id: id, spent: nil), schema: ["type": "object"], budgetUsd: 0.5,
    expected:
      "\(claude) --permission-mode plan --max-budget-usd 0.5 --json-schema {\"type\":\"object\"} --resume \(id)"
  ),
  Line(
    kind: .claude, program: "claude", budgetUsd: 0,
    expected: "\(claude) --permission-mode acceptEdits --max-budget-usd 0.01"),
  Line(
    kind: .claude, program: "claude", conversation: .fork(id: id, spent: nil),
    expected: "\(claude) --permission-mode acceptEdits --resume \(id) --fork-session"),
  Line(
    kind: .claude, program: "codebuddy", settings: AgentSettings(permissionMode: .all),
    expected: "\(stream) -y"),
  Line(
    kind: .claude, program: "qodercli", settings: AgentSettings(model: "auto"),
    expected: "\(stream) --permission-mode acceptEdits --model auto"),
  Line(
    kind: .claude, program: "qwen", settings: AgentSettings(permissionMode: .all),
    conversation: .resume(id: id, spent: nil),
    expected: "--output-format stream-json --approval-mode yolo --resume \(id)"),
  Line(
    kind: .claude, program: "amp", settings: AgentSettings(permissionMode: .all),
    conversation: .resume(id: "T-1", spent: nil),
    expected: "threads continue T-1 --execute --stream-json --dangerously-allow-all"),
  Line(kind: .claude, program: "cursor-agent", expected: "\(stream) --trust --force"),
  Line(kind: .codex, program: "codex", expected: "app-server"),
  Line(
    kind: .codex, program: "codex", arguments: ["exec", "--ephemeral"],
    settings: AgentSettings(
      model: "gpt-5.5", effort: "high", permissionMode: .edits, directories: ["/a"]),
    schema: ["type": "object"],
    expected: "exec --json --skip-git-repo-check --sandbox workspace-write --model gpt-5.5 "
      + "-c model_reasoning_effort=\"high\" --add-dir /a "
      + "--output-schema /attempt/output-schema.json --ephemeral -"),
  Line(
    kind: .codex, program: "codex", arguments: ["exec"],
    settings: AgentSettings(permissionMode: .readOnly),
    conversation: .resume(id: id, spent: nil),
    expected: "exec --json --skip-git-repo-check --sandbox read-only resume \(id) -"),
  Line(
    kind: .text, program: "aider", arguments: ["--yes-always", "--message-file", "/dev/stdin"],
    expected: "--yes-always --message-file /dev/stdin"),
]

@Suite struct LaunchTableTests {
  @Test(arguments: lines)
  private func everySettingHasItsPlaceOnTheCommandLine(_ line: Line) throws {
    let launch = try line.launch()
    #expect(launch.program == .path("/bin/\(line.program)"))
    #expect(launch.arguments.joined(separator: " ") == line.expected)
    #expect(!launch.arguments.contains { $0.contains("SECRET") })
    let isDialogue = line.program == "claude" || line.expected == "app-server"
    #expect(launch.input == (isDialogue ? .dialogue : .text(Array("SECRET PROMPT".utf8))))
  }

  @Test(arguments: [
    Line(
      kind: .claude, program: "qwen", conversation: .fork(id: id, spent: nil), expected: "fork"),
    Line(
      kind: .codex, program: "codex", conversation: .resume(id: "a name", spent: nil),
      expected: "a name that would begin anew"),
    Line(
      kind: .text, program: "aider", conversation: .resume(id: id, spent: nil), expected: "resume"),
  ])
  private func whatAnAgentCannotCarryOnIsRefused(_ line: Line) throws {
    #expect(throws: LaunchRefusal.self) { try line.launch() }
  }

  @Test(arguments: [
    ("claude", "--mcp-config=/attempt/mcp.json --allowedTools=mcp__errand", "timeout"),
    ("codebuddy", "--mcp-config=/attempt/mcp.json --allowedTools=mcp__errand", "defer_loading"),
    ("qodercli", "--mcp-config=/attempt/mcp.json --allowed-tools=mcp__errand", "timeout"),
    ("qwen", "--mcp-config=/attempt/mcp.json", "trust"),
    ("amp", "--mcp-config=/attempt/mcp.json", nil),
    ("cursor-agent", nil, nil),
  ])
  func whoCanIsToldOfTheServerForThisRunAlone(
    _ program: String, _ flags: String?, _ key: String?
  ) throws {
    let plan = LaunchPlan(profile: program, adapter: .claude, executable: "/bin/" + program)
    let place = AgentPlace(
      directory: "/work", attemptFolder: "/attempt",
      tools: AgentTools(command: "/bin/errand", arguments: ["serve"], environment: ["A": "b"]))
    let launch = try ClaudeAdapter(plan: plan).launch(
      Brief(work: .words(brief: "x", prompt: "p")), in: place)
    let line = launch.arguments.joined(separator: " ")
    #expect(line.contains("mcp") == (flags != nil) && line.contains(flags ?? ""), "\(line)")
    // Both flags may take lists, which only another flag ends; amp's takes one value.
    if program != "amp" { #expect(launch.arguments.last?.hasPrefix("--mcp") == false) }
    #expect(launch.files.map(\.path) == (flags == nil ? [] : ["/attempt/mcp.json"]))
    guard let file = launch.files.first else { return }
    let written = try JSONValue.parse(file.bytes)
    let entry = (program == "amp" ? written : written["mcpServers"])?["errand"]
    #expect(entry?["command"] == "/bin/errand" && entry?["args"] == ["serve"])
    #expect(entry?["env"]?["A"] == "b")
    if let key { #expect(entry?[key] != nil) }
  }

  @Test func codexIsToldItsTermsInTheConversation() throws {
    let settings = AgentSettings(
      model: "gpt-5.5", effort: "low", permissionMode: .ask, directories: ["/a"])
    let plan = LaunchPlan(
      profile: "codex", adapter: .codex, executable: "/bin/codex", settings: settings)
    var brief = Brief(work: .words(brief: "x", prompt: "the prompt"))
    brief.conversation = .fork(id: id, spent: nil)
    brief.outputSchema = ["type": "object"]
    let place = AgentPlace(directory: "/work", attemptFolder: "/attempt", canAsk: true)
    var codex = CodexAdapter(plan: plan).interpreter(for: brief, in: place)
    #expect(text(codex.open().bytes).contains(#""experimentalApi":true"#))
    let opening = codex.interpret(line(#"{"id":1,"result":{"userAgent":"errand/1.2.3 (x)"}}"#))
    #expect(
      text(opening.bytes)
        == """
        {"method":"initialized"}
        {"id":2,"method":"thread/fork","params":{"cwd":"/work","approvalPolicy":"untrusted",\
        "sandbox":"workspace-write","model":"gpt-5.5",\
        "config":{"sandbox_workspace_write.writable_roots":["/a"]},"threadId":"\(id)"}}

        """)
    let started = codex.interpret(line(#"{"id":2,"result":{"thread":{"id":"new"}}}"#))
    #expect(started.events == [.session(AgentSession(id: "new", agentVersion: "1.2.3"))])
    #expect(
      text(started.bytes)
        == #"{"id":3,"method":"turn/start","params":{"threadId":"new","input":"#
        + #"[{"type":"text","text":"the prompt"}],"effort":"low","outputSchema":{"type":"object"}}}"#
        + "\n")
  }
}

private func line(_ text: String) -> AgentLine { AgentLine(Array(text.utf8)) }

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

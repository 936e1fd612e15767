import JSON
import Posix
import TestSupport
import Testing

/// Lets real chat clients use the server, with a stand-in for their model.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct RealClientTests {
  /// Puts the server into a client's own settings, as the README tells people to.
  private static func plugIn(
    _ client: RealAgent, _ desk: CommandDesk, _ environment: [String: String]
  ) throws {
    let place = ["ERRAND_HOME": desk.store, "ERRAND_CONFIG": desk.configuration]
    let server = ["--", try Program.errand(), "serve", "--allow-commands"]
    // Codex hands on only what it is told to.
    let words =
      switch client {
      case .claude: ["mcp", "add", "-s", "user", "errand"]
      case .codex: ["mcp", "add", "errand"] + place.flatMap { ["--env", "\($0)=\($1)"] }
      }
    let added = try Program.run(
      words + server, executable: client.program, environment: environment,
      directory: desk.folder, within: .seconds(60))
    try #require(added.status == .exited(code: 0), "\(added.text) \(added.errorText)")
  }

  private static func withClient(
    _ client: RealAgent, _ turns: [JSONValue],
    _ body: (CommandDesk, _ environment: [String: String]) throws -> Void
  ) throws {
    try withAgent(client, turns) { agents in
      let desk = agents.desk
      // What leads the client to the stand-in stands in the profile it would have as an agent.
      let settings = try JSONValue.parse(readText(desk.configuration))
      let own = settings["profiles"]?.arrayValue?.first?["env"]?.objectValue ?? [:]
      var environment = desk.environment
      environment[client.key] = StandIn.key
      for (name, value) in own { environment[name] = value.stringValue }
      try plugIn(client, desk, environment)
      try body(desk, environment)
    }
  }

  @Test(.enabled(if: RealAgent.present.contains(.claude)))
  func theClientFindsTheServerWell() throws {
    try Self.withClient(.claude, []) { desk, environment in
      let listed = try Program.run(
        ["mcp", "list"], executable: RealAgent.claude.program, environment: environment,
        directory: desk.folder, within: .seconds(60))
      #expect(listed.text.contains("✔ Connected"), "\(listed.text) \(listed.errorText)")
    }
  }

  @Test(arguments: RealAgent.present)
  func aChatHandsInATaskAndIsToldOfItsEnd(_ client: RealAgent) throws {
    let turns: [JSONValue] = [
      client.wish(
        "tasks_create",
        [
          "brief": "echo all is well", "profile": "shell", "workspace": "none",
          "name": "from-a-chat",
        ]),
      client.wish(
        "tasks_wait", ["task_ids": ["from-a-chat"], "until": "terminal", "timeout_sec": 40]),
      ["text": "The chat is over."],
    ]
    try Self.withClient(client, turns) { desk, environment in
      let chat = try Program.run(
        client.chat, executable: client.program, environment: environment, directory: desk.folder,
        within: .seconds(90))
      #expect(chat.status == .exited(code: 0), "\(chat.text.suffix(2000)) \(chat.errorText)")
      #expect(chat.text.contains("The chat is over."))
      #expect(
        chat.text.contains(#"\"resultSummary\":\"all is well\""#), "\(chat.text.suffix(4000))")
      let task = try desk.json(["get", "from-a-chat", "--json"])
      #expect(task["status"] == "completed")
      #expect(task["createdBy"]?["kind"] == "client")
      #expect(task["createdBy"]?["name"]?.stringValue?.contains(client.rawValue) == true)
    }
  }
}

extension RealAgent {
  /// Gives a model's wish to call a tool of ours, as this client names it.
  fileprivate func wish(_ tool: String, _ input: JSONValue) -> JSONValue {
    let call: JSONValue =
      switch self {
      case .claude: ["name": .string("mcp__errand__" + tool), "input": input]
      case .codex: ["name": .string(tool), "namespace": "mcp__errand", "input": input]
      }
    return ["tool_calls": [call]]
  }

  /// Spells one chat without a person.
  fileprivate var chat: [String] {
    switch self {
    case .claude:
      [
        "-p", "Do it in the background.", "--output-format", "stream-json", "--verbose",
        "--allowedTools", "mcp__errand__tasks_create,mcp__errand__tasks_wait",
      ]
    case .codex:
      [
        "exec", "--json", "--skip-git-repo-check", "-c", "mcp_servers.errand.required=true", "-c",
        #"mcp_servers.errand.default_tools_approval_mode="approve""#, "Do it in the background.",
      ]
    }
  }
}

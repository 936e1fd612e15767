import JSON
import Posix
import TestSupport
import Testing

/// Goes on with conversations of real agents, whose model remembers only what it is shown.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct RealSessionTests {
  /// The model says what it was told before, where the agent shows it that.
  private func withMemory(_ agent: RealAgent, _ body: (AgentDesk) throws -> Void) throws {
    let rules: [JSONValue] = [
      [
        "when": ["has_tools": true, "any_contains": "heron", "last_contains": "And then?"],
        "reply": ["text": "I remember the heron.", "usage": ["input": 50, "output": 5]],
      ],
      [
        "when": ["has_tools": true, "last_contains": "And then?"],
        "reply": ["text": "I remember nothing."],
      ],
    ]
    try withAgent(agent, [["text": "Seen."]], rules: rules) { desk in
      let first = try desk.run(
        "Watch the heron.", ["--workspace", "dedicated_worktree", "--name", "first"])
      #expect(first.standing == "completed", "\(first.task.text)")
      try body(desk)
    }
  }

  /// Goes on with the first task to the end, and checks that its conversation is known.
  private func goOn(_ desk: AgentDesk, _ options: [String] = []) throws -> JSONValue {
    let id = try desk.start(by: ["continue", "first", "And then?"] + options)
    let end = try desk.end(of: id)
    #expect(end.standing == "completed", "\(end.task.text)")
    #expect(end.task["resultSummary"] == "I remember the heron.", "\(end.task.text)")
    // Only its own use is counted, not that of the whole conversation.
    #expect(end.tokens == 55)
    try desk.expectNothingLeft(of: id)
    return try session(of: id, desk)
  }

  private func session(of id: String, _ desk: AgentDesk) throws -> JSONValue {
    let attempts = try desk.desk.json(["get", id, "--json"])["attempts"]?.arrayValue
    return try #require(attempts?.last?["session"])
  }

  @Test(arguments: RealAgent.present)
  func aConversationGoesOnAndIsCopiedForAnother(_ agent: RealAgent) throws {
    try withMemory(agent) { desk in
      let root = try session(of: "first", desk)
      let extended = try goOn(desk)
      #expect(extended["kind"] == "extend")
      #expect(extended["agentSessionId"] == root["agentSessionId"])
      let forked = try goOn(desk, ["--mode", "fork"])
      #expect(forked["kind"] == "fork")
      #expect(forked["agentSessionId"] != root["agentSessionId"])
    }
  }

  @Test(arguments: RealAgent.present)
  func aConversationWhoseFilesAreGoneIsRestored(_ agent: RealAgent) throws {
    try withMemory(agent) { desk in
      let home = Path.parent(desk.desk.folder) + "/home"
      let place = agent.conversations(in: home)
      #expect(try RealFileSystem().exists(place))
      try RealFileSystem().removeTree(place)
      _ = try goOn(desk)
    }
  }
}

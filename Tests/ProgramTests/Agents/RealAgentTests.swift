import JSON
import Posix
import TestSupport
import Testing

/// Lets real agents do tasks, with a stand-in for their model: every end has its status and reason.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct RealAgentTests {
  @Test(arguments: RealAgent.present)
  func anAnswerIsTheResultWithItsUsage(_ agent: RealAgent) throws {
    let turns: [JSONValue] = [
      ["text": "Two and two is four.", "usage": ["input": 900, "output": 30]]
    ]
    try withAgent(agent, turns) { desk in
      let end = try desk.run()
      #expect(end.standing == "completed")
      #expect(end.task["resultSummary"]?.stringValue == "Two and two is four.")
      #expect(end.tokens == 930)
      #expect(end.task["usage"]?["turns"]?.intValue == 1)
      // Codex tells no cost.
      #expect((end.task["usage"]?["costUsd"]?.doubleValue ?? 0 > 0) == (agent == .claude))
      try desk.expectNothingLeft(of: end.task["id"]?.stringValue ?? "")
    }
  }

  @Test(arguments: RealAgent.present)
  func aFileIsWrittenAndCommitted(_ agent: RealAgent) throws {
    let identity = "-c user.name=A -c user.email=a@b"
    let turns: [JSONValue] = [
      ["text": "I write it.", "tool_calls": [agent.shell("echo hello > hello.txt")]],
      [
        "tool_calls": [
          agent.shell("git add hello.txt && git \(identity) commit -q -m 'Say hello'")
        ]
      ],
      ["text": "Done: it says hello."],
    ]
    try withAgent(agent, turns) { desk in
      let end = try desk.run()
      #expect(end.standing == "completed")
      #expect(try Git.run(["log", "-1", "--format=%s"], in: desk.desk.folder) == "Say hello")
      #expect(try readText(desk.desk.folder + "/hello.txt") == "hello\n")
      #expect(end.messages(of: "tool_call_end").map { $0["ok"]?.boolValue } == [true, true])
      #expect(end.task["usage"]?["turns"]?.intValue == 3)
      #expect(end.task["artifactCount"]?.intValue == 1)
      try desk.expectNothingLeft(of: end.task["id"]?.stringValue ?? "")
    }
  }

  @Test(arguments: RealAgent.present)
  func aToolThatFailsIsNoFailureOfTheTask(_ agent: RealAgent) throws {
    let turns: [JSONValue] = [
      ["tool_calls": [agent.shell("echo so >&2; exit 3")]], ["text": "It ended with 3."],
    ]
    try withAgent(agent, turns) { desk in
      let end = try desk.run()
      #expect(end.standing == "completed")
      #expect(end.messages(of: "tool_call_end").map { $0["ok"]?.boolValue } == [false])
    }
  }

  /// What the model's server answers, and the reason of each agent's failure.
  private static let troubles: [(String, JSONValue, claude: String, codex: String)] = [
    (
      "no leave", ["status": 401, "type": "authentication_error", "message": "invalid x-api-key"],
      "failed (agent_auth)", "failed (agent_auth)"
    ),
    (
      "too many requests",
      ["status": 429, "type": "rate_limit_error", "message": "Slow down.", "headers": [:]],
      "failed (agent_rate_limited)", "failed (agent_rate_limited)"
    ),
    (
      "a fault", ["status": 500, "type": "api_error", "message": "Internal server error"],
      "failed (agent_server_error)", "failed (agent_server_error)"
    ),
    (
      "overloaded", ["status": 529, "type": "overloaded_error", "message": "Overloaded"],
      "failed (agent_server_error)", "failed (agent_server_error)"
    ),
  ]

  @Test(arguments: RealAgent.present, Self.troubles.indices)
  func troubleOfTheModelsServerHasItsReason(_ agent: RealAgent, _ index: Int) throws {
    let (name, error, claude, codex) = Self.troubles[index]
    try withAgent(agent, [["error": error, "repeat": 50]]) { desk in
      let end = try desk.run()
      #expect(end.standing == (agent == .claude ? claude : codex), "\(name)")
      #expect(end.task["statusMessage"]?.stringValue?.isEmpty == false)
      try desk.expectNothingLeft(of: end.task["id"]?.stringValue ?? "")
    }
  }

  @Test(arguments: RealAgent.present)
  func aConnectionThatIsDroppedAgainAndAgainIsTroubleOfTheNetwork(_ agent: RealAgent) throws {
    try withAgent(agent, [["text": "Never whole.", "cut_after": 2, "repeat": 50]]) { desk in
      let end = try desk.run()
      #expect(end.standing == "failed (agent_network)")
    }
  }
}

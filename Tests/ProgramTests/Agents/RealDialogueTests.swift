import JSON
import Posix
import TestSupport
import Testing

/// Lets real agents ask: for leave, and for a decision.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct RealDialogueTests {
  @Test(arguments: RealAgent.present, ["allow", "deny"])
  func leaveIsAskedForAndGivenOrNot(_ agent: RealAgent, _ decision: String) throws {
    let command = agent.privileged("python3 -c 'open(\"made\", \"w\").write(\"x\")'")
    let turns: [JSONValue] = [["tool_calls": [command]], ["text": "That was the attempt."]]
    try withAgent(agent, turns, permissionMode: "edits") { desk in
      let id = try desk.start()
      let question = try desk.question(of: id)
      #expect(question["permission"]?["arguments"]?.text.contains("made") == true)
      #expect(try desk.desk.errand(["answer", id, decision]).status == .exited(code: 0))
      let end = try desk.end(of: id)
      #expect(end.standing == "completed", "\(end.task.text)")
      let isMade = try RealFileSystem().exists(desk.desk.folder + "/made")
      #expect(isMade == (decision == "allow"))
      #expect(end.messages(of: "input_response").count == 1)
      #expect(end.tokens > 0)
      try desk.expectNothingLeft(of: id)
    }
  }

  /// Codex offers its model no such tool outside of its planning.
  @Test(arguments: RealAgent.present.filter { $0 == .claude })
  func aDecisionIsAskedForByTheAgentsOwnTool(_ agent: RealAgent) throws {
    let turns: [JSONValue] = [
      ["tool_calls": [agent.choice("Which store?", "SQLite", "Postgres")]],
      ["text": "I go on."],
    ]
    try withAgent(agent, turns, permissionMode: "edits") { desk in
      let id = try desk.start()
      let question = try desk.question(of: id)
      #expect(question["question"]?.stringValue?.contains("Which store?") == true)
      #expect(try desk.desk.errand(["answer", id, "Postgres"]).status == .exited(code: 0))
      let end = try desk.end(of: id)
      #expect(end.standing == "completed", "\(end.task.text)")
      try desk.expectNothingLeft(of: id)
    }
  }
}

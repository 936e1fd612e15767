import JSON
import Posix
import TestSupport
import Testing

/// Lets real agents use the tools that act for their attempt, over the server that is named to them.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct RealOwnToolTests {
  @Test(arguments: RealAgent.present)
  func itReportsAndHandsInItsOutput(_ agent: RealAgent) throws {
    let turns: [JSONValue] = [
      ["tool_calls": [agent.own("task_report", ["progress": "half way"])]],
      ["tool_calls": [agent.own("task_submit_output", ["output": ["summary": "Handed in."]])]],
      ["text": "Bye."],
    ]
    try withAgent(agent, turns, permissionMode: "edits") { desk in
      let end = try desk.run()
      #expect(end.standing == "completed", "\(end.task.text)")
      #expect(end.task["resultSummary"]?.stringValue == "Handed in.", "\(end.messages)")
      let notes = end.messages(of: "info").compactMap { $0["text"]?.stringValue }
      #expect(notes.contains("half way"), "\(notes)")
      try desk.expectNothingLeft(of: end.task["id"]?.stringValue ?? "")
    }
  }

  @Test(arguments: RealAgent.present)
  func itAsksAndGoesOnWithTheAnswer(_ agent: RealAgent) throws {
    let turns: [JSONValue] = [
      ["tool_calls": [agent.own("task_ask", ["question": "Which?", "options": ["red", "blue"]])]],
      ["text": "Thank you."],
    ]
    try withAgent(agent, turns, permissionMode: "edits") { desk in
      let id = try desk.start()
      #expect(try desk.question(of: id)["question"] == "Which?")
      #expect(try desk.desk.errand(["answer", id, "blue"]).status == .exited(code: 0))
      let end = try desk.end(of: id)
      #expect(end.standing == "completed")
      let results = end.messages(of: "tool_call_end").map(\.text)
      #expect(results.contains { $0.contains("blue") }, "\(results)")
    }
  }

  @Test(arguments: RealAgent.present)
  func itMakesASubtaskAndWaitsForIt(_ agent: RealAgent) throws {
    let part: JSONValue = ["brief": "A part.", "name": "a-part", "wait": true]
    let turns: [JSONValue] = [
      ["tool_calls": [agent.own("tasks_create", part)]],
      ["text": "A part of the whole."], ["text": "The whole."],
    ]
    try withAgent(agent, turns, permissionMode: "edits") { desk in
      let end = try desk.run()
      #expect(end.standing == "completed", "\(end.task.text)")
      #expect(end.task["childCounts"] == ["completed": 1], "\(end.messages)")
      #expect(end.task["resultSummary"]?.stringValue == "The whole.")
      let made = try desk.desk.json(["get", "a-part", "--json"])
      #expect(made["resultSummary"]?.stringValue == "A part of the whole.")
    }
  }
}

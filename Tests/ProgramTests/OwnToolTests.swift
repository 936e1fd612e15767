import JSON
import Posix
import TestSupport
import Testing

/// Plays the agent inside a running attempt: starts the server that is named to agents, and speaks
/// MCP to it.
@Suite struct OwnToolTests {
  private static let tools = [
    "tasks_schemas", "tasks_create", "tasks_get", "tasks_wait", "tasks_attempts_list",
    "tasks_messages_list", "tasks_artifacts_list", "tasks_artifacts_download",
    "tasks_artifacts_upload", "task_report", "task_ask", "task_submit_output",
  ]

  @Test func anAgentReportsAsksHandsInAndMakesSubtasks() throws {
    try withCommandDesk { desk in
      let held = try HeldAttempt(on: desk)
      let (id, pass) = (held.id, held.pass)
      #expect(try FileStatus.of(pass).map { $0.mode & 0o777 } == 0o600)
      let agent = try held.agent()
      let list = try agent.result(1, Modern.request(1, "tools/list"))
      #expect(list["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == Self.tools)
      _ = try agent.call("task_report", ["progress": "half way"])
      #expect(try desk.json(["get", "--json", id])["statusMessage"] == "half way")
      let mark = agent.heard.count
      try agent.send([
        Modern.call(7, "task_ask", #"{"question":"May I?","options":["yes","no"]}"#)
      ])
      let asks = try eventually {
        try desk.json(["get", "--json", id])["status"] == "input_required"
      }
      #expect(asks)
      #expect(try desk.errand(["answer", id, "yes"]).status == .exited(code: 0))
      let answer = try agent.line(since: mark) { $0["id"] == 7 }
      #expect(answer["result"]?["structuredContent"]?["answer"] == "yes")
      // Its own place is taken by itself, which keeps its own part of the work from nothing.
      let part = try agent.call("tasks_create", ["brief": "echo part > part"])
      let wait = try agent.call("tasks_wait", ["task_ids": [try #require(part["id"])]])
      #expect(wait["changed"]?.arrayValue?.first?["status"] == "completed", "\(wait.text)")
      _ = try agent.call("task_submit_output", ["output": ["summary": "Made by hand."]])
      try held.end()
      let attempts = try desk.json(["get", "--json", id])
      #expect(attempts["resultSummary"] == "Made by hand.")
      #expect(attempts["childCounts"]?["completed"] == 1)
      #expect(try !RealFileSystem().exists(pass))
      let refused = try agent.ask(9, Modern.call(9, "task_report", #"{"progress":"late"}"#))
      #expect(refused["result"]?["isError"] == true)
      #expect(try agent.finish() == .exited(code: 0))
    }
  }
}

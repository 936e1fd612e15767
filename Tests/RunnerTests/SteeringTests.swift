import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that what is said to a running agent is heard once, at its time, unless it is taken back.
@Suite struct SteeringTests {
  @Test(arguments: Speaker.allCases)
  func aMessageIsHeardAfterTheTurnUnlessItIsTakenBack(_ agent: Speaker) throws {
    try withStage { stage in
      let task = try agent.task(
        on: stage,
        """
        echo up > up; while [ ! -e go ]; do sleep 0.02; done
        over first; hear; begin; over second; rest
        """)
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/up")
      func send(_ words: [String]) throws -> String {
        let outcome = try Program.run(
          ["send", task.spec.name] + words, environment: stage.environment)
        #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
        return outcome.text
      }
      #expect(try send(["not this", "--id", "a"]) == "a: queued\n")
      #expect(try send(["use tabs", "--id", "b"]) == "b: queued\n")
      #expect(try send(["use tabs", "--id", "b"]) == "b: queued\n")
      #expect(try stage.now(task).queuedSteering.map(\.sendId) == ["a", "b"])
      #expect(try send(["--cancel", "a"]) == "a: taken back\n")
      try writeFile(stage.base + "/go", "")
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(ended.resultSummary == "second")
      let heard = try stage.heard()
      #expect(heard.contains("use tabs") && !heard.contains("not this"))
      #expect(try send(["--cancel", "b"]) == "b: delivered\n")
      #expect(
        try stage.messages(ended).contains(.userMessage(text: "use tabs", from: .steering)))
      _ = consume runner
    }
  }

  @Test(arguments: Speaker.allCases)
  func anInterruptStopsTheTurnFirst(_ agent: Speaker) throws {
    try withStage { stage in
      let task = try agent.task(
        on: stage, "echo up > up; hear; stopped; hear; begin; over second; rest")
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/up")
      // Who starts a turn may be asked to stop only once it is known to run.
      _ = try stage.wait(for: task) { $0.status == .running }
      let sent = try Program.run(
        ["send", task.spec.name, "wrong file", "--interrupt"], environment: stage.environment)
      #expect(sent.status == .exited(code: 0), "\(sent.errorText)")
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      let lines = try stage.heard().split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.first?.contains("interrupt") == true || lines.first?.contains("cancel") == true)
      #expect(lines.last?.contains("wrong file") == true)
      _ = consume runner
    }
  }

  @Test func anAgentThatHearsNothingIsSaidToHearNothing() throws {
    try withStage { stage in
      let task = try stage.create(
        "echo up > up; while [ ! -e go ]; do sleep 0.02; done", directory: nil)
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task) { $0.status == .running }
      let sent = try Program.run(
        ["send", task.spec.name, "hello"], environment: stage.environment)
      #expect(sent.status == .exited(code: 2))
      #expect(sent.errorText.contains("hears nothing while it runs"))
      #expect(try stage.now(task).steering.isEmpty)
      _ = consume runner
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Ends real agents in the middle of their work, and lets them use up what they may.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct AgentLimitTests {
  /// Starts an agent that begins a long command of its own session, and waits until that runs.
  private func whileItWorks(
    _ agent: RealAgent, _ body: (AgentDesk, String, [ProcessRecord]) throws -> Void
  ) throws {
    let turns: [JSONValue] = [
      ["text": "This takes long.", "tool_calls": [agent.shell("setsid sleep 301; sleep 302")]]
    ]
    try withAgent(agent, turns) { desk in
      let id = try desk.start()
      var processes: [ProcessRecord] = []
      let isAtWork = try eventually(within: .seconds(60)) {
        processes = try ProcessTable.carrying(marker: "ERRAND_ATTEMPT=\(id)/1")
        return processes.contains { $0.name == "sleep" }
      }
      try #require(isAtWork)
      try body(desk, id, processes)
      try desk.expectNothingLeft(of: id)
    }
  }

  @Test(arguments: RealAgent.present)
  func anAgentThatIsKilledHasCrashed(_ agent: RealAgent) throws {
    try whileItWorks(agent) { desk, id, processes in
      for process in processes where process.name.hasPrefix(agent.rawValue) {
        try ProcessTable.signal(process.identity, .kill)
      }
      #expect(try desk.end(of: id).standing == "failed (agent_crashed)")
    }
  }

  @Test(arguments: RealAgent.present)
  func aCancelledAgentIsGoneWithAllItStarted(_ agent: RealAgent) throws {
    try whileItWorks(agent) { desk, id, _ in
      _ = try desk.desk.errand(["cancel", id])
      let end = try desk.end(of: id)
      #expect(end.standing == "cancelled")
      // It was asked first, and so could say what it had used.
      #expect(end.tokens > 0)
    }
  }

  @Test(arguments: RealAgent.present)
  func anAgentThatRunsTooLongIsEnded(_ agent: RealAgent) throws {
    let turns: [JSONValue] = [["tool_calls": [agent.shell("tail -f /dev/null")]]]
    try withAgent(agent, turns) { desk in
      let end = try desk.run("Sleep.", ["--timeout", "4"])
      #expect(end.standing == "failed (timeout)")
      try desk.expectNothingLeft(of: end.task["id"]?.stringValue ?? "")
    }
  }

  @Test(arguments: RealAgent.present, ["tokens", "turns"])
  func aBudgetThatIsUsedUpEndsTheWorkAndKeepsItsResult(
    _ agent: RealAgent, _ limit: String
  ) throws {
    let turns: [JSONValue] = (1...20).map { number in
      [
        "text": .string("Step \(number)."), "usage": ["input": 400, "output": 20],
        "tool_calls": [agent.shell("echo \(number) >> steps; sleep 0.2")],
      ]
    }
    try withAgent(agent, turns) { desk in
      let option = limit == "tokens" ? ["--budget-tokens", "1500"] : ["--max-turns", "3"]
      let end = try desk.run("Count.", option)
      #expect(end.standing == "failed (budget_exhausted)")
      let steps = try readText(desk.desk.folder + "/steps").split(separator: "\n").count
      #expect(steps >= 2 && steps < 10, "\(steps) steps")
      // What was done until then is there, with what it used.
      #expect(end.task["artifactCount"]?.intValue == 1)
      #expect(end.tokens >= 800)
      #expect(end.messages(of: "info").contains { $0["text"]?.stringValue?.contains("%") ?? false })
      try desk.expectNothingLeft(of: end.task["id"]?.stringValue ?? "")
    }
  }

  @Test(.enabled(if: RealAgent.present.contains(.claude)))
  func whatClaudeMayCostIsItsOwnLimitToo() throws {
    let turns: [JSONValue] = (1...20).map { _ in
      [
        "usage": ["input": 100_000, "output": 5_000],
        "tool_calls": [RealAgent.claude.shell("echo x >> steps")],
      ]
    }
    try withAgent(.claude, turns) { desk in
      let end = try desk.run("Count.", ["--budget-usd", "1"])
      #expect(end.standing == "failed (budget_exhausted)")
      #expect(end.task["usage"]?["costUsd"]?.doubleValue ?? 0 >= 1)
      #expect(end.task["usage"]?["costUsd"]?.doubleValue ?? 9 < 3)
    }
  }

  /// Gives what the server answers to each until its quota is back.
  private func refusal(_ agent: RealAgent, until back: Int64) -> JSONValue {
    let at = JSONValue.string("\(back)")
    switch agent {
    case .claude:
      let error: JSONValue = [
        "status": 429, "type": "rate_limit_error", "message": "Over the limit.",
        "headers": [
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-representative-claim": "five_hour",
          "anthropic-ratelimit-unified-reset": at,
        ],
      ]
      return ["error": error, "repeat": 50]
    case .codex:
      let error: JSONValue = [
        "type": "usage_limit_reached", "message": "The usage limit has been reached",
        "plan_type": "pro", "resets_at": .integer(Int(back)),
      ]
      return [
        "raw": ["error": error], "status": 429, "repeat": 50,
        "headers": [
          "x-codex-primary-used-percent": "100", "x-codex-primary-window-minutes": "300",
          "x-codex-primary-reset-at": at,
        ],
      ]
    }
  }

  @Test(arguments: RealAgent.present)
  func aUsedUpQuotaThatSaysWhenItIsBackLetsTheTaskWait(_ agent: RealAgent) throws {
    let back = WallClock.nowMilliseconds() / 1000 + 7200
    try withAgent(agent, [refusal(agent, until: back)], hasPlan: true) { desk in
      let end = try desk.run()
      #expect(end.standing == "waiting (quota)", "\(end.task.text)")
      let resumeAt = end.task["resumeAt"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
      #expect(resumeAt?.milliseconds == back * 1000)
    }
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Plays a claude whose quota is used up for some seconds on its first run, and lasts afterwards.
private func agent(_ stage: Stage, seconds: Int) throws -> String {
  let agent = stage.base + "/claude"
  try writeFile(
    agent,
    """
    #!/bin/sh
    read -r greeting; read -r prompt
    echo '{"type":"system","subtype":"init","session_id":"s-1","model":"m","cwd":"/"}'
    if mkdir \(stage.base)/ran 2>/dev/null; then
      at=$(($(date +%s) + \(seconds)))
      echo '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":'$at'}}'
      echo '{"type":"result","subtype":"success","is_error":true,"result":"Used up","total_cost_usd":\
    0.5,"modelUsage":{"m":{"inputTokens":7,"costUSD":0.5}},"api_error_status":429}'
      exit 1
    fi
    echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
    """, permissions: 0o700)
  return agent
}

extension Stage {
  /// Creates a task for that agent.
  fileprivate func task(
    of agent: String, account: String? = nil, priority: Int = 50
  ) throws -> TaskRecord {
    try create("freeform", ["brief": "Do it"]) {
      $0.launch = LaunchPlan(
        profile: "claude", adapter: .claude, executable: agent,
        environment: $0.launch.environment, account: account)
      $0.priority = priority
    }
  }
}

@Suite struct QuotaTests {
  @Test func aQuotaThatIsBackLetsTheTaskGoOnWhereItMay() throws {
    try withStage(["autoResume": true]) { stage in
      let task = try stage.task(of: try agent(stage, seconds: 2))
      let runner = try stage.startRunner()
      let waiting = try stage.wait(for: task) { $0.isPaused }
      #expect(waiting.statusReason == "quota" && waiting.hold?.resumeAt != nil)
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(ended.attempts.map(\.status) == [.aborted, .completed])
      #expect(ended.usage.costUsd == 0.5)
      _ = consume runner
    }
  }

  @Test func othersOfTheSameAccountWaitUntilItIsBackAndTheStoppedOneForAWord() throws {
    try withStage(["maxParallel": 1]) { stage in
      let agent = try agent(stage, seconds: 3)
      // First for certain: tasks of one millisecond have no order.
      let task = try stage.task(of: agent, account: "mine", priority: 0)
      let second = try stage.task(of: agent, account: "mine")
      let other = try stage.task(of: agent, account: "yours")
      let runner = try stage.startRunner()
      let stopped = try stage.wait(for: task) { $0.isPaused }
      let held = try stage.wait(for: second) { $0.status == .waiting }
      #expect(held.statusReason == "quota")
      #expect(held.hold?.resumeAt == stopped.hold?.resumeAt && held.attempts.isEmpty)
      #expect(try stage.wait(for: other).status == .completed)
      #expect(try stage.wait(for: second).status == .completed)
      #expect(try stage.now(task).isPaused)
      for (code, words) in [(Int32(0), "goes on"), (1, "no quota")] {
        let outcome = try Program.run(
          ["resume", task.spec.name], environment: stage.environment, directory: "/")
        #expect(outcome.status == .exited(code: code), "\(outcome.errorText)")
        #expect(outcome.text.contains(words), "\(outcome.text)")
      }
      #expect(try stage.wait(for: task).status == .completed)
      _ = consume runner
    }
  }

  @Test func aSpentDayStartsNothingThatCostsMoney() throws {
    try withStage(["budget": ["dailyUsd": 0.4], "maxParallel": 1]) { stage in
      let agent = try agent(stage, seconds: 3600)
      let first = try stage.task(of: agent)
      let runner = try stage.startRunner()
      _ = try stage.wait(for: first) { $0.isPaused }
      let second = try stage.task(of: agent, account: "another")
      let script = try stage.create("true")
      #expect(try stage.wait(for: script).status == .completed)
      let held = try stage.wait(for: second) { $0.status == .waiting }
      #expect(held.statusReason == "daily_budget")
      #expect((held.hold?.resumeAt?.milliseconds ?? 1) % 86_400_000 == 0)
      // Whoever allows more lets it start.
      try writeFile(stage.base + "/config.json", #"{"budget": {"dailyUsd": 5}}"#)
      _ = try stage.create("true")
      #expect(try stage.wait(for: second).status == .completed)
      _ = consume runner
    }
  }

  @Test func anAgentThatCountsOnlyItselfIsGivenWhatTheDayHasLeft() throws {
    try withStage(["budget": ["dailyUsd": 0.7]]) { stage in
      let agent = stage.base + "/claude"
      try writeFile(
        agent,
        """
        #!/bin/sh
        read -r greeting; read -r prompt
        printf '%s\\n' "$*" >> \(stage.base)/flags
        echo '{"type":"system","subtype":"init","session_id":"s-1","model":"m","cwd":"/"}'
        if mkdir \(stage.base)/ran 2>/dev/null; then
          echo '{"type":"result","subtype":"success","is_error":false,"result":"done",\
        "total_cost_usd":0.5,"modelUsage":{"m":{"costUSD":0.5}}}'
        else
          echo '{"type":"result","subtype":"error_max_budget_usd","is_error":true,\
        "errors":["Reached maximum budget"]}'
        fi
        while read -r more; do :; done
        """, permissions: 0o700)
      let runner = try stage.startRunner()
      func ended() throws -> TaskRecord {
        try stage.wait(
          for: stage.create("freeform", ["brief": "Do it"]) {
            $0.launch = LaunchPlan(
              profile: "claude", adapter: .claude, executable: agent,
              environment: $0.launch.environment)
            $0.budget.usd = 0.6
          })
      }
      #expect(try ended().status == .completed)
      let second = try ended()
      #expect(second.error?.code == .budgetExhausted)
      #expect(second.statusMessage?.hasPrefix("The day's budget is used up") == true)
      let flags = try readText(stage.base + "/flags").split(separator: "\n")
      #expect(flags.count == 2 && flags[0].contains("--max-budget-usd 0.6"), "\(flags)")
      #expect(flags.last?.contains("--max-budget-usd 0.2") == true, "\(flags)")
      _ = consume runner
    }
  }

  @Test func aDayThatIsSpentMeanwhileEndsWhatRunsAndKeepsWhatItDid() throws {
    try withStage(["budget": ["dailyUsd": 0.5], "maxParallel": 9]) { stage in
      func task(spending cost: Double, _ name: String) throws -> TaskRecord {
        let agent = stage.base + "/" + name
        try writeFile(
          agent,
          """
          #!/bin/sh
          cat > /dev/null
          while [ ! -e '\(stage.base)/\(name)-spends' ]; do sleep 0.02; done
          echo half > "$ERRAND_ARTIFACTS/half.txt"
          echo '{"errand":"usage","costUsd":\(cost)}'
          sleep 600
          """, permissions: 0o700)
        return try stage.create("freeform", ["brief": "Do it"]) {
          $0.launch = LaunchPlan(
            profile: name, adapter: .command, executable: agent,
            environment: $0.launch.environment)
        }
      }
      let (first, second) = (try task(spending: 0.45, "one"), try task(spending: 0.1, "two"))
      let script = try stage.create("echo begun; sleep 600")
      let runner = try stage.startRunner()
      for each in [first, second, script] {
        _ = try stage.wait(for: each) { $0.status == .running }
      }
      try writeFile(stage.base + "/one-spends", "")
      for each in [first, second] {
        let words = "90 % of the day's budget: 0.45 of 0.5 US dollars"
        let warned = try eventually { try stage.notes(stage.now(each)).contains(words) }
        #expect(warned)
        #expect(try stage.now(each).status == .running)
      }
      try writeFile(stage.base + "/two-spends", "")
      for each in [first, second] {
        let ended = try stage.wait(for: each, within: .seconds(60))
        #expect(ended.error?.code == .budgetExhausted, "\(ended.statusMessage ?? "")")
        #expect(ended.error?.message.contains("0.55 of 0.5 US dollars") == true)
        #expect(ended.artifacts.map(\.title) == ["half.txt"])
      }
      // What costs no money goes on.
      #expect(try stage.now(script).status == .running)
      _ = consume runner
    }
  }
}

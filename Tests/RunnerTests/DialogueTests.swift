import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Plays an agent that speaks Claude's stream, line by line, over real pipes.
private func speak(
  _ stage: Stage, _ script: String, _ adjust: (inout TaskSpec) -> Void = { _ in }
) throws -> TaskRecord {
  let agent = stage.base + "/claude"
  let head = """
    #!/bin/sh
    cd \(stage.base)
    read -r greeting; read -r prompt
    printf '%s\\n' "$prompt" > prompt
    echo '{"type":"system","subtype":"init","session_id":"s-1","model":"m","cwd":"/"}'

    """
  try writeFile(agent, head + script, permissions: 0o700)
  return try stage.create("freeform", ["brief": "Do it"]) {
    $0.launch = LaunchPlan(
      profile: "claude", adapter: .claude, executable: agent,
      environment: $0.launch.environment)
    adjust(&$0)
  }
}

private func read(_ stage: Stage, _ name: String) throws -> String {
  try readText(stage.base + "/" + name)
}

private let result = #"{"type":"result","subtype":"success","is_error":false,"result":"done""#

@Suite struct DialogueTests {
  @Test func anAgentThatFallsSilentIsEnded() throws {
    try withStage(["timeouts": ["silence": 2]]) { stage in
      let task = try speak(stage, "while read -r more; do :; done")
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.statusReason == "timeout")
      #expect(ended.statusMessage?.contains("said nothing for 2 s") == true)
      #expect(try stage.processes(ended).isEmpty)
      _ = consume runner
    }
  }

  @Test func whileAToolRunsSilenceIsNoSign() throws {
    try withStage(["timeouts": ["silence": 1]]) { stage in
      let task = try speak(
        stage,
        """
        echo '{"type":"assistant","message":{"id":"a","content":[{"type":"tool_use","id":"t",\
        "name":"Bash","input":{"command":"make"}}]}}'
        sleep 3
        echo '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t",\
        "content":"made"}]}}'
        echo '\(result)}'
        """)
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      _ = consume runner
    }
  }

  @Test func anAgentIsPromptedAnsweredAndLetGoAfterItsLastWord() throws {
    try withStage { stage in
      let task = try speak(
        stage,
        """
        echo '{"type":"control_request","request_id":"r","request":{"subtype":"can_use_tool",\
        "tool_name":"Bash","input":{}}}'
        read -r answer; printf '%s\\n' "$answer" > answer
        echo '{"type":"assistant","message":{"id":"a","content":[{"type":"text","text":"hello"}]}}'
        echo '\(result),"total_cost_usd":0.5,"modelUsage":{"m":{"inputTokens":7,"costUSD":0.5}}}'
        while read -r more; do :; done
        echo closed > closed
        exit 1
        """)
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task) { $0.status == .inputRequired }
      try stage.tell(
        task, .inputAnswered(requestId: "q1", answer: Permission.deny.answer()))
      let ended = try stage.wait(for: task)
      // Its word counts, not its exit code.
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(try read(stage, "prompt").contains("Do it"))
      #expect(try read(stage, "answer").contains(#""behavior":"deny""#))
      #expect(try read(stage, "closed") == "closed\n")
      #expect(try stage.text(ended) == "hello")
      let usage = ended.latestAttempt?.usage
      #expect(usage?.costUsd == 0.5)
      #expect(usage?.inputTokens == 7)
      _ = consume runner
    }
  }

  @Test func aCancelledAgentIsAskedFirstSoThatItTellsWhatItUsed() throws {
    try withStage { stage in
      let task = try speak(
        stage,
        """
        echo '{"type":"assistant","message":{"id":"a","content":[{"type":"tool_use","id":"t",\
        "name":"Bash","input":{}}]}}'
        echo up > up
        while read -r line; do
          case $line in *interrupt*)
            echo '{"type":"result","subtype":"error_during_execution","is_error":true,\
        "terminal_reason":"aborted_tools","modelUsage":{"m":{"costUSD":0.25}}}'
          esac
        done
        """)
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/up")
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      #expect(outcome.record.status == .cancelled)
      #expect(outcome.record.latestAttempt?.usage.costUsd == 0.25)
      let lost = try stage.messages(outcome.record).contains {
        if case .toolCallEnd("t", "Bash", false, "lost", _) = $0 { true } else { false }
      }
      #expect(lost)
      #expect(try stage.processes(outcome.record).isEmpty)
      _ = consume runner
    }
  }

  /// The one ignores the words for it, the other knows none.
  @Test(arguments: ["claude", "codebuddy"])
  func anAgentThatDoesNotStopByWordsIsInterruptedAndTellsWhatItUsed(_ name: String) throws {
    try withStage { stage in
      let agent = stage.base + "/" + name
      try writeFile(
        agent,
        """
        #!/bin/sh
        echo '{"type":"system","subtype":"init","session_id":"s-1","model":"m","cwd":"/"}'
        told() {
          echo '{"type":"result","subtype":"error_during_execution","is_error":true,\
        "terminal_reason":"aborted_tools","usage":{"input_tokens":7}}'
          exit 0
        }
        trap told INT
        echo up > '\(stage.base)/up'
        while :; do sleep 0.1; done
        """, permissions: 0o700)
      let task = try stage.create("freeform", ["brief": "Do it"]) {
        $0.launch = LaunchPlan(
          profile: name, adapter: .claude, executable: agent,
          environment: $0.launch.environment)
      }
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/up")
      _ = try Canceller.cancel(.id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      let ended = try stage.wait(for: task)
      #expect(ended.status == .cancelled)
      #expect(ended.latestAttempt?.usage.inputTokens == 7)
      _ = consume runner
    }
  }

  @Test(arguments: [
    (
      #"echo '{"type":"result","is_error":true,"api_error_status":401,"result":"Log in"}'"#,
      FailureReason.agentAuth
    ),
    ("exit 0", .outputMissing), ("echo 'Invalid API key' >&2; exit 1", .agentAuth),
    ("exit 3", .agentCrashed), ("kill -9 $$", .agentCrashed),
  ])
  func anEndWithoutSuccessHasItsReason(script: String, reason: FailureReason) throws {
    try withStage { stage in
      let task = try speak(stage, script)
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.status == .failed)
      #expect(ended.statusReason == reason.rawValue)
      _ = consume runner
    }
  }

  @Test func aLimitEndsAnAgentThatGoesOnAndOn() throws {
    try withStage { stage in
      let task = try speak(
        stage,
        """
        i=0
        while [ $i -lt 9 ]; do
          i=$((i+1))
          echo '{"type":"assistant","message":{"id":"'$i'","usage":{"input_tokens":40},"content":[]}}'
        done
        while read -r line; do :; done
        """
      ) { $0.budget = Budget(tokens: 100) }
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.statusReason == FailureReason.budgetExhausted.rawValue)
      #expect(try stage.processes(ended).isEmpty)
      _ = consume runner
    }
  }
}

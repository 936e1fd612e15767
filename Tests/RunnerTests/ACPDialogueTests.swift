import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Plays an agent that speaks ACP, line by line, over real pipes.
private func speak(_ stage: Stage, _ script: String) throws -> TaskRecord {
  let agent = stage.base + "/agent-acp"
  let head = """
    #!/bin/sh
    cd \(stage.base)
    say() { printf '%s\\n' "$1"; }
    update() {
      say '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":'"$1"'}}'
    }
    text() {
      update '{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"'"$1"'"}}'
    }
    read -r greeting
    say '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{}}}'
    read -r opening
    say '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}'
    read -r prompt; printf '%s\\n' "$prompt" > prompt

    """
  try writeFile(agent, head + script, permissions: 0o700)
  return try stage.create("freeform", ["brief": "Do it"]) {
    $0.launch = LaunchPlan(
      profile: "acp", adapter: .acp, executable: agent, environment: $0.launch.environment)
  }
}

@Suite struct ACPDialogueTests {
  @Test func anAgentIsPromptedAnsweredAndLetGoAfterItsTurn() throws {
    try withStage { stage in
      let task = try speak(
        stage,
        """
        say '{"jsonrpc":"2.0","id":5,"method":"session/request_permission","params":{"sessionId":\
        "s","toolCall":{"toolCallId":"t","kind":"execute","title":"rm -rf x"},"options":[\
        {"optionId":"yes","kind":"allow_once"},{"optionId":"no","kind":"reject_once"}]}}'
        read -r answer; printf '%s\\n' "$answer" > answer
        text 'hel'; text 'lo'
        say '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"end_turn","usage":{"inputTokens":7,\
        "outputTokens":2}}}'
        while read -r more; do :; done
        echo closed > closed
        """)
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task) { $0.status == .inputRequired }
      try stage.tell(
        task, .inputAnswered(requestId: "q1", answer: Permission.deny.answer()))
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(try readText(stage.base + "/prompt").contains("Do it"))
      #expect(try readText(stage.base + "/answer").contains(#""optionId":"no""#))
      #expect(try readText(stage.base + "/closed") == "closed\n")
      #expect(try stage.text(ended) == "hello")
      #expect(ended.latestAttempt?.usage.inputTokens == 7)
      _ = consume runner
    }
  }

  @Test func aCancelledTurnIsAskedToStopFirst() throws {
    try withStage { stage in
      let task = try speak(
        stage,
        """
        update '{"sessionUpdate":"tool_call","toolCallId":"t","title":"sleep","kind":"execute",\
        "status":"in_progress","rawInput":{"command":"sleep 99"}}'
        echo up > up
        while read -r line; do
          case $line in *session/cancel*)
            echo asked > asked
            say '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"cancelled"}}'
          esac
        done
        """)
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/up")
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      #expect(outcome.record.status == .cancelled)
      #expect(try readText(stage.base + "/asked") == "asked\n")
      #expect(try stage.processes(outcome.record).isEmpty)
      _ = consume runner
    }
  }

  @Test(
    arguments: [
      (#"say '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"refusal"}}'"#, .agentRefused),
      (#"say '{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"Log in"}}'"#, .agentAuth),
      ("exit 0", .outputMissing), ("kill -9 $$", .agentCrashed),
    ] as [(String, FailureReason)])
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
}

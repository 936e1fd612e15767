import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that an answer that was acknowledged reaches its agent's conversation whoever dies.
@Suite struct KeptAnswerTests {
  /// Asks on its first run, and keeps what it is told on the next.
  private func task(on stage: Stage) throws -> TaskRecord {
    let agent = stage.base + "/claude"
    try writeFile(
      agent,
      """
      #!/bin/sh
      read -r greeting; read -r prompt
      echo '{"type":"system","subtype":"init","session_id":"talk-0001","model":"m","cwd":"/"}'
      case "$*" in
      *--resume*)
        printf '%s\\n' "$prompt" > \(stage.base)/resumed
        echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}';;
      *)
        mkdir -p \(stage.base)/.claude/projects/-x
        echo '{}' > \(stage.base)/.claude/projects/-x/talk-0001.jsonl
        echo '{"type":"control_request","request_id":"r","request":{"subtype":"can_use_tool",\
      "tool_name":"AskUserQuestion","input":{"questions":[{"question":"Which database?",\
      "options":[{"label":"SQLite"},{"label":"Postgres"}]}]}}}';;
      esac
      while read -r more; do :; done
      """, permissions: 0o700)
    return try stage.create("freeform", ["brief": "Do it"]) {
      $0.launch = LaunchPlan(
        profile: "claude", adapter: .claude, executable: agent,
        environment: try? stage.store.storeEnvironment(
          stage.environment.filter { ["PATH", "HOME"].contains($0.key) }))
    }
  }

  /// Sends the ended task back to its conversation, and gives what the agent is told there.
  private func resumed(_ task: TaskRecord, on stage: Stage) throws -> String {
    let ended = try stage.wait(for: task)
    #expect(ended.error?.code == .interrupted)
    #expect(ended.latestAttempt?.session?.isResumable == true)
    try stage.tell(
      task,
      .retried(
        Retry(reason: "r", feedback: "Once more.", resumes: 1, launch: task.spec.launch)))
    let runner = try stage.startRunner()
    #expect(try stage.wait(for: task).status == .completed)
    _ = consume runner
    return try readText(stage.base + "/resumed")
  }

  @Test(arguments: [true, false])
  func anAnswerReachesTheConversationThoughTheSupervisorDied(_ diesFirst: Bool) throws {
    try withStage { stage in
      let task = try task(on: stage)
      let runner = try stage.startRunner()
      let asking = try stage.wait(for: task) { $0.status == .inputRequired }
      // Nobody else is to see to it.
      try runner.process.signal(.kill)
      _ = try runner.waitForExit()
      if diesFirst {
        try kill(asking, on: stage)
        let answer = try Program.run(
          ["answer", task.spec.name, "2"], environment: stage.environment)
        // Whoever opens the store settles first: nothing is acknowledged that nobody will hear.
        #expect(answer.status == .exited(code: 2), "\(answer.text)")
        #expect(answer.errorText.contains("session resume"), "\(answer.errorText)")
      } else {
        try stop(asking)
        try stage.tell(task, .inputAnswered(requestId: "q1", answer: "Postgres"))
        try kill(asking, on: stage)
        try Reconciler.reconcile(store: stage.store, by: Stage.actor)
      }
      let told = try resumed(task, on: stage)
      let isTold = told.contains("You had asked: Which database? The answer is: Postgres")
      #expect(isTold != diesFirst, "\(told)")
      #expect(told.contains("You were stopped") && !told.contains("sent back"), "\(told)")
    }
  }

  /// Kills the supervisor, and waits until it is gone.
  private func kill(_ task: TaskRecord, on stage: Stage) throws {
    try stage.kill(supervisorOf: task)
    let isGone = try eventually(within: .seconds(60)) {
      try stage.store.lockAttempt(task.id, 1) != nil
    }
    #expect(isGone)
  }

  /// Keeps the supervisor from handing over what comes.
  private func stop(_ task: TaskRecord) throws {
    let pid = try #require(task.latestAttempt?.executor?.supervisorPid)
    let supervisor = try #require(try ProcessTable.record(of: Int32(pid)))
    try ProcessTable.signal(supervisor.identity, .stop)
  }
}

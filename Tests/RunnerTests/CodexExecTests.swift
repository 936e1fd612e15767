import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Lets a Codex of before the app-server do a task, which hears nothing while it runs.
@Suite struct CodexExecTests {
  /// Creates a task for one whose `app-server --help` does this, and that waits for `done`.
  private func task(
    on stage: Stage, help: String, _ adjust: (inout TaskSpec) -> Void = { _ in }
  ) throws -> TaskRecord {
    let program = stage.base + "/codex"
    let script = """
      #!/bin/sh
      case "$1" in app-server) \(help); exit;; exec) ;; *) exit 9;; esac
      cat > /dev/null
      echo '{"type":"thread.started","thread_id":"0199a213-81c0-7800-8aa1-bbab2a035a53"}'
      echo '{"type":"turn.started"}'
      while [ ! -e '\(stage.base)/done' ]; do sleep 0.02; done
      echo '{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"Done."}}'
      echo '{"type":"turn.completed","usage":{"input_tokens":7,"output_tokens":3}}'
      """
    try writeFile(program, script, permissions: 0o755)
    return try stage.create("freeform", ["brief": "Do it."], directory: nil) {
      $0.launch = LaunchPlan(
        profile: "codex", adapter: .codex, executable: program,
        environment: $0.launch.environment)
      $0.workspace = .none
      adjust(&$0)
    }
  }

  @Test(arguments: ["exit 2", "echo 'codex: a coding agent'"])
  func aCodexWithoutAnAppServerRunsByExec(_ help: String) throws {
    try withStage { stage in
      try writeFile(stage.base + "/done", "")
      let task = try task(on: stage, help: help)
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task, within: .seconds(60))
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(ended.resultSummary == "Done.")
      _ = consume runner
    }
  }

  @Test func whatIsSaidToItIsRefusedAndNeverLeftWaiting() throws {
    try withStage { stage in
      // While its workspace is set up nobody knows yet which kind it is.
      let task = try task(on: stage, help: "exit 2") {
        $0.launch.setup = ["sh", "-c", "while [ ! -e '\(stage.base)/go' ]; do sleep 0.02; done"]
      }
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task, within: .seconds(60)) { $0.status == .dispatched }
      func send(_ words: [String]) throws -> Program.Outcome {
        try Program.run(["send", task.spec.name] + words, environment: stage.environment)
      }
      #expect(try send(["use tabs", "--id", "early"]).text == "early: queued\n")
      try writeFile(stage.base + "/go", "")
      let running = try stage.wait(for: task, within: .seconds(60)) {
        $0.status == .running && $0.queuedSteering.isEmpty
      }
      #expect(running.steering.map(\.state) == [.withdrawn])
      #expect(try stage.notes(running).contains("not told: use tabs"))
      let shown = try Program.run(
        ["get", task.spec.name, "--json"], environment: stage.environment)
      #expect(shown.status == .exited(code: 0) && !shown.text.contains("takesMessages"))
      let late = try send(["use tabs"])
      #expect(late.status == .exited(code: 2))
      #expect(late.errorText.contains("hears nothing"), "\(late.errorText)")
      #expect(late.errorText.contains("errand continue"), "\(late.errorText)")
      try writeFile(stage.base + "/done", "")
      #expect(try stage.wait(for: task, within: .seconds(60)).status == .completed)
      _ = consume runner
    }
  }
}

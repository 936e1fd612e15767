import Agents
import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

@Suite struct TreeTests {
  /// Starts a script, waits until it has written `ready`, and lends both.
  private func withRunning(
    _ script: String, _ configuration: JSONValue = [:],
    _ body: (Stage, TaskRecord) throws -> Void
  ) throws {
    try withStage(configuration) { stage in
      let ready = stage.base + "/ready"
      let created = try stage.create("\(script.replacing("READY", with: ready))")
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      try body(stage, try stage.wait(for: created) { $0.status == .running })
      _ = consume runner
    }
  }

  @Test func cancellingEndsTheTreeAndSettlesTheTask() throws {
    try withRunning("echo begun; sleep 600 & echo > READY; echo x > READY; wait") { stage, task in
      let before = MonotonicTime.now
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: "enough")
      #expect(try MonotonicTime.now - before < PromisedTime.bound(.seconds(4)))
      #expect(outcome.record.status == .cancelled)
      #expect(!outcome.wasTerminal)
      #expect(outcome.record.cancelRequest?.reason == "enough")
      #expect(outcome.record.latestAttempt?.survivors == [])
      #expect(outcome.record.latestAttempt?.output?["summary"] == "begun")
      #expect(try stage.processes(task).isEmpty)
      let again = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: "again")
      #expect(again.wasTerminal)
      #expect(again.record.revision == outcome.record.revision)
    }
  }

  @Test func whoIgnoresTermIsKilledAfterTheGrace() throws {
    let script =
      "trap '' TERM; (trap '' TERM; sleep 600) & echo x > READY; while :; do sleep 1; done"
    try withRunning(script, ["timeouts": ["grace": 1]]) { stage, task in
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      #expect(outcome.record.status == .cancelled)
      #expect(outcome.record.latestAttempt?.exit?.signal == 9)
      #expect(try stage.processes(task).isEmpty)
    }
  }

  @Test func daemonsAreSweptAwayAfterAGoodEnd() throws {
    try withStage { stage in
      let pids = stage.base + "/pids"
      // One forks twice into a session of its own, one even without the marker.
      let task = try stage.run(
        """
        (setsid sh -c 'sleep 600 & echo $! >> \(pids); wait' >/dev/null 2>&1 &)
        (env -u ERRAND_ATTEMPT setsid sh -c 'sleep 600 & echo $! >> \(pids); wait' >/dev/null &)
        while test "$(wc -l < \(pids) 2>/dev/null || echo 0)" -lt 2; do sleep 0.05; done
        echo done
        """)
      #expect(task.status == .completed)
      #expect(task.latestAttempt?.survivors == [])
      let bytes = try RealFileSystem().read(pids)
      let found = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        .compactMap { Int32($0) }
      #expect(found.count == 2)
      for pid in found { #expect(try ProcessTable.record(of: pid) == nil) }
    }
  }

  @Test func orphansThatEndAreCollectedWhileTheAgentRuns() throws {
    let script = """
      i=0; while [ $i -lt 30 ]; do i=$((i+1)); (true &); done; echo x > READY; sleep 600
      """
    try withRunning(script) { stage, task in
      let supervisor = Int32(try #require(task.latestAttempt?.executor?.supervisorPid))
      let agent = try #require(task.latestAttempt?.executor?.pid)
      let children = { try ProcessTable.children(of: supervisor).map { Int($0.pid) } }
      #expect(try eventually { try children() == [agent] })
      _ = try Canceller.cancel(.id(task.id), in: stage.store, by: Stage.actor, reason: nil)
    }
  }

  @Test func aSurvivorHoldingTheOutputDelaysNothing() throws {
    try withStage { stage in
      let before = MonotonicTime.now
      let task = try stage.run("sleep 600 & echo done; exit 0")
      #expect(task.status == .completed)
      #expect(task.latestAttempt?.output?["summary"] == "done")
      #expect(try MonotonicTime.now - before < PromisedTime.bound(.seconds(8)))
    }
  }

  @Test func anAgentMayCloseItsOutputAndGoOn() throws {
    try withStage { stage in
      let late = stage.base + "/late"
      let task = try stage.run("echo before; exec >&- 2>&-; sleep 0.3; echo x > \(late); exit 0")
      #expect(task.status == .completed)
      #expect(task.latestAttempt?.output?["summary"] == "before")
      #expect(Look.at(late) != nil)
    }
  }

  @Test func aTaskThatRunsTooLongIsEnded() throws {
    try withStage { stage in
      let task = try stage.run("echo some; sleep 600") { $0.runningTimeoutSec = 1 }
      #expect(task.status == .failed)
      #expect(task.error?.code == .timeout)
      #expect(task.latestAttempt?.status == .timedOut)
      #expect(task.latestAttempt?.output?["summary"] == "some")
      #expect(try stage.processes(task).isEmpty)
    }
  }

  @Test func aBudgetWarnsAndThenEndsTheAttempt() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        echo '{"errand":"usage","costUsd":0.85}'; sleep 0.2
        echo '{"errand":"usage","costUsd":0.20}'; sleep 600
        """
      ) { $0.budget.usd = 1 }
      #expect(task.error?.code == .budgetExhausted)
      #expect(task.latestAttempt?.usage.costUsd == 1.05)
      let warnings = try stage.messages(task).filter {
        if case .info(let text, _) = $0 { text.hasPrefix("85 % of the budget") } else { false }
      }
      #expect(warnings.count == 1)
    }
  }

  @Test func aCancelledQueuedTaskNeverStarts() throws {
    try withStage { stage in
      let task = try stage.create("echo never")
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: "no")
      #expect(outcome.record.status == .cancelled)
      #expect(outcome.record.attempts.isEmpty)
    }
  }

  @Test func severalAreCancelledInOneWait() throws {
    try withStage(["maxParallel": 4]) { stage in
      let tasks = try (0..<3).map { _ in try stage.create("sleep 600") }
      let runner = try stage.startRunner()
      for task in tasks { _ = try stage.wait(for: task) { $0.status == .running } }
      let references = tasks.map { TaskReference.id($0.id) } + [.name("nobody")]
      let results = Canceller.cancel(
        references, in: stage.store, by: Stage.actor, reason: nil)
      #expect(results.prefix(3).allSatisfy { (try? $0.get())?.record.status == .cancelled })
      #expect(throws: RunnerError.self) { try results[3].get() }
      _ = consume runner
    }
  }
}

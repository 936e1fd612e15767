import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks tasks that wait for others: when they start, and what ends them.
@Suite struct DependencyTests {
  @Test func aTaskWaitsForAnotherAndThenStartsByItself() throws {
    try withStage { stage in
      let first = try stage.create("while [ ! -e \(stage.base)/go ]; do sleep 0.02; done")
      let second = try stage.create("echo after") { $0.claimCondition = .completed([first.id]) }
      #expect(second.status == .waiting)
      #expect(second.statusReason == "dependencies")
      let runner = try stage.startRunner()
      _ = try stage.wait(for: first) { $0.status == .running }
      #expect(try stage.now(second).status == .waiting)
      try writeFile(stage.base + "/go", "")
      #expect(try stage.wait(for: second).status == .completed)
      _ = consume runner
    }
  }

  @Test func whatWasSentBackBeforeOthersBeganHoldsThemAgain() throws {
    try withStage { stage in
      let first = try stage.run("true")
      func review(accepted: Bool) throws {
        try stage.store.change(.id(first.id), by: Stage.actor) { (_) throws(StoreError) in
          .reviewed(Verdict(attemptN: 1, isAccepted: accepted))
        }
        try stage.store.sync()
      }
      let place = stage.base + "/place"
      try RealFileSystem().createDirectories(place)
      let holding = try stage.create(
        "while [ ! -e \(stage.base)/go ]; do sleep 0.02; done", directory: place)
      let runner = try stage.startRunner()
      _ = try stage.wait(for: holding) { $0.status == .running }
      // It may start, but for the directory, which is in use.
      let second = try stage.create("echo after", directory: place) {
        $0.claimCondition = .taskAccepted(first.id)
      }
      _ = try stage.wait(for: second) { $0.hold?.reason == .directoryBusy }
      try review(accepted: false)
      try writeFile(stage.base + "/go", "")
      let held = try stage.wait(for: second) { $0.hold?.reason == .dependencies }
      #expect(
        try Dependencies.awaited(by: held, in: stage.store)
          == "Waits for \(first.spec.name) (not accepted).")
      try review(accepted: true)
      #expect(try stage.wait(for: second).status == .completed)
      _ = consume runner
    }
  }

  @Test func whatCanNeverComeFailsAllThatWaitsForItWithoutAnyRunner() throws {
    try withStage { stage in
      let first = try stage.create("true")
      let second = try stage.create("true") { $0.claimCondition = .completed([first.id]) }
      let third = try stage.create("true") { $0.claimCondition = .completed([second.id]) }
      let either = try stage.create("true") {
        $0.claimCondition = .any([
          .taskStatus(first.id, [.completed]), .taskStatus(first.id, [.cancelled]),
        ])
      }
      _ = try Canceller.cancel(
        .id(first.id), in: stage.store, by: Stage.actor, reason: nil)
      let ended = try stage.now(second)
      #expect(ended.status == .failed)
      #expect(ended.error?.code == .dependencyUnsatisfiable)
      #expect(ended.error?.message.contains(first.spec.name) == true)
      #expect(try stage.now(third).error?.code == .dependencyUnsatisfiable)
      #expect(try stage.now(either).status == .queued)
    }
  }

  @Test func anOrphansSettlerDecidesWhatWaitedForIt() throws {
    try withStage { stage in
      let first = try stage.create("sleep 60")
      let second = try stage.create("true") { $0.claimCondition = .completed([first.id]) }
      let runner = try stage.startRunner()
      let running = try stage.wait(for: first) { $0.status == .running }
      _ = try runner.process.signalGroup(.kill)
      try stage.kill(supervisorOf: running)
      _ = try stage.wait(for: first) { task in
        // It may not be free yet; then it is looked at again.
        _ = try? Reconciler.settleIfOrphaned(task, store: stage.store, by: Stage.actor)
        return task.status.isTerminal
      }
      #expect(try stage.now(second).error?.code == .dependencyUnsatisfiable)
    }
  }

  @Test func aTaskThatIsGoneCanBeWaitedForByNobody() throws {
    try withStage { stage in
      let missing = try stage.create("true").id
      var lost = missing
      lost = TaskID(String(missing.description.dropLast(4)) + "0000") ?? missing
      let task = try stage.create("true") { $0.claimCondition = .taskAccepted(lost) }
      #expect(try Dependencies.decide(in: stage.store, by: Stage.actor))
      #expect(try stage.now(task).error?.code == .dependencyUnsatisfiable)
    }
  }
}

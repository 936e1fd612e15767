import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks what may be done with a task about which an unreadable line may have been.
struct DoubtTests {
  /// Leaves a line in the journal of which nothing tells whom it was about.
  private static func spoil(_ stage: Stage) throws {
    let journal = stage.root + "/journal/0000000001.jsonl"
    let line = Array(String(repeating: "x", count: 200).utf8) + [10]
    try RealFileSystem().openForAppending(journal).append(line)
  }

  private static func isDamaged(_ error: any Error) -> Bool {
    switch error {
    case StoreError.damagedTask, RunnerError.store(.damagedTask): true
    default: false
    }
  }

  @Test func itIsCancelledThroughItsOwner() throws {
    try withStage { stage in
      let task = try stage.create("sleep 600")
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task) { $0.status == .running }
      try Self.spoil(stage)
      #expect { try stage.now(task) } throws: { Self.isDamaged($0) }
      #expect(try stage.store.lastKnown(.id(task.id)).status == .running)
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      #expect(outcome.record.status == .cancelled)
      #expect(try stage.now(task).status == .cancelled, "its owner has ended the doubt")
      #expect(try stage.processes(outcome.record).isEmpty)
      _ = consume runner
    }
  }

  @Test func theRunnerGoesOnWithTheOthers() throws {
    try withStage { stage in
      let doubted = try stage.create("sleep 600")
      let runner = try stage.startRunner()
      _ = try stage.wait(for: doubted) { $0.status == .running }
      try Self.spoil(stage)
      let later = try stage.create("true")
      #expect(try stage.wait(for: later).status == .completed)
      #expect(try runner.process.peekExit() == nil, "\(runner.errorText)")
      _ = try Canceller.cancel(
        .id(doubted.id), in: stage.store, by: Stage.actor, reason: nil)
    }
  }

  @Test func oneThatIsGoneKeepsNoOtherFromItsSupervisor() throws {
    try withStage { stage in
      let tasks = try (0..<3).map { _ in try stage.create("true") }
      try stage.store.change(.id(tasks[1].id), by: Stage.actor) { _ in .cancelled(reason: nil) }
      _ = try stage.store.delete(.id(tasks[1].id), by: Stage.actor)
      let claimer = Claimer(
        store: stage.store, executable: try Program.errand(), environment: stage.environment,
        actor: Stage.actor)
      var supervised: [Claimer.Supervised] = []
      var taken: [Claimer.Taken] = []
      #expect(try claimer.claim(tasks, holding: &taken, adding: &supervised) == nil)
      #expect(taken.isEmpty)
      #expect(supervised.map(\.task) == [tasks[0].id, tasks[2].id])
      for one in supervised { #expect(try one.process.reap() == .exited(code: 0)) }
      for task in [tasks[0], tasks[2]] { #expect(try stage.now(task).status == .completed) }
    }
  }

  @Test func itIsNeverJudgedByOthers() throws {
    try withStage { stage in
      let task = try stage.create("true")
      let claim = Claim(attemptN: 1, leaseId: "lease", profile: "shell")
      try stage.store.change(.id(task.id), by: Stage.actor) { _ in .claimed(claim) }
      guard let lock = try stage.store.lockAttempt(task.id, 1) else {
        Issue.record("its lock is not free")
        return
      }
      try Self.spoil(stage)
      func cancel() throws -> Cancellation {
        try Canceller.cancel(
          .id(task.id), in: stage.store, by: Stage.actor, reason: nil, waitingUpTo: .zero)
      }
      let asked = try cancel()
      #expect(asked.record.status == .dispatched)
      #expect(asked.record.cancelRequest != nil)
      // Another's wish says nothing of what the line said.
      #expect { try stage.now(task) } throws: { Self.isDamaged($0) }
      lock.release()
      let fresh = try TaskStore.open(stage.root)
      #expect(try Reconciler.reconcile(store: fresh, by: Stage.actor).isEmpty)
      #expect(try fresh.lastKnown(.id(task.id)).status == .dispatched)
      #expect(try cancel().record.status == .cancelled)
      #expect(try stage.now(task).status == .cancelled, "a person's word ends the doubt")
    }
  }

  @Test(arguments: [true, false])
  func whatWaitsIsNotStartedAndEndsByAPersonsWord(isCancelled: Bool) throws {
    try withStage { stage in
      let task = try stage.create("true")
      try Self.spoil(stage)
      let later = try stage.create("true")
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: later).status == .completed)
      #expect(try stage.store.lastKnown(.id(task.id)).status == .queued)
      #expect(try stage.store.damaged(among: [task.id, later.id]) == [task.id])
      if isCancelled {
        _ = try Canceller.cancel(.id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      } else {
        let settled = try Reconciler.settleInDoubt(task, store: stage.store, by: Stage.actor)
        #expect(settled?.error?.code == .interrupted)
      }
      #expect(try stage.now(task).status == (isCancelled ? .cancelled : .failed))
      _ = consume runner
    }
  }
}

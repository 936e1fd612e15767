import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that only the store an attempt belongs to ends its processes.
@Suite struct StoreCopyTests {
  @Test(arguments: [
    "WORK", "sh -c 'WORK'; exit", "exec env -i PATH=\"$PATH\" sh -c 'WORK'",
    """
    (setsid env -i PATH="$PATH" sh -c 'WORK' >OUT &)
    while ! grep precious OUT; do sleep 0.02; done
    """,
  ])
  func whoReadsACopyOfAStoreEndsNothingThatRunsForTheOriginal(_ script: String) throws {
    try withStage { stage in
      let (ready, go) = (stage.base + "/ready", stage.base + "/go")
      let work = "echo x > \(ready); while [ ! -e \(go) ]; do sleep 0.02; done; echo precious"
      let task = try stage.create(
        script.replacing("WORK", with: work).replacing("OUT", with: stage.base + "/out"))
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      _ = try stage.wait(for: task) { $0.status == .running }
      let copy = try copied(stage.root, to: stage.base + "/copy")
      let settled = try Reconciler.reconcile(store: copy, by: Stage.actor)
      #expect(settled.map(\.id) == [task.id])
      #expect(settled.first?.error?.code == .interrupted)
      // Whoever asks the copy to end it has no more say.
      _ = try Canceller.cancel(.id(task.id), in: copy, by: Stage.actor, reason: nil)
      #expect(try !stage.processes(stage.now(task)).isEmpty)
      try writeFile(go, "x")
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed && ended.resultSummary == "precious")
      _ = consume runner
    }
  }

  @Test func whatACopyIsInDoubtAboutIsNotEndedForTheOriginal() throws {
    try withStage { stage in
      let (ready, go) = (stage.base + "/ready", stage.base + "/go")
      let task = try stage.create(
        "echo x > \(ready); while [ ! -e \(go) ]; do sleep 0.02; done; echo precious")
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      let running = try stage.wait(for: task) { $0.status == .running }
      let copy = try copied(stage.root, to: stage.base + "/copy")
      _ = try Reconciler.settleInDoubt(running, store: copy, by: Stage.actor)
      try writeFile(go, "x")
      #expect(try stage.wait(for: task).status == .completed)
      _ = consume runner
    }
  }

  @Test func aStoreThatIsMovedStillEndsWhatRunsForIt() throws {
    try withStage { stage in
      let ready = stage.base + "/ready"
      let task = try stage.create("sleep 600 & echo x > \(ready); wait")
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      let running = try stage.wait(for: task) { $0.status == .running }
      // Nobody is left who would settle it before it has moved.
      try runner.process.signal(.kill)
      #expect(try runner.waitForExit() == .signalled(.kill))
      try stage.kill(supervisorOf: running)
      let moved = stage.base + "/moved"
      try RealFileSystem().rename(stage.root, to: moved)
      defer { try? RealFileSystem().rename(moved, to: stage.root) }  // Teardown looks for it there.
      let store = try TaskStore.open(moved)
      let isSettled = try eventually {
        try Reconciler.reconcile(store: store, by: Stage.actor).map(\.id) == [task.id]
      }
      #expect(isSettled)
      #expect(try stage.processes(running).isEmpty)
    }
  }

  @Test func whatAnOlderVersionHasStartedIsEndedThoughItNamesNoStore() throws {
    try withStage { stage in
      let task = try stage.create("true")
      let plain = "\(task.id)/1"
      func start(_ more: [String: String]) throws -> RunningProgram {
        try Program.start(
          ["600"], executable: "/bin/sleep",
          environment: ["ERRAND_ATTEMPT": plain].merging(more) { $1 })
      }
      let (older, another) = (
        try start([:]), try start(["ERRAND_ATTEMPT_MARK": "\(plain)@1-1"])
      )
      _ = try stage.store.change(.id(task.id), by: Stage.actor) { _ in
        .claimed(Claim(attemptN: 1, leaseId: "lost", profile: "shell"))
      }
      try stage.store.sync()
      try Reconciler.reconcile(store: stage.store, by: Stage.actor)
      #expect(try older.waitForExit() == .signalled(.terminate))
      #expect(try another.process.peekExit() == nil)
    }
  }

  private func copied(_ root: String, to place: String) throws -> TaskStore {
    let made = try Program.run(["-a", root, place], executable: "/bin/cp")
    #expect(made.status.isSuccess, "\(made.errorText)")
    return try TaskStore.open(place)
  }
}

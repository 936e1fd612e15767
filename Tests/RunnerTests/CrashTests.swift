import Agents
import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks that a task is started once and settled truly whoever dies, and when.
@Suite struct CrashTests {
  /// Makes a repository whose git says its supervisor's pid, and waits.
  private func slowGit(_ stage: Stage) throws -> (tree: String, spec: ContentID) {
    let (tree, programs) = (stage.base + "/tree", stage.base + "/programs")
    let files = RealFileSystem()
    try files.createDirectories(tree + "/.git")
    try files.createDirectory(programs)
    try writeFile(
      programs + "/git",
      """
      #!/bin/sh
      echo $PPID > \(stage.base)/looking; sleep 600; exit 1

      """, permissions: 0o700)
    let path = programs + ":" + (stage.environment["PATH"] ?? "")
    return (tree, try stage.store.storeEnvironment(["PATH": path]))
  }

  @Test func aSupervisorKilledBeforeTheAgentLivesLeavesATaskThatNeverStarted() throws {
    try withStage { stage in
      let (tree, environment) = try slowGit(stage)
      let task = try stage.create("echo x > \(stage.base)/started", directory: tree) {
        $0.launch.environment = environment
      }
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/looking")
      let text = try readText(stage.base + "/looking").split(separator: "\n")[0]
      let pid = try #require(Int32(text))
      let supervisor = try #require(try ProcessTable.record(of: pid))
      #expect(try stage.now(task).status == .dispatched)
      try ProcessTable.signal(supervisor.identity, .kill)
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .interrupted)
      #expect(ended.error?.message.contains("while it started the agent") == true)
      #expect(ended.latestAttempt?.startedAt == nil && ended.attemptCount == 1)
      #expect(try stage.processes(ended).isEmpty)
      #expect(Look.at(stage.base + "/started") == nil)
      _ = consume runner
    }
  }

  /// Nobody can tell then whether it ran: it is not started again.
  @Test func aSupervisorKilledBeforeItCouldSayThatTheAgentLivesStartsNothingTwice() throws {
    try withStage { stage in
      let (tree, environment) = try slowGit(stage)
      try RealFileSystem().removeTree(tree)
      try Git.makeRepository(at: tree)
      let git = try #require(
        Environment.which("git", path: Environment.value("PATH") ?? "/usr/bin:/bin"))
      try writeFile(
        stage.base + "/programs/git",
        """
        #!/bin/sh
        echo $PPID > \(stage.base)/looking
        while [ ! -e \(stage.base)/go ]; do sleep 0.02; done
        exec \(git) "$@"

        """, permissions: 0o700)
      let task = try stage.create(
        "echo x >> \(stage.base)/started; sleep 600", directory: tree
      ) { $0.launch.environment = environment }
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/looking")
      let text = try readText(stage.base + "/looking").split(separator: "\n")[0]
      let pid = try #require(Int32(text))
      let supervisor = try #require(try ProcessTable.record(of: pid))
      // While another writes, the supervisor cannot.
      let lock = try LockFile(stage.store.layout.run + "/journal.lock")
      try lock.lock(within: .seconds(60))
      try writeFile(stage.base + "/go", "x")
      try stage.wait(forFile: stage.base + "/started")
      try ProcessTable.signal(supervisor.identity, .kill)
      try lock.unlock()
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .interrupted)
      #expect(ended.attemptCount == 1 && ended.latestAttempt?.startedAt == nil)
      #expect(try readText(stage.base + "/started") == "x\n")
      #expect(try stage.processes(ended).isEmpty)
      _ = consume runner
    }
  }

  @Test func theDispatchClockDoesNotWaitForASlowLook() throws {
    try withStage { stage in
      let (tree, environment) = try slowGit(stage)
      let task = try stage.create("echo x > \(stage.base)/started", directory: tree) {
        $0.launch.environment = environment
        $0.dispatchTimeoutSec = 1
      }
      let runner = try stage.startRunner()
      // Git is ended when the limit is reached, and not waited for: it would take minutes.
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .dispatchTimeout)
      #expect(ended.latestAttempt?.startedAt == nil)
      #expect(Look.at(stage.base + "/started") == nil)
      _ = consume runner
    }
  }

  @Test func twoRunnersAndDyingSupervisorsNeverStartATaskTwice() throws {
    try withStage(["maxParallel": 3]) { stage in
      let tasks = try (0..<12).map {
        try stage.create("echo x >> \(stage.base)/mark-\($0); sleep 0.\($0 % 4)")
      }
      let runners = try [stage.startRunner(), stage.startRunner()]
      var random = SystemRandomNumberGenerator()
      var kills = 0
      let areEnded = try eventually(within: .seconds(60)) {
        for runner in runners {
          let supervisors = try ProcessTable.children(of: runner.pid)
          if kills < 8, kills == 0 || Bool.random(using: &random), let victim = supervisors.first {
            if try ProcessTable.signal(victim.identity, .kill) { kills += 1 }
          }
        }
        return try tasks.allSatisfy { try stage.now($0).status.isTerminal }
      }
      #expect(areEnded)
      #expect(kills > 0)
      for (index, task) in tasks.enumerated() {
        let ended = try stage.now(task)
        #expect(ended.attemptCount == 1)
        #expect(
          ended.status == .completed || ended.error?.code == .interrupted, "\(ended.status)")
        #expect((Look.at("\(stage.base)/mark-\(index)")?.size ?? 0) <= 2)
        #expect(try stage.processes(ended).isEmpty)
      }
      _ = consume runners
    }
  }

  @Test func aLateSupervisorChangesNothing() throws {
    try withStage { stage in
      let (ready, go) = (stage.base + "/ready", stage.base + "/go")
      let task = try stage.create(
        """
        echo r > $ERRAND_ARTIFACTS/report.md; echo x > \(ready)
        trap '' TERM; while [ ! -e \(go) ]; do sleep 0.05; done
        """)
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      let running = try stage.wait(for: task) { $0.status == .running }
      let attempt = try #require(running.latestAttempt)
      let settled = try stage.store.change(.id(task.id), by: Stage.actor) { _ in
        .settled(
          Settlement(
            attemptN: 1, leaseId: attempt.leaseId,
            outcome: .failed(AttemptError(.interrupted, "By somebody else."))))
      }
      try stage.store.sync()
      try writeFile(go, "x")
      let pid = Int32(try #require(attempt.executor?.supervisorPid))
      #expect(try eventually { try ProcessTable.record(of: pid) == nil })
      #expect(try stage.now(task) == settled)
      #expect(try stage.processes(settled).isEmpty)
      _ = consume runner
    }
  }

  @Test func aSupervisorOfASettledAttemptRefusesToBegin() throws {
    try withStage { stage in
      let ended = try stage.run("echo x >> \(stage.base)/mark")
      let path = stage.store.layout.attemptLock(of: ended, 1)
      // Its supervisor tidies up before it goes.
      guard let lock = try FileLock.acquire(path, until: .after(.seconds(60))) else {
        Issue.record("the lock of a settled attempt is held")
        return
      }
      let late = try ChildProcess.spawn(
        ProcessSpec(
          executable: Program.errand(), arguments: SuperviseCommand.arguments(ended.id, 1),
          environment: SuperviseCommand.environment(stage.environment, root: stage.root),
          directory: "/", descriptors: [SuperviseCommand.lockDescriptor: lock.rawValue]))
      #expect(try late.waitForExit(until: .after(.seconds(20))) == .exited(code: 1))
      try late.reap()
      #expect(try stage.now(ended) == ended)
      #expect(Look.at(stage.base + "/mark")?.size == 2)
    }
  }

  @Test func anAgentEndsWithTheStoreItWorksFor() throws {
    try withStage { stage in
      let held = stage.base + "/held"
      let agent = try Program.hostileAgent()
      let task = try stage.create(
        "command", ["argv": [.string(agent), "deaf", .string(held)]], directory: stage.base)
      let runner = try stage.startRunner()
      try stage.wait(forFile: held)
      let running = try stage.wait(for: task) { $0.status == .running }
      let pid = Int32(try #require(running.latestAttempt?.executor?.supervisorPid))
      try RealFileSystem().removeTree(stage.root)
      #expect(try eventually(within: .seconds(60)) { try ProcessTable.record(of: pid) == nil })
      #expect(try FileLock.tryAcquire(held) != nil, "the agent lives")
      // Nothing of it comes back by our doing.
      #expect(Look.at(stage.root + "/journal") == nil && Look.at(stage.root + "/tasks") == nil)
      _ = consume runner
    }
  }

  /// The first sync of the journal fails as an end is written, or has failed before.
  @Test(arguments: [false, true])
  func anEndIsWrittenThoughASyncHasFailed(_ hasFailedBefore: Bool) throws {
    try withStage { stage in
      func settle(_ files: FlakyFiles) throws -> TaskRecord? {
        let made = try stage.create("true")
        let claim = Claim(attemptN: 1, leaseId: "lease", profile: "shell")
        let claimed = try stage.store.change(.id(made.id), by: Stage.actor) { _ in .claimed(claim) }
        try stage.store.sync()
        let store = try TaskStore.open(stage.root, files: files)
        let ledger = AttemptLedger(
          store: store, record: claimed, attempt: try #require(claimed.latestAttempt),
          actor: Stage.actor)
        if hasFailedBefore {
          try? ledger.warned("nearly")
          try? store.sync()
        }
        return try ledger.settleOnceThereIsRoom(
          Settlement(attemptN: 1, leaseId: "lease", outcome: .failed(AttemptError(.timeout, "t"))))
      }
      let whole = FlakyFiles()
      _ = try settle(whole)
      let step = try #require(
        whole.trace.firstIndex { $0.hasPrefix("sync") && $0.hasSuffix(".jsonl") })
      let settled = try #require(
        try settle(FlakyFiles(.fail(at: step, .inputOutput("fdatasync", "journal")))))
      #expect(try TaskStore.open(stage.root).task(.id(settled.id)).status == .failed)
      #expect(!(try RealFileSystem().exists(stage.root + "/run/unsynced.json")))
    }
  }

  @Test func oneThatCannotBeSettledKeepsNoOtherFromIt() throws {
    try withStage { stage in
      let tasks = try (0..<3).map { _ in try stage.create("true") }
      for task in tasks.prefix(2) {
        _ = try stage.store.change(.id(task.id), by: Stage.actor) { _ in
          .claimed(Claim(attemptN: 1, leaseId: "lost", profile: "shell"))
        }
      }
      try stage.store.sync()
      let folder = stage.store.layout.taskFolder(of: tasks[0])
      try RealFileSystem().createDirectories(Path.parent(folder))
      try writeFile(folder, "in the way")
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: tasks[1]).error?.code == .interrupted)
      #expect(try stage.wait(for: tasks[2]).status == .completed)
      #expect(try stage.now(tasks[0]).status == .dispatched)
      try RealFileSystem().remove(folder)
      #expect(try stage.wait(for: tasks[0]).error?.code == .interrupted)
      _ = consume runner
    }
  }

  @Test func secretsOfNobodyAreForgotten() throws {
    try withStage { stage in
      let live = try stage.create("true")
      let dead = try stage.create("true")
      let (lost, fresh) = (
        try #require(TaskID("01890000-0000-7000-8000-000000000003")),
        try #require(TaskID("01890000-0000-7000-8000-000000000004"))
      )
      _ = try Canceller.cancel(.id(dead.id), in: stage.store, by: Stage.actor, reason: nil)
      for id in [live.id, dead.id, lost, fresh] { try stage.store.writeSecrets(id, ["A": "b"]) }
      let old = stage.root + "/keys/task-\(lost).json"
      let touched = try Program.run(["-t", "202001010000", old], executable: "/usr/bin/touch")
      #expect(touched.status.isSuccess)
      try Reconciler.reconcile(store: stage.store, by: Stage.actor)
      // A creator may be about to name its task: what is young stays.
      let kept = try [live.id, dead.id, lost, fresh].map {
        try !stage.store.secrets(of: $0).isEmpty
      }
      #expect(kept == [true, false, false, true])
    }
  }
}

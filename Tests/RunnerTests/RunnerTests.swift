import Agents
import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

@Suite struct RunnerTests {
  @Test func twoRunnersStartATaskOnce() throws {
    try withStage { stage in
      let marks = stage.base + "/marks"
      let tasks = try (0..<6).map { _ in try stage.create("echo x >> \(marks)") }
      let first = try stage.startRunner()
      let second = try stage.startRunner()
      for task in tasks { #expect(try stage.wait(for: task).attemptCount == 1) }
      #expect(try RealFileSystem().read(marks).count == 12)
      // The one that came too late has left by itself.
      #expect(
        try eventually { try first.process.peekExit() != nil || second.process.peekExit() != nil })
      let left = [first, second].filter { (try? $0.process.peekExit()) == .some(nil) }
      #expect(left.count <= 1)
    }
  }

  @Test func theRunnerLeavesWhenItsStoreIsRemoved() throws {
    try withStage { stage in
      let runner = try stage.startRunner()
      #expect(try eventually { Look.at(stage.root + "/run/runner.json") != nil })
      try RealFileSystem().removeTree(stage.root)
      #expect(try runner.waitForExit(within: .seconds(60)) == .exited(code: 0))
    }
  }

  @Test func theAgentMakesFilesAsItsCreatorWould() throws {
    try withStage { stage in
      let file = stage.base + "/made"
      let ended = try stage.run("umask > \(file)")
      #expect(ended.status == .completed)
      let mine = try Program.run(["-c", "umask"], executable: "/bin/sh").text
      #expect(try readText(file) == mine)
    }
  }

  @Test func aTaskWhoseFolderIsInTheWayFailsAndTheOthersRun() throws {
    try withStage { stage in
      let blocked = try stage.create("true")
      let folder = stage.store.layout.taskFolder(of: blocked)
      try RealFileSystem().createDirectories(Path.parent(folder))
      try writeFile(folder, "in the way")
      let other = try stage.create("true")
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: other).status == .completed)
      #expect(try stage.wait(for: blocked).error?.code == .storeError)
      #expect(try runner.process.peekExit() == nil)
    }
  }

  @Test func aSupervisorIsNotGivenItsCreatorsSecrets() {
    let given = SuperviseCommand.environment(
      [
        "PATH": "/bin", "LC_ALL": "C", "ERRAND_CONFIG": "/c", "AWS_SECRET_ACCESS_KEY": "s",
        "ERRAND_ATTEMPT": "x/1",
      ], root: "/store")
    #expect(
      given == [
        "PATH": "/bin", "LC_ALL": "C", "ERRAND_CONFIG": "/c", "ERRAND_HOME": "/store",
        "SWIFT_BACKTRACE": "enable=no",
      ])
  }

  @Test func aTaskGoesOnWhenItsRunnerIsKilled() throws {
    try withStage { stage in
      let (ready, go) = (stage.base + "/ready", stage.base + "/go")
      let task = try stage.create(
        "echo x > \(ready); while [ ! -e \(go) ]; do sleep 0.05; done; echo survived")
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      try runner.process.signal(.kill)
      _ = try runner.waitForExit()
      try writeFile(go, "x")
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed)
      #expect(try stage.text(ended) == "survived")
    }
  }

  @Test func aSupervisorStartsARunnerForThoseWhoWait() throws {
    try withStage(["maxParallel": 1]) { stage in
      let (ready, go) = (stage.base + "/ready", stage.base + "/go")
      let first = try stage.create(
        "echo x > \(ready); while [ ! -e \(go) ]; do sleep 0.05; done")
      let second = try stage.create("echo second") { $0.priority = 60 }
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      try runner.process.signal(.kill)
      _ = try runner.waitForExit()
      try writeFile(go, "x")
      #expect(try stage.wait(for: first).status == .completed)
      #expect(try stage.wait(for: second).status == .completed)
    }
  }

  @Test func aPipeInItsLogsPlaceFailsATaskAndTheOthersRun() throws {
    try withStage { stage in
      let blocked = try stage.create("echo never")
      let folder = stage.store.layout.attemptFolder(of: blocked, 1)
      try RealFileSystem().createDirectories(folder)
      #expect(
        try Program.run([folder + "/supervisor.log"], executable: "/usr/bin/mkfifo").status
          .isSuccess)
      let other = try stage.create("echo other")
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: other).status == .completed)
      let failed = try stage.wait(for: blocked)
      #expect(failed.error?.message.contains("supervisor.log") == true, "\(failed.status)")
      _ = consume runner
    }
  }

  @Test func aKilledSupervisorLeavesAnInterruptedTaskAndNoProcess() throws {
    try withStage { stage in
      let ready = stage.base + "/ready"
      let task = try stage.create(
        """
        echo partial; echo r > $ERRAND_ARTIFACTS/report-$KEY.md
        setsid sleep 600 & echo x > \(ready); wait
        """
      ) { $0.launch.secretNames = ["KEY"] }
      try stage.store.writeSecrets(task.id, ["KEY": "s3cret-value"])
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      let running = try stage.wait(for: task) { $0.status == .running }
      #expect(try eventually { try stage.text(running) == "partial" })
      try stage.kill(supervisorOf: running)
      let ended = try stage.wait(for: task)
      #expect(ended.status == .failed)
      #expect(ended.error?.code == .interrupted)
      #expect(try stage.processes(ended).isEmpty)
      #expect(try stage.text(ended) == "partial")
      #expect(ended.artifacts.map(\.title) == ["report-[secret KEY].md"])
      _ = consume runner
    }
  }

  @Test func whoOpensAStoreAfterACrashSettlesWhatNobodyOwns() throws {
    try withStage { stage in
      let ready = stage.base + "/ready"
      let task = try stage.create("echo x > \(ready); sleep 600")
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      let running = try stage.wait(for: task) { $0.status == .running }
      #expect(try Reconciler.reconcile(store: stage.store, by: Stage.actor).isEmpty)
      try runner.process.signal(.kill)
      _ = try runner.waitForExit()
      try stage.kill(supervisorOf: running)
      #expect(
        try eventually {
          try !Reconciler.reconcile(store: stage.store, by: Stage.actor).isEmpty
        })
      #expect(try stage.now(task).error?.code == .interrupted)
      #expect(try stage.processes(running).isEmpty)
    }
  }

  @Test func aCancellerSettlesWhatNobodyOwns() throws {
    try withStage { stage in
      let ready = stage.base + "/ready"
      let task = try stage.create("echo x > \(ready); sleep 600")
      let runner = try stage.startRunner()
      try stage.wait(forFile: ready)
      let running = try stage.wait(for: task) { $0.status == .running }
      try runner.process.signal(.kill)
      _ = try runner.waitForExit()
      try stage.kill(supervisorOf: running)
      let outcome = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      #expect(outcome.record.status == .cancelled)
      #expect(try stage.processes(running).isEmpty)
    }
  }

  @Test func noMoreRunThanMay() throws {
    try withStage(["maxParallel": 2]) { stage in
      // Also of those made within one millisecond, the first starts first.
      let tasks = try (0..<4).map { _ in try stage.create("sleep 600") }
      let runner = try stage.startRunner()
      for task in tasks.prefix(2) { _ = try stage.wait(for: task) { $0.status == .running } }
      let configuration = try Configuration.load(environment: stage.environment).0
      let view = try QueueView(store: stage.store, configuration: configuration)
      let standings = try tasks.map { view.standing(of: try stage.now($0)) }
      #expect(standings.prefix(2).allSatisfy { $0 == nil })
      #expect(standings.suffix(2).map { $0?.reason } == [.parallelLimit, .parallelLimit])
      #expect(standings.suffix(2).map { $0?.position } == [1, 2])
      _ = try Canceller.cancel(
        .id(tasks[0].id), in: stage.store, by: Stage.actor, reason: nil)
      _ = try stage.wait(for: tasks[2]) { $0.status == .running }
      _ = consume runner
    }
  }

  @Test func withoutARunnerAQueuedTaskSaysSo() throws {
    try withStage { stage in
      let task = try stage.create("echo hi")
      let standing = try QueueStanding.of(
        task, store: stage.store, configuration: Configuration())
      #expect(standing?.reason == .runnerUnavailable)
    }
  }

  @Test func tasksOfOneDirectoryRunOneAfterTheOther() throws {
    try withStage(["maxParallel": 4]) { stage in
      let (place, go) = (stage.base + "/place", stage.base + "/go")
      try RealFileSystem().createDirectory(place)
      let wait = "while [ ! -e \(go) ]; do sleep 0.05; done"
      let script = "echo a >> log; \(wait); echo b >> log"
      let first = try stage.create(script, directory: place)
      let second = try stage.create(script, directory: place) { $0.priority = 60 }
      let elsewhere = try stage.create("echo free")
      let runner = try stage.startRunner()
      let held = try stage.wait(for: second) { $0.status == .waiting }
      #expect(held.statusReason == "directory_busy")
      #expect(try stage.wait(for: elsewhere).status == .completed)
      try writeFile(go, "x")
      #expect(try stage.wait(for: first).status == .completed)
      #expect(try stage.wait(for: second).status == .completed)
      let log = String(decoding: try RealFileSystem().read(place + "/log"), as: UTF8.self)
      #expect(log == "a\nb\na\nb\n")
      _ = consume runner
    }
  }

  @Test func aTaskExpiresThatCouldNotStartInTime() throws {
    try withStage(["maxParallel": 1]) { stage in
      let busy = try stage.create("sleep 600")
      let late = try stage.create("echo late") {
        $0.priority = 60
        $0.expiresAt = Timestamp(milliseconds: WallClock.nowMilliseconds() + 400)
      }
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: late).status == .expired)
      // The one in its way goes on, however long it took to begin.
      _ = try stage.wait(for: busy) { $0.status == .running }
      _ = consume runner
    }
  }
}

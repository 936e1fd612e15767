import Agents
import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

private let build = Build(version: "1.2.0", build: "a")

@Suite struct LaunchTests {
  @Test func aRunnerIsStartedOnceAndDoesTheWork() throws {
    try withStage { stage in
      let errand = try Program.errand()
      let task = try stage.create("echo done")
      let outcome = try RunnerLauncher.ensureRunning(
        store: stage.store, executable: errand, build: build, environment: stage.environment)
      guard case .started(let pid) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      let identity = try #require(try ProcessTable.record(of: pid)).identity
      #expect(try stage.wait(for: task).status == .completed)
      let again = try RunnerLauncher.ensureRunning(
        store: stage.store, executable: errand, build: Build(version: "0.1", build: "a"),
        environment: stage.environment)
      #expect(again == .alreadyRunning)
      try ProcessTable.signal(identity, .terminate)
      #expect(try eventually { try !RunnerLauncher.isRunning(store: stage.store) })
      #expect(Look.at(stage.store.layout.runnerJSON) == nil)
    }
  }

  @Test func insideAnAttemptNoRunnerIsStarted() throws {
    try withStage { stage in
      var environment = stage.environment
      environment["ERRAND_ATTEMPT"] = "x/1"
      let outcome = try RunnerLauncher.ensureRunning(
        store: stage.store, executable: "/nonexistent", build: build, environment: environment)
      #expect(outcome == .insideAttempt)
    }
  }

  @Test func anOlderRunnerIsAskedToLeave() throws {
    try withStage { stage in
      let old = try stage.startRunner()
      #expect(try eventually { Look.at(stage.store.layout.runnerJSON) != nil })
      let newer = Build(version: "9999.0.0", build: "a")
      let leaving = Runner.run(
        root: stage.root, stay: false, executable: "/nonexistent", build: newer,
        environment: stage.environment, idleLimit: .milliseconds(50))
      #expect(leaving == 0)
      #expect(try old.waitForExit() == .exited(code: 0))
    }
  }

  @Test func anIdleRunnerLeaves() throws {
    try withStage { stage in
      let status = Runner.run(
        root: stage.root, stay: false, executable: "/nonexistent", build: build,
        environment: stage.environment, idleLimit: .milliseconds(50))
      let isRunning = try RunnerLauncher.isRunning(store: stage.store)
      #expect(status == 0 && !isRunning)
    }
  }

  @Test func aSupervisorThatCannotBeStartedFailsTheTask() throws {
    try withStage { stage in
      let task = try stage.create("echo never")
      let status = Runner.run(
        root: stage.root, stay: false, executable: "/nonexistent", build: build,
        environment: stage.environment, idleLimit: .milliseconds(50))
      #expect(status == 0)
      let ended = try stage.now(task)
      #expect(ended.status == .failed)
      #expect(ended.error?.message.contains("supervisor could not be started") == true)
    }
  }

  @Test func aSupervisorRefusesAnAttemptItDoesNotOwn() throws {
    try withStage { stage in
      let task = try stage.create("echo hi")
      let outcome = try Program.run(
        ["supervise", task.id.description, "1"], environment: stage.environment)
      #expect(outcome.status == .exited(code: 1))
      #expect(try stage.now(task).status == .queued)
    }
  }

  @Test(arguments: [
    ("1.2.0", "1.1.9", true), ("1.2.0", "1.2.0", false), ("1.2.0", "1.10.0", false),
    ("2.0", "1.9.9", true), ("1.0.0-dev", "1.0.0", false),
  ])
  func versionsAreComparedNumberByNumber(own: String, other: String, isNewer: Bool) {
    let (own, other) = (Build(version: own, build: ""), Build(version: other, build: ""))
    #expect(own.isNewer(than: other) == isNewer)
  }
}

import Agents
import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks that what is used, given and held against limits agrees, also while work goes on.
@Suite struct AccountsTests {
  private static let maker = Actor(kind: .attempt, name: "the parent's")

  /// Stores a task that another's agent has made.
  private func child(
    of parent: TaskRecord, on stage: Stage, _ script: String, usd: Double? = nil
  ) throws -> TaskRecord {
    let input: JSONValue = ["script": .string(script)]
    let cid = ContentID(json: try input.canonical)
    var spec = TaskSpec(
      name: "child-\(UInt32.random(in: 0 ... .max))", title: "t", taskType: "command",
      input: input, inputCid: cid, inputSchemaCid: cid,
      launch: LaunchPlan(
        profile: "agent", adapter: usd == nil ? .shell : .command, executable: "/bin/true"))
    spec.launch.environment = try stage.store.storeEnvironment([
      "PATH": stage.environment["PATH"] ?? ""
    ])
    spec.parentId = parent.id
    spec.budget.usd = usd
    // One that waits for its parent keeps what it was given.
    if usd != nil { spec.claimCondition = .taskStatus(parent.id, [.completed]) }
    let made = try stage.store.create(spec, by: Self.maker, nameIsGiven: true).record
    try stage.store.sync()
    return made
  }

  private let spends = "echo '{\"errand\":\"usage\",\"costUsd\":0.6}'; "

  @Test func whatWasUsedIsKnownWhileItRunsAndAfterACrash() throws {
    try withStage { stage in
      let task = try stage.create(spends + "sleep 600") { $0.budget.usd = 1 }
      let runner = try stage.startRunner()
      let running = try stage.wait(for: task) { $0.usage.costUsd == 0.6 }
      #expect(running.status == .running)
      var ledger = DayLedger()
      ledger.ceiling = 0.5
      #expect(try ledger.spentUntil(in: stage.store, active: [running], now: .now) != nil)
      try stage.kill(supervisorOf: running)
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .interrupted && ended.usage.costUsd == 0.6)
      _ = consume runner
    }
  }

  @Test func whatAnAgentHasGivenAwayItCannotUseItself() throws {
    try withStage(["maxParallel": 1]) { stage in
      let go = stage.base + "/go"
      let task = try stage.create(
        "echo begun; while [ ! -e '\(go)' ]; do sleep 0.02; done; \(spends) sleep 600"
      ) { $0.budget.usd = 1 }
      let runner = try stage.startRunner()
      let running = try stage.wait(for: task) { $0.status == .running }
      _ = try child(of: running, on: stage, "sleep 600", usd: 0.5)
      try writeFile(go, "")
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .budgetExhausted, "\(ended.statusMessage ?? "")")
      #expect(ended.error?.message.contains("0.5 of it given to subtasks") == true)
      _ = consume runner
    }
  }

  @Test func aDeathIsToldOnceHoweverOftenItsEndCannotBeWritten() throws {
    try withStage { stage in
      let task = try stage.create("true")
      let folders = AttemptFolders(layout: stage.store.layout, record: task, attemptN: 1)
      let error = AttemptError(.interrupted, "Its supervisor died.")
      for _ in 0..<3 { Reconciler.tell(error, in: folders, of: stage.store) }
      #expect(try MessageReader(folder: folders.attempt).read(MessageQuery()).items.count == 1)
    }
  }

  @Test func aWishToCancelIsCarriedDownByTheOwnerToo() throws {
    try withStage { stage in
      let task = try stage.create("echo begun; sleep 600")
      let runner = try stage.startRunner()
      let running = try stage.wait(for: task) { $0.status == .running }
      let part = try child(of: running, on: stage, "sleep 600")
      _ = try stage.wait(for: part) { $0.status == .running }
      // Whoever wished it was killed before it came to the subtask.
      try stage.store.change(.id(task.id), by: Stage.actor) { _ in .cancelRequested(reason: nil) }
      #expect(try stage.wait(for: task).status == .cancelled)
      #expect(try stage.wait(for: part).status == .cancelled)
      _ = consume runner
    }
  }

  @Test func aSubtaskStartsThoughItsRunnerWasKilledAndNobodyElseIsThere() throws {
    try withStage(["maxParallel": 1]) { stage in
      let made = stage.base + "/made"
      let task = try stage.create(
        "echo begun; while [ ! -e '\(made)' ]; do sleep 0.05; done; sleep 0.5; echo over")
      let runner = try stage.startRunner()
      let running = try stage.wait(for: task) { $0.status == .running }
      _ = consume runner
      let part = try child(of: running, on: stage, "echo x > '\(made)'")
      let ended = try stage.wait(for: part)
      #expect(ended.status == .completed)
      // The one that was started is nothing of the attempt's: it outlives that.
      #expect(try stage.wait(for: task).status == .completed)
      #expect(try RunnerLauncher.isRunning(store: stage.store))
    }
  }

  @Test func whatLetsAnAgentActIsGoneWithItsAttempt() throws {
    try withStage { stage in
      let task = try stage.create("echo begun; cat \"$ERRAND_ATTEMPT_FILE\"; sleep 600")
      let runner = try stage.startRunner()
      let running = try stage.wait(for: task) { $0.status == .running }
      let pass = stage.store.layout.pass(of: running.id, 1)
      #expect(try eventually { Look.at(pass)?.mode == 0o600 })
      // As if it had been killed after the end was written, and before it could clear up.
      let bytes = try RealFileSystem().read(pass, limit: 1 << 16)
      _ = try Canceller.cancel(.id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      #expect(try eventually { Look.at(pass) == nil })
      try RealFileSystem().createFile(pass).append(bytes)
      try Reconciler.reconcile(store: stage.store, by: Stage.actor)
      #expect(Look.at(pass) == nil)
      _ = consume runner
    }
  }
}

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
      // Held by nothing but its expiry, it keeps what it was given.
      _ = try child(of: running, on: stage, "sleep 600", usd: 0.5)
      try writeFile(go, "")
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .budgetExhausted, "\(ended.statusMessage ?? "")")
      #expect(ended.error?.message.contains("0.5 of it given to subtasks") == true)
      _ = consume runner
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
}

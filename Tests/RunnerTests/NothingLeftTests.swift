import Agents
import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Lets tasks come to every kind of end in one store, and looks at what is left of all of them.
@Suite struct NothingLeftTests {
  private static let secret = "a-word-that-nobody-else-would-say-4711"

  /// Starts what outlives a careless agent: a child, and one in a session of its own.
  private let strays = "sleep 601 & (setsid sleep 602 &) ; echo begun; "

  private struct Way {
    var script: String
    var end: TaskStatus
    var adjust: (inout TaskSpec) -> Void = { _ in }
  }

  private func ways(_ secret: String) -> [String: Way] {
    [
      "done": Way(script: "echo \"$KEY\"; echo done", end: .completed),
      "failed": Way(script: "echo \"$KEY\" >&2; exit 3", end: .failed),
      "killed": Way(script: "kill -9 $$", end: .failed),
      "slow": Way(script: "sleep 603", end: .failed) { $0.runningTimeoutSec = 2 },
      "costly": Way(
        script: #"echo '{"errand":"usage","costUsd":2}'; sleep 604"#, end: .failed
      ) { $0.budget.usd = 1 },
      "stubborn": Way(script: "trap '' TERM INT; sleep 605; sleep 605", end: .cancelled),
      "orphaned": Way(script: "sleep 606", end: .failed),
    ]
  }

  @Test func howeverItEndsNoProcessNoSecretAndNoLockIsLeft() throws {
    try withStage(["maxParallel": 9, "timeouts": ["grace": 1]]) { stage in
      var tasks: [String: TaskRecord] = [:]
      let ways = ways(Self.secret)
      for (name, way) in ways {
        tasks[name] = try stage.create(strays + way.script) { spec in
          spec.launch.secretNames = ["KEY"]
          way.adjust(&spec)
        }
      }
      for task in tasks.values { try stage.store.writeSecrets(task.id, ["KEY": Self.secret]) }
      let runner = try stage.startRunner()
      func reach(_ name: String, _ status: TaskStatus) throws -> TaskRecord {
        try stage.wait(for: try #require(tasks[name]), within: .seconds(60)) { $0.status == status }
      }
      _ = Canceller.cancel(
        [.id(try reach("stubborn", .running).id)], in: stage.store, by: Stage.actor, reason: nil)
      try stage.kill(supervisorOf: try reach("orphaned", .running))
      for (name, way) in ways {
        let task = try reach(name, way.end)
        #expect(try eventually { try stage.processes(task).isEmpty }, "\(name)")
        #expect(task.latestAttempt?.survivors == [], "\(name)")
      }
      try expectNothing(in: stage, tasks: ways.count)
      _ = consume runner
    }
  }

  /// What an agent does after it was prompted, and how that ends; the first two are ended by others.
  private static let dialogues: [String: (script: String, end: TaskStatus)] = [
    "cancelled": ("ask 1; rest", .cancelled), "orphaned": ("ask 1; rest", .failed),
    "answered": ("ask 1; hear; over done; rest", .completed),
    "unanswered": ("ask 1; rest", .failed), "killed": ("ask 1; kill -9 $$", .failed),
    "gone": ("ask 1; exit 0", .failed), "careless": ("ask 1; over done; rest", .completed),
    "staying": ("over done; sleep 607", .completed),
  ]

  @Test(arguments: Speaker.allCases)
  func howeverAnAgentWithAnOpenQuestionEndsNothingIsLeft(_ agent: Speaker) throws {
    let hasty: JSONValue = [
      "name": "hasty", "adapter": "command", "executable": "/bin/true",
      "questions": ["deadlineSec": 2],
    ]
    try withStage(["maxParallel": 9, "timeouts": ["grace": 1], "profiles": [hasty]]) { stage in
      var tasks: [String: TaskRecord] = [:]
      for (name, dialogue) in Self.dialogues {
        tasks[name] = try agent.task(on: stage, strays + "say \"$KEY\"; " + dialogue.script) {
          $0.launch.secretNames = ["KEY"]
          if name == "unanswered" { $0.launch.profile = "hasty" }
        }
      }
      for task in tasks.values { try stage.store.writeSecrets(task.id, ["KEY": Self.secret]) }
      let runner = try stage.startRunner()
      func asking(_ name: String) throws -> TaskRecord {
        try stage.wait(for: try #require(tasks[name]), within: .seconds(60)) {
          $0.status == .inputRequired
        }
      }
      _ = Canceller.cancel(
        [.id(try asking("cancelled").id)], in: stage.store, by: Stage.actor, reason: nil)
      try stage.kill(supervisorOf: try asking("orphaned"))
      try stage.tell(
        try asking("answered"),
        .inputAnswered(requestId: "q1", answer: Permission.allow.answer()))
      for (name, dialogue) in Self.dialogues {
        let ended = try stage.wait(for: try #require(tasks[name]), within: .seconds(60))
        #expect(ended.status == dialogue.end, "\(name): \(ended.statusMessage ?? "")")
        #expect(ended.pendingRequests.isEmpty, "\(name)")
        #expect(try eventually { try stage.processes(ended).isEmpty }, "\(name)")
        #expect(ended.latestAttempt?.survivors == [], "\(name)")
      }
      try expectNothing(in: stage, tasks: tasks.count)
      _ = consume runner
    }
  }

  private func expectNothing(in stage: Stage, tasks: Int) throws {
    let files = RealFileSystem()
    let keys = try eventually {
      try files.list(stage.store.layout.keys).allSatisfy { !$0.hasPrefix("task-") }
    }
    #expect(keys)
    func find(_ words: [String], _ program: String) throws -> [String] {
      try Program.run(words, executable: program).text.split(separator: "\n").map(String.init)
    }
    #expect(try find(["-rlF", Self.secret, stage.root], "/bin/grep").isEmpty)
    let locks = try find(
      [stage.root + "/tasks", stage.store.layout.sessionLocks, "-name", "*lock*", "-type", "f"],
      "/usr/bin/find")
    #expect(locks.count >= tasks)
    for lock in locks {
      #expect(try eventually { try FileLock.tryAcquire(lock) != nil }, "\(lock)")
    }
    #expect(try find([stage.root + "/tasks", "-name", "tmp"], "/usr/bin/find").isEmpty)
  }
}

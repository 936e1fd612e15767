import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that a task made by an agent has no more rights than the one it works on.
struct SubtaskTests {
  /// Lends a house with an agent that asks, one that does as it likes, and one of prose.
  private func withAgents(_ body: (House) throws -> Void) throws {
    try withHouse { house in
      func profile(_ name: String, _ adapter: String, _ mode: String) -> JSONValue {
        [
          "name": .string(name), "adapter": .string(adapter), "executable": "/bin/sh",
          "permissionMode": .string(mode),
        ]
      }
      let profiles: JSONValue = [
        profile("careful", "claude", "ask"), profile("free", "claude", "all"),
        profile("prose", "text", "edits"),
        [
          "name": "loose", "adapter": "claude", "executable": "/bin/sh",
          "arguments": ["--let-it-do-all"],
        ],
      ]
      try writeFile(
        house.configurationFile,
        JSONValue.object(["profiles": profiles, "budget": ["usd": 4]]).text)
      for folder in ["work/inner", "home/elsewhere"] {
        try RealFileSystem().createDirectory(Path.join(house.root, folder))
      }
      try body(house)
    }
  }

  private func parent(_ house: House, _ more: JSONObject = [:]) throws -> TaskRecord {
    var arguments: JSONObject = [
      "profile": "careful", "correlation_id": "c", "running_timeout_sec": 600,
    ]
    for (key, value) in more.members { arguments[key] = value }
    return try house.start(try house.task("Do it", arguments))
  }

  private func made(_ answer: JSONValue, in house: House) throws -> TaskRecord {
    let id = try #require(answer["id"]?.stringValue.flatMap { TaskID($0) })
    return try house.store().task(.id(id))
  }

  @Test func whatIsNotSaidIsAsInTheParent() throws {
    try withAgents { house in
      let task = try parent(house)
      let child = try made(
        try house.inside(task).call("tasks_create", ["brief": "A part of it"]), in: house)
      #expect(child.spec.parentId == task.id)
      #expect(child.spec.launch.profile == "careful")
      #expect(child.spec.directory == task.spec.directory)
      #expect(child.spec.correlationId == "c")
      #expect(child.spec.runningTimeoutSec == 600)
      // A quarter of what is left, so that something is left for the next.
      #expect(child.spec.budget.usd == 1)
      #expect(child.createdBy.kind == .attempt)
    }
  }

  @Test func itIsGivenTheEnvironmentOfTheParent() throws {
    try withAgents { house in
      try writeFile(
        house.configurationFile,
        JSONValue.object([
          "profiles": [
            [
              "name": "careful", "adapter": "claude", "executable": "/bin/sh",
              "passEnv": ["KEY"],
            ]
          ]
        ]).text)
      let task = try parent(house)
      try house.store().writeSecrets(task.id, ["KEY": "of the parent"])
      let child = try made(
        try house.inside(task).call("tasks_create", ["brief": "x"]), in: house)
      #expect(try house.store().secrets(of: child.id) == ["KEY": "of the parent"])
    }
  }

  @Test func whatAnotherProfileMayDoIsLoweredToWhatTheParentMay() throws {
    try withAgents { house in
      let agent = try house.inside(try parent(house))
      let child = try made(
        try agent.call("tasks_create", ["brief": "x", "profile": "free"]), in: house)
      #expect(child.spec.launch.settings.permissionMode == .ask)
      let free = try house.inside(try parent(house, ["profile": "free", "name": "free-one"]))
      let own = try made(
        try free.call("tasks_create", ["brief": "x", "profile": "careful"]), in: house)
      #expect(own.spec.launch.settings.permissionMode == .ask)
    }
  }

  @Test func budgetsOfAllSubtasksTogetherStayWithinTheParents() throws {
    try withAgents { house in
      let agent = try house.inside(try parent(house))
      func budget(_ asked: Double?) throws -> Double? {
        var arguments: JSONObject = ["brief": "x"]
        if let asked { arguments["budget_usd"] = .double(asked) }
        return try made(try agent.call("tasks_create", arguments), in: house).spec.budget.usd
      }
      #expect(try budget(3) == 3)
      #expect(try budget(nil) == 0.25)
      // Something is left for the parent itself, which must live to read what they did.
      #expect(try budget(100) == 0.675)
    }
  }

  @Test func whatTheParentUsesMeanwhileIsNotGivenAway() throws {
    try withAgents { house in
      let task = try parent(house)
      let agent = try house.inside(task)
      func count(_ cost: Double) throws {
        let count = UsageCount(attemptN: 1, leaseId: "lease", usage: Usage(costUsd: cost))
        try house.tell(task, .usageCounted(count))
      }
      try count(3)
      let child = try made(try agent.call("tasks_create", ["brief": "x"]), in: house)
      #expect(child.spec.budget.usd == 0.25)
      try count(3.75)
      let refusal = try agent.refusal("tasks_create", ["brief": "x"])
      #expect(refusal.code == "budget_exhausted", "\(refusal.text)")
    }
  }

  @Test func severalAtOnceAreNotGivenTheSame() throws {
    try withAgents { house in
      let task = try parent(house)
      func busy() throws -> Thread {
        let agent = try house.inside(task)
        return try Thread.start(name: "agent") {
          for _ in 0..<4 {
            do {
              try agent.call("tasks_create", ["brief": "x", "budget_usd": 3])
            } catch {
              Issue.record(error)
            }
          }
        }
      }
      let one = try busy()
      let two = try busy()
      let three = try busy()
      one.join()
      two.join()
      three.join()
      let budgets = try house.store().children(of: task.id).map { $0.spec.budget.usd ?? 0 }
      #expect(budgets.count == 12)
      #expect(budgets.reduce(0, +) < 4, "\(budgets)")
    }
  }

  @Test func whatGoesOnBelowASubtaskIsCountedToo() throws {
    try withAgents { house in
      let agent = try house.inside(try parent(house))
      let child = try house.start(
        made(try agent.call("tasks_create", ["brief": "x", "budget_usd": 3]), in: house))
      let below = try house.inside(child)
      _ = try below.call("tasks_create", ["brief": "y", "budget_usd": 2])
      try house.end(child, output: ["summary": "done"])
      // Of four dollars two are still in use below one that has ended.
      let next = try made(
        try agent.call("tasks_create", ["brief": "z", "budget_usd": 9]), in: house)
      #expect(next.spec.budget.usd == 1.8)
    }
  }

  @Test func aRevisionAsksForAWorktreeOfItsOwn() throws {
    try withAgents { house in
      try Git.makeRepository(at: house.work)
      let git = try #require(Environment.which("git", path: Environment.value("PATH")))
      try writeFile(
        Path.join(house.root, "bin/git"), "#!/bin/sh\nexec \(git) \"$@\"\n", permissions: 0o755)
      let agent = try house.inside(try parent(house))
      let execution: JSONValue = ["execution": ["revision": "HEAD"], "brief": "x"]
      let child = try made(try agent.call("tasks_create", ["input": execution]), in: house)
      #expect(child.spec.workspace == .dedicatedWorktree)
    }
  }

  static let beyond: [(arguments: JSONObject, place: String)] = [
    (["parent_id": "other"], "/parent_id"), (["team_id": "others"], "/team_id"),
    (["directory": "elsewhere"], "/directory"), (["profile": "prose"], "/profile"),
    (["profile": "shell"], "/profile"), (["profile": "loose"], "/profile"),
    (["task_type": "command", "input": ["argv": ["true"]]], "/task_type"),
  ]

  @Test(arguments: beyond)
  func whatGoesBeyondTheParentIsRefused(_ arguments: JSONObject, _ place: String) throws {
    try withAgents { house in
      try house.task("true", ["name": "other"])
      let agent = try house.inside(try parent(house))
      var asked = arguments
      if arguments["task_type"] == nil { asked["brief"] = "x" }
      if arguments["directory"] != nil {
        asked["directory"] = .string(Path.join(house.root, "home/elsewhere"))
      }
      let refusal = try agent.refusal("tasks_create", asked, as: House.person)
      #expect(refusal.faults.map { "\($0.pointer)" } == [place], "\(refusal.text)")
    }
  }

  @Test func aFolderInsideIsNoMoreThanTheParentHas() throws {
    try withAgents { house in
      let inner = Path.join(house.work, "inner")
      let child = try house.inside(try parent(house)).call(
        "tasks_create", ["brief": "x", "directory": .string(inner)])
      #expect(try made(child, in: house).spec.directory?.hasSuffix("/work/inner") == true)
    }
  }

  @Test func aTaskApartFromTheDirectoryMakesNoneInIt() throws {
    try withAgents { house in
      let agent = try house.inside(try parent(house, ["workspace": "none"]))
      let child = try made(try agent.call("tasks_create", ["brief": "x"]), in: house)
      #expect(child.spec.workspace == WorkspaceMode.none)
      for more in [
        ["workspace": "shared_mount"], ["directory": .string(house.work)],
      ] as [JSONObject] {
        var asked: JSONObject = ["brief": "x"]
        for (key, value) in more.members { asked[key] = value }
        #expect(try agent.refusal("tasks_create", asked).code == "beyond_parent")
      }
    }
  }

  @Test func aCommandMayMakeCommands() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let agent = try house.inside(task)
      // Whoever asks through it has no leave of their own.
      let child = try agent.call("tasks_create", ["brief": "true"], as: House.client)
      #expect(try made(child, in: house).spec.launch.adapter == .shell)
    }
  }
}

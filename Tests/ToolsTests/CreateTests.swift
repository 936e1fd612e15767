import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what creating stores, and what it gives back.
struct CreateTests {
  @Test func aBriefBecomesADurableTaskAndARunnerIsAskedFor() throws {
    try withHouse { house in
      let answer = try house.call(
        "tasks_create",
        [
          "brief": "Fix the login test\nand say why", "profile": "shell", "tags": ["a", "b"],
          "priority": 10, "correlationId": "c1",
        ])
      #expect(answer["status"] == "queued")
      #expect(answer["title"] == "Fix the login test")
      #expect(answer["name"]?.stringValue?.hasPrefix("fix-the-login-test-") == true)
      #expect(answer["directory"] == .string(house.work))
      #expect(answer["input"] == ["brief": "Fix the login test\nand say why"])
      #expect(answer["createdBy"] == ["kind": "cli", "name": "ann"])
      let id = try #require(answer["id"]?.stringValue)
      let reopened = try TaskStore.open(house.storeRoot).task(TaskReference(id))
      #expect(reopened.spec.tags == ["a", "b"])
      #expect(reopened.spec.priority == 10)
      #expect(reopened.spec.correlationId == "c1")
      #expect(reopened.spec.launch.environment != nil)
      #expect(house.runners.number >= 1)
    }
  }

  @Test func theModelThatIsAskedForTakesThePlaceOfTheProfiles() throws {
    try withHouse { house in
      try writeFile(
        house.configurationFile,
        """
        {"profiles":[{"name":"mine","adapter":"claude","executable":"/bin/cat","model":"small",
        "effort":"low"},{"name":"tool","adapter":"command","executable":"/bin/cat"}]}
        """)
      let wishes: [(JSONObject, String, String)] = [
        ([:], "small", "low"), (["model": "large"], "large", "low"),
        (["model": "large", "effort": "high"], "large", "high"),
      ]
      for (wish, model, effort) in wishes {
        var arguments: JSONObject = ["brief": "x", "profile": "mine"]
        for (key, value) in wish { arguments[key] = value }
        let id = try #require(try house.call("tasks_create", arguments)["id"]?.stringValue)
        let settings = try house.store().task(TaskReference(id)).spec.launch.settings
        #expect(settings.model == model && settings.effort == effort)
        let shown = try house.call("tasks_get", ["task_id": .string(id)])
        #expect(shown["model"]?.stringValue == model && shown["effort"]?.stringValue == effort)
      }
      for (profile, argument) in [("shell", "model"), ("tool", "effort")] {
        let refusal = try house.refusal(
          "tasks_create", ["brief": "x", "profile": .string(profile), argument: "large"])
        #expect(refusal.code == "profile_unsuitable", "\(refusal.text)")
        #expect(refusal.text.contains("/\(argument): profile \(profile) has no model"))
      }
    }
  }

  @Test func argumentsOnlyLowerTheConfiguredLimits() throws {
    try withHouse { house in
      try writeFile(
        house.configurationFile,
        #"{"budget":{"usd":5,"turns":10},"timeouts":{"running":100,"dispatch":50}}"#)
      let answer = try house.call(
        "tasks_create",
        [
          "brief": "x", "profile": "shell", "budget_usd": 50, "budget_tokens": 7, "max_turns": 3,
          "running_timeout_sec": 1000, "dispatch_timeout_sec": 20,
        ])
      #expect(answer["budget"] == ["usd": 5.0, "tokens": 7, "turns": 3])
      #expect(answer["runningTimeoutSec"] == 100)
      #expect(answer["dispatchTimeoutSec"] == 20)
      #expect(
        answer["hint"]?.stringValue?.hasSuffix(
          "budget_usd is 5.0, running_timeout_sec is 100: the configuration is the ceiling.")
          == true, "\(answer.text)")
    }
  }

  @Test func theSameKeyGivesTheSameTaskAndAnotherBodyIsAConflict() throws {
    try withHouse { house in
      let arguments: JSONObject = ["brief": "x", "profile": "shell", "idempotency_key": "k"]
      let first = try house.call("tasks_create", arguments)
      #expect(first["replayed"] == nil)
      var spelled = arguments
      spelled["brief"] = nil
      spelled["input"] = ["brief": "x"]
      spelled["max_bytes"] = 9_000
      let again = try house.call("tasks_create", spelled)
      #expect(again["id"] == first["id"])
      #expect(again["replayed"] == true)
      var other = arguments
      other["priority"] = 1
      #expect(try house.refusal("tasks_create", other).code == "idempotency_conflict")
      #expect(try house.call("tasks_list", ["view": "all"])["total"] == 1)
    }
  }

  @Test func aDryRunGivesTheCanonicalBodyAndStoresNothing() throws {
    try withHouse { house in
      let before = try house.store().number()
      let answer = try house.call(
        "tasks_create",
        ["brief": "x", "profile": "shell", "dry_run": true, "idempotency_key": "k"])
      #expect(answer["dryRun"] == true)
      let body = try #require(answer["body"]?.objectValue)
      #expect(body["input"] == ["brief": "x"])
      #expect(body["taskType"] == "freeform")
      #expect(body["directory"] == .string(house.work))
      #expect(body["name"] == nil && body["idempotency"] == nil)
      #expect(Array(body.keys) == body.keys.sorted())
      #expect(try house.store().number() == before)
      #expect(house.runners.number == 0)
      let long = try house.call(
        "tasks_create",
        [
          "brief": .string(String(repeating: "é", count: 20_000)), "profile": "shell",
          "dry_run": true,
        ])
      #expect(long["truncated"] == true)
      #expect(long.bytes.count <= ByteBudget.usual)
    }
  }

  @Test func aCommandIsRunByTheShellProfile() throws {
    try withHouse { house in
      let answer = try house.call(
        "tasks_create", ["task_type": "command", "input": ["argv": ["make", "test"]]])
      #expect(answer["profile"] == "shell")
      #expect(answer["title"] == "make test")
    }
  }

  @Test func workspaceNoneHasNoDirectory() throws {
    try withHouse { house in
      let answer = try house.call(
        "tasks_create", ["brief": "x", "profile": "shell", "workspace": "none"])
      #expect(answer["directory"] == nil)
      #expect(answer["workspace"] == "none")
    }
  }

  @Test func subtasksAreCountedByTheirParent() throws {
    try withHouse { house in
      let parent = try house.task("parent")
      let child = try house.task("child", ["parent_id": .string(parent.spec.name)])
      #expect(child.spec.parentId == parent.id)
      let shown = try house.call("tasks_get", ["task_id": .string(parent.spec.name)])
      #expect(shown["childCounts"] == ["queued": 1])
    }
  }

  @Test func waitingCreatesFirstAndThenGivesTheEnd() throws {
    try withHouse { house in
      let thread = try Thread.start(name: "supervisor") {
        // What goes wrong here shows as a wait that never ends well.
        guard let store = try? house.store(),
          (try? eventually { (try store.list(TaskQuery()).total) == 1 }) == true,
          let task = try? store.activeTasks().first
        else { return }
        _ = try? house.start(task)
        _ = try? house.end(task, summary: "all good")
      }
      let answer = try house.call(
        "tasks_create", ["brief": "x", "profile": "shell", "wait": true])
      thread.join()
      #expect(answer["status"] == "completed")
      #expect(answer["resultSummary"] == "all good")
    }
  }

  @Test func aProfileOfTheConfigurationIsTheDefault() throws {
    try withHouse { house in
      try writeFile(
        house.configurationFile,
        #"{"profiles":[{"name":"cat","adapter":"command","executable":"/bin/cat"}],"team":"red"}"#)
      let answer = try house.call("tasks_create", ["brief": "x"], as: House.client)
      #expect(answer["profile"] == "cat")
      #expect(answer["teamId"] == "red")
    }
  }

  private func withSecretKeepers(_ body: (House) throws -> Void) throws {
    try withTemporaryDirectory { root in
      let house = try House(root) {
        $0.environment["KEY_OF_CAT"] = "cat's"
        $0.environment["KEY_OF_TAC"] = "tac's"
      }
      let profiles = ["cat", "tac"].map { name -> JSONValue in
        [
          "name": .string(name), "adapter": "command", "executable": "/bin/cat",
          "passEnv": [.string("KEY_OF_\(name.uppercased())")],
        ]
      }
      try writeFile(
        house.configurationFile, JSONValue.object(["profiles": .array(profiles)]).text)
      try body(house)
    }
  }

  @Test func theSecretsOfATaskAreThoseOfTheProfileThatStays() throws {
    try withSecretKeepers { house in
      let task = try house.task("x", ["profile": "cat"])
      let (store, id) = (try house.store(), JSONValue.string(task.spec.name))
      let asked: JSONObject = ["task_id": id, "profile": "tac"]
      var stale = asked
      stale["revision"] = 7
      #expect(try store.secrets(of: task.id) == ["KEY_OF_CAT": "cat's"])
      #expect(try house.refusal("tasks_update", stale).code == "conflict")
      #expect(try store.secrets(of: task.id) == ["KEY_OF_CAT": "cat's"])
      _ = try house.call("tasks_update", asked)
      #expect(try store.secrets(of: task.id) == ["KEY_OF_TAC": "tac's"])
    }
  }

  @Test func secretsOfARefusedTaskAreNotLeftBehind() throws {
    try withSecretKeepers { house in
      try house.task("x", ["name": "taken"])
      _ = try house.refusal("tasks_create", ["brief": "x", "profile": "cat", "name": "taken"])
      let keys = Path.join(house.storeRoot, "keys")
      let files = RealFileSystem()
      let left = try files.exists(keys) ? try files.list(keys) : []
      #expect(left.filter { $0.hasPrefix("task-") }.isEmpty)
    }
  }
}

import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what a new task may wait for, and what is refused since it could never come.
struct PrerequisiteTests {
  private func ids(_ tasks: TaskRecord...) -> [JSONValue] {
    tasks.map { .string($0.id.description) }
  }

  @Test func namesAndIdsBecomeOneConditionOnceEach() throws {
    try withHouse { house in
      let (one, two) = (try house.task("a", ["name": "one"]), try house.task("b"))
      let waiting = try house.task(
        "c", ["depends_on": .array([.string("one")] + ids(two, one))])
      #expect(waiting.spec.claimCondition == .completed([one.id, two.id]))
      #expect(waiting.hold?.reason == .dependencies)
      let shown = try house.call("tasks_get", ["task_id": .string(waiting.spec.name)])
      #expect(
        shown["claimCondition"] == ClaimCondition.json.value(of: .completed([one.id, two.id])))
      #expect(
        shown["statusMessage"] == .string("Waits for one (queued), \(two.spec.name) (queued)."))
    }
  }

  @Test func asManyAsTheLimitsAllowAreNestedAndMoreRefused() throws {
    try withHouse { house in
      let tasks = try (1...64).map { try house.task("t", ["name": .string("t\($0)")]) }
      let names = tasks.map { JSONValue.string($0.spec.name) }
      let waiting = try house.task("last", ["depends_on": .array(names)])
      #expect(waiting.spec.claimCondition?.tasks == tasks.map(\.id))
      #expect(waiting.spec.claimCondition?.depth == 3)
      let shown = try house.call("tasks_get", ["task_id": .string(waiting.spec.name)])
      #expect(shown["statusMessage"]?.stringValue?.hasSuffix(" and 59 more.") == true)
      #expect(shown.bytes.count <= ByteBudget.usual)
      // A reader of the journal understands it, too.
      let reopened = try TaskStore.open(house.storeRoot).task(.id(waiting.id))
      #expect(reopened.spec.claimCondition == waiting.spec.claimCondition)
      let refusal = try house.refusal(
        "tasks_create",
        ["brief": "x", "profile": "shell", "depends_on": .array(names + ["one-more"])])
      #expect(refusal.faults.map { "\($0.pointer)" } == ["/depends_on"])
    }
  }

  @Test func aConditionTakesNamesAtEveryLevel() throws {
    try withHouse { house in
      let (one, two) = (try house.task("a", ["name": "one"]), try house.task("b", ["name": "two"]))
      let wish: JSONValue = [
        "op": "any",
        "conditions": [
          ["op": "task_accepted", "taskId": "one"],
          [
            "op": "all",
            "conditions": [["op": "task_status", "task_id": "two", "statuses": ["failed"]]],
          ],
        ],
      ]
      let waiting = try house.task("c", ["claim_condition": wish, "dependsOn": ["one"]])
      let given = ClaimCondition.any([
        .taskAccepted(one.id), .all([.taskStatus(two.id, [.failed])]),
      ])
      #expect(waiting.spec.claimCondition == .all([.completed([one.id]), given]))
    }
  }

  /// Nests a condition so deep.
  private static func nested(_ depth: Int) -> JSONValue {
    (1..<depth).reduce(["op": "task_accepted", "taskId": "one"]) { inner, _ in
      ["op": "all", "conditions": [inner]]
    }
  }

  static let refused: [(more: JSONObject, code: String, place: String)] = [
    (["depends_on": ["one", "none"]], "not_found", "/depends_on/1"),
    (["depends_on": ["own"]], "dependency_cycle", "/depends_on/0"),
    (["depends_on": ["theirs"]], "not_found", "/depends_on/0"),
    (["depends_on": "one"], "invalid_arguments", "/depends_on"),
    (["claim_condition": "one"], "invalid_arguments", "/claim_condition"),
    (["claim_condition": ["op": "one"]], "invalid_arguments", "/claim_condition/op"),
    (
      ["claim_condition": ["op": "task_accepted", "taskId": "none"]], "not_found",
      "/claim_condition/taskId"
    ),
    (
      ["claim_condition": ["op": "all", "conditions": [["op": "task_accepted"]]]],
      "invalid_arguments", "/claim_condition/conditions/0/taskId"
    ),
    (
      [
        "claim_condition": [
          "op": "any", "conditions": .array(Array(repeating: nested(1), count: 9)),
        ]
      ],
      "invalid_arguments", "/claim_condition/conditions"
    ),
    (
      ["claim_condition": nested(4), "depends_on": ["one"]], "invalid_arguments",
      "/claim_condition"
    ),
  ]

  @Test(arguments: refused)
  func whatCannotBeWaitedForIsRefused(_ more: JSONObject, _ code: String, _ place: String) throws {
    try withHouse { house in
      try house.task("a", ["name": "one"])
      _ = try house.call(
        "tasks_create",
        ["brief": "x", "profile": "shell", "name": "theirs", "team_id": "others"])
      var arguments: JSONObject = ["brief": "x", "profile": "shell", "name": "own"]
      for (key, value) in more { arguments[key] = value }
      let refusal = try house.refusal("tasks_create", arguments)
      #expect(refusal.code == code, "\(refusal.text)")
      #expect(refusal.faults.map { "\($0.pointer)" } == [place], "\(refusal.text)")
    }
  }

  @Test func fourLevelsAreTheMost() throws {
    try withHouse { house in
      try house.task("a", ["name": "one"])
      try house.task("b", ["claim_condition": Self.nested(4)])
      let refusal = try house.refusal(
        "tasks_create", ["brief": "x", "profile": "shell", "claim_condition": Self.nested(5)])
      #expect(refusal.code == "invalid_arguments")
    }
  }

  @Test func aPartCannotWaitForItsWholeNorForWhatWaitsForThat() throws {
    try withHouse { house in
      let whole = try house.start(try house.task("whole", ["name": "whole"]))
      try house.task("after", ["name": "after", "depends_on": ["whole"]])
      try house.task("part", ["name": "part", "parent_id": "whole"])
      for name in ["whole", "after"] {
        for parent in ["whole", "part"] {
          let refusal = try house.refusal(
            "tasks_create",
            [
              "brief": "x", "profile": "shell", "parent_id": .string(parent),
              "depends_on": [.string(name)],
            ])
          #expect(refusal.code == "dependency_cycle", "\(parent) \(name)")
          #expect(refusal.text.contains("leads to whole"), "\(refusal.text)")
        }
      }
      // Parts may wait for one another, and for a whole that has come to its end.
      try house.task("x", ["parent_id": "whole", "depends_on": ["part"]])
      try house.end(whole)
      let late = try house.task("x", ["parent_id": "whole", "depends_on": ["whole"]])
      #expect(late.status == .queued)
    }
  }

  @Test func anAgentsPartCannotWaitForWhatItsOwnAgentWaitsFor() throws {
    try withHouse { house in
      let (one, two) = (try house.start(try house.task()), try house.start(try house.task()))
      // One's agent has a part done that waits for two; so two's may not wait for one.
      _ = try house.inside(one).call(
        "tasks_create", ["brief": "x", "depends_on": .array(ids(two))])
      let refusal = try house.inside(two).refusal(
        "tasks_create", ["brief": "x", "depends_on": .array(ids(one))])
      #expect(refusal.code == "dependency_cycle")
    }
  }

  @Test func whatCanNeverComeEndsTheNewTaskAtOnce() throws {
    try withHouse { house in
      let failed = try house.task("a", ["name": "one"])
      try house.start(failed)
      try house.end(failed, .failed(AttemptError(.agentCrashed, "It broke.")))
      let answer = try house.call(
        "tasks_create", ["brief": "x", "profile": "shell", "depends_on": ["one"]])
      #expect(answer["status"] == "failed")
      #expect(answer["statusReason"] == "dependency_unsatisfiable")
    }
  }

  @Test func aKeyStandsForItsDependenciesToo() throws {
    try withHouse { house in
      try house.task("a", ["name": "one"])
      var arguments: JSONObject = [
        "brief": "x", "profile": "shell", "idempotency_key": "k", "depends_on": ["one"],
      ]
      let first = try house.call("tasks_create", arguments)
      #expect(try house.call("tasks_create", arguments)["id"] == first["id"])
      arguments["depends_on"] = nil
      #expect(try house.refusal("tasks_create", arguments).code == "idempotency_conflict")
    }
  }

  @Test func aDryRunShowsTheConditionAsItWouldBeStored() throws {
    try withHouse { house in
      let one = try house.task("a", ["name": "one"])
      let answer = try house.call(
        "tasks_create",
        ["brief": "x", "profile": "shell", "depends_on": ["one"], "dry_run": true])
      #expect(
        answer["body"]?["claimCondition"]?["conditions"]?.arrayValue?.first?["taskId"]
          == .string(one.id.description))
    }
  }
}

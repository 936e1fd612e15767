import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what a key gives back, and that a dry run refuses what creating would refuse.
struct ReplayTests {
  private static let cat =
    #"{"profiles":[{"name":"cat","adapter":"command","executable":"/bin/cat"}]}"#

  @Test func aReplayGivesTheTaskThoughItsDirectoryAndAgentAreGone() throws {
    try withHouse { house in
      try writeFile(house.configurationFile, Self.cat)
      let place = Path.join(house.work, "place")
      try RealFileSystem().createDirectory(place)
      let arguments: JSONObject = [
        "brief": "x", "profile": "cat", "directory": .string(place), "idempotency_key": "k",
      ]
      let first = try house.call("tasks_create", arguments)
      try RealFileSystem().removeDirectory(place)
      try writeFile(house.configurationFile, "{}")
      let again = try house.call("tasks_create", arguments)
      #expect(again["id"] == first["id"])
      #expect(again["replayed"] == true)
      var other = arguments
      other["priority"] = 1
      let failure = try house.refusal("tasks_create", other)
      #expect(failure.code == "idempotency_conflict")
      #expect(failure.faults.map(\.pointer.description) == ["/idempotency_key"])
      other["brief"] = nil
      #expect(try house.refusal("tasks_create", other).code == "task_validation_failed")
    }
  }

  @Test(
    arguments: [
      (["name": "taken"], "name_taken"), (["idempotency_key": "k"], "idempotency_conflict"),
      (["parent_id": "deepest"], "limit"),
    ] as [(JSONObject, String)])
  func aDryRunRefusesWhatTheStoreWouldRefuse(_ more: JSONObject, _ code: String) throws {
    try withHouse { house in
      try house.task("x", ["name": "taken", "idempotency_key": "k"])
      var parent: JSONObject = [:]
      for name in ["top", "second", "third", "fourth", "deepest"] {
        parent["name"] = .string(name)
        try house.task("x", parent)
        parent["parent_id"] = .string(name)
      }
      var arguments: JSONObject = ["brief": "y", "profile": "shell"]
      for (key, value) in more { arguments[key] = value }
      let real = try house.refusal("tasks_create", arguments)
      #expect(real.code == code)
      arguments["dry_run"] = true
      #expect(try house.refusal("tasks_create", arguments) == real)
    }
  }

  @Test func aDryRunMakesNoStoreAndSaysWhenNoneCanBeMade() throws {
    try withHouse { house in
      let arguments: JSONObject = ["brief": "y", "profile": "shell", "dry_run": true]
      _ = try house.call("tasks_create", arguments)
      #expect(try !RealFileSystem().exists(house.storeRoot))
      try RealFileSystem().createDirectory(house.storeRoot)
      try writeFile(Path.join(house.storeRoot, "run"), "in the way")
      #expect(try house.refusal("tasks_create", arguments).code == "store_not_writable")
    }
  }

  @Test func aDryRunInsideAnAttemptIsRefusedAsCreatingIs() throws {
    try withTemporaryDirectory { root in
      let house = try House(root) { $0.environment["ERRAND_ATTEMPT"] = "a/1" }
      let failure = try house.refusal(
        "tasks_create", ["brief": "y", "profile": "shell", "dry_run": true])
      #expect(failure.code == "attempt_scope")
    }
  }
}

import JSON
import MCP
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks figures and the bin as a client that asked for them meets them.
struct ManageTests {
  private func ended(_ house: House, _ name: String, _ more: JSONObject = [:]) throws -> TaskRecord
  {
    var arguments: JSONObject = ["name": .string(name)]
    for (key, value) in more { arguments[key] = value }
    return try house.end(try house.start(try house.task("true", arguments)))
  }

  private func withManagement(_ body: (House) throws -> Void) throws {
    try withHouse { house in try body(House.reopened(house)) }
  }

  @Test func deletingTellsUntilWhenItCanBeUndone() throws {
    try withManagement { house in
      let task = try ended(house, "one")
      let rehearsal = try house.call("tasks_delete", ["task_ids": ["one"], "dry_run": true])
      #expect(rehearsal["dryRun"] == true)
      #expect(rehearsal["items"]?.arrayValue?.first?["restorableUntil"] == nil)
      #expect(try house.store().task(.id(task.id)).deletion == nil)
      let answer = try house.call("tasks_delete", ["task_ids": ["one", "one"]])
      let item = try #require(answer["items"]?.arrayValue?.first)
      #expect(answer["items"]?.arrayValue?.count == 1)
      let end = try #require(
        item["restorableUntil"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
      let days = (end.milliseconds - Timestamp.now.milliseconds) / 86_400_000
      #expect(days == 29 || days == 30)
      let gone = try house.refusal("tasks_get", ["task_id": "one"])
      #expect(gone.code == "not_found" && gone.text.contains("errand restore one"), "\(gone.text)")
      let back = try house.call("tasks_delete", ["task_ids": ["one"], "restore": true])
      #expect(back["items"]?.arrayValue?.first?["status"] == "completed")
      #expect(try house.call("tasks_get", ["task_id": "one"])["status"] == "completed")
    }
  }

  @Test func allOrNoneAreDeleted() throws {
    try withManagement { house in
      _ = try ended(house, "one")
      let needed = try ended(house, "needed")
      try house.task("x", ["name": "open", "parent_id": "needed"])
      let cases: [(JSONValue, String, [String])] = [
        (["one", "nothing"], "not_found", ["/task_ids/1"]),
        (["one", "open"], "not_ended", ["/task_ids/1"]),
        ([.string(needed.id.description), "one"], "not_ended", ["/task_ids/0"]),
      ]
      for (tasks, code, places) in cases {
        let refusal = try house.refusal("tasks_delete", ["task_ids": tasks])
        #expect(refusal.code == code, "\(refusal.text)")
        #expect(refusal.faults.map { "\($0.pointer)" } == places, "\(refusal.text)")
      }
      let refusal = try house.refusal("tasks_delete", ["task_ids": ["one"], "restore": true])
      #expect(refusal.code == "not_found" && refusal.text.contains("in the bin"))
      #expect(
        try house.refusal("tasks_delete", ["task_ids": ["one"], "team_id": "others"]).code
          == "not_found")
    }
  }

  @Test func whileOneIsStillOwnedNoneIsDeleted() throws {
    try withManagement { house in
      let tasks = [try ended(house, "one"), try ended(house, "two")]
      let lock = try house.store().lockAttempt(tasks[1].id, 1)
      let refusal = try house.refusal("tasks_delete", ["task_ids": ["one", "two"]])
      #expect(refusal.code == "busy", "\(refusal.text)")
      _ = consume lock
      for task in tasks { #expect(try house.store().task(.id(task.id)).deletion == nil) }
    }
  }

  @Test func figuresAddUpForEachGroup() throws {
    try withManagement { house in
      _ = try ended(house, "one", ["tags": ["a", "b"]])
      _ = try ended(house, "two", ["tags": ["a"]])
      let failed = try house.start(try house.task("x", ["name": "three"]))
      try house.end(failed, .failed(AttemptError(.agentCrashed, "It broke.")))
      try house.task("y", ["name": "four"])
      _ = try ended(house, "gone")
      try house.call("tasks_delete", ["task_ids": ["gone"]])
      let answer = try house.call("tasks_stats", ["group_by": "tag"])
      #expect(answer["all"]?["total"] == 4 && answer["all"]?["attempts"] == 3)
      #expect(answer["all"]?["counts"] == ["queued": 1, "completed": 2, "failed": 1])
      let groups = answer["groups"]?.arrayValue ?? []
      #expect(groups.map { $0["key"] } == ["a", "none", "b"])
      #expect(groups.map { $0["total"] } == [2, 2, 1])
      let later = try house.call("tasks_stats", ["since": "2100-01-01T00:00:00Z"])
      #expect(later["all"]?["total"] == 0 && later["groups"] == nil)
      let other = try house.call("tasks_stats", ["team_id": "others"])
      #expect(other["all"]?["total"] == 0)
      #expect(try house.refusal("tasks_stats", ["group_by": "hour"]).code == "invalid_arguments")
    }
  }
}

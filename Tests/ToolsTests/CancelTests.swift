import JSON
import MCP
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what cancelling tells of each task.
struct CancelTests {
  @Test func oneTaskThatCannotBeFoundDoesNotHideTheOthers() throws {
    try withHouse { house in
      let first = try house.task("x", ["name": "first"])
      let second = try house.task("x", ["name": "second"])
      let answer = try house.call(
        "tasks_cancel", ["task_ids": ["first", "nobody", "second", "first"]])
      let items = try #require(answer["items"]?.arrayValue)
      #expect(items.map { $0["outcome"] } == ["cancelled", "cancelled"])
      #expect(
        items.map { $0["id"] } == [first, second].map { .string($0.id.description) })
      let failures = try #require(answer["failures"]?.arrayValue)
      #expect(failures.map { $0["task"] } == ["nobody"])
      #expect(failures.map { $0["code"] } == ["not_found"])
      #expect(answer["hint"]?.stringValue?.contains("failures") == true)
    }
  }

  @Test func onlyUnknownTasksAreNotFoundEachWithItsPlace() throws {
    try withHouse { house in
      let failure = try house.refusal("tasks_cancel", ["task_ids": ["one", "two"]])
      #expect(failure.code == "not_found")
      #expect(failure.faults.map(\.pointer.description) == ["/task_ids/0", "/task_ids/1"])
    }
  }

  @Test(arguments: [("task_id", [:]), ("task_ids", ["task_ids": []])] as [(String, JSONObject)])
  func whereNoTaskIsNamedTheMemberThatShouldIs(member: String, arguments: JSONObject) throws {
    try withHouse { house in
      let failure = try house.refusal("tasks_cancel", arguments)
      #expect(failure.faults.map(\.pointer.description) == ["/" + member])
    }
  }

  @Test func whatIsLeftOfATaskIsNamed() throws {
    try withHouse { house in
      let task = try house.start(house.task("x", ["name": "left"]))
      try house.tell(
        task,
        .settled(
          Settlement(
            attemptN: 1, leaseId: "lease", outcome: .cancelled, survivors: ["12 sleep"])))
      let answer = try house.call("tasks_cancel", ["task_id": "left"])
      #expect(answer["items"]?.arrayValue?.first?["survivors"] == ["12 sleep"])
      #expect(answer["hint"]?.stringValue?.contains("could not be ended") == true)
      let clean = try house.task("y", ["name": "clean"])
      let other = try house.call("tasks_cancel", ["task_id": .string(clean.spec.name)])
      #expect(other["items"]?.arrayValue?.first?["survivors"] == nil)
      #expect(other["hint"] == .string(Hint.cancelled))
    }
  }

  @Test func whatATaskHasMadeEndsWithIt() throws {
    try withHouse { house in
      let parent = try house.start(house.task("x", ["name": "top"]))
      let agent = try house.inside(parent)
      func made(_ agent: House, _ name: String) throws -> TaskRecord {
        _ = try agent.call("tasks_create", ["brief": "true", "name": .string(name)])
        return try house.store().task(.name(name))
      }
      let child = try house.start(made(agent, "runs"))
      _ = try made(try house.inside(child), "waits")
      let done = try house.start(made(agent, "done"))
      try house.end(done)
      let answer = try house.call("tasks_cancel", ["task_id": "top"])
      let item = answer["items"]?.arrayValue?.first
      #expect(item?["outcome"] == "cancelled" && item?["subtasks"] == 2, "\(answer.text)")
      for (name, status) in [("runs", "cancelled"), ("waits", "cancelled"), ("done", "completed")] {
        let task = try house.store().task(.name(name))
        #expect(task.status.rawValue == status)
        let reason = "Task top, which it is part of, was cancelled."
        #expect(name == "done" || task.cancelRequest?.reason == reason)
      }
      let again = try house.call("tasks_cancel", ["task_id": "top"])["items"]?.arrayValue?.first
      #expect(again?["outcome"] == "already_terminal" && again?["subtasks"] == nil)
    }
  }
}

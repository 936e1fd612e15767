import JSON
import Posix
import TestSupport
import Testing

/// Checks what one wait handle asks for when several tasks ask, and what it was asked from.
@Suite struct AskedHandleTests {
  private func wait(_ tasks: [HeldAttempt], _ until: String) -> String {
    let ids = JSONValue.array(tasks.map { .string($0.id) })
    return #"{"task_ids":\#(ids.text),"timeout_sec":1,"until":"\#(until)"}"#
  }

  private func state(_ client: Conversation, _ handle: JSONValue) throws -> JSONValue {
    try client.result(
      2, Modern.request(2, "tasks/get", #""taskId":\#(handle.text)"#, capabilities: Modern.tasks))
  }

  private func keys(_ state: JSONValue) -> [String] {
    (state["inputRequests"]?.objectValue?.keys ?? []).sorted()
  }

  private func update(_ client: Conversation, _ handle: JSONValue, _ responses: JSONValue) throws {
    let params = #""taskId":\#(handle.text),"inputResponses":\#(responses.text)"#
    _ = try client.result(
      3, Modern.request(3, "tasks/update", params, capabilities: Modern.tasks))
  }

  private func colour(_ word: String) -> JSONValue {
    ["action": "accept", "content": ["answer": .string(word)]]
  }

  @Test func ofTwoQuestionsTheOneThatIsAnsweredIsGoneAndTheOtherStays() throws {
    try withCommandDesk { desk in
      let held = try ["one", "two"].map { try HeldAttempt(on: desk, in: $0) }
      let agents = try held.map { try $0.asking() }
      let client = try Conversation(store: desk.store)
      let made = try client.result(
        1,
        Modern.call(
          1, "tasks_wait", wait(held, "terminal"), capabilities: Modern.tasksAndForms))
      let handle = try #require(made["taskId"], "\(made.text)")
      let both = held.map { $0.id + ".q1" }
      #expect(keys(try state(client, handle)) == both.sorted())

      try update(client, handle, [both[0]: colour("red"), "unknown": colour("red")])
      let left = try state(client, handle)
      #expect(left["status"] == "input_required" && keys(left) == [both[1]], "\(left.text)")

      // A second question of the task that was answered has a key of its own.
      _ = try agents[0].line(since: 0) { $0["id"] == 7 }
      try agents[0].send([
        Modern.call(8, "task_ask", #"{"question":"How dark?","options":["a","b"]}"#)
      ])
      let isAsked = try eventually { keys(try state(client, handle)).count == 2 }
      #expect(isAsked)
      #expect(keys(try state(client, handle)) == [held[0].id + ".q2", both[1]].sorted())

      try update(
        client, handle,
        [
          held[0].id + ".q2": ["action": "accept", "content": ["answer": "b"]],
          both[1]: colour("blue"),
        ])
      #expect(try state(client, handle)["status"] == "working")
      for task in held { try task.end() }
      #expect(try eventually { try state(client, handle)["status"] == "completed" })
      for agent in agents { #expect(try agent.finish() == .exited(code: 0)) }
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  @Test func aHandleThatAsksIsCancelledAsAnyOther() throws {
    try withQuestion { held, _ in
      let client = try Conversation(store: held.desk.store)
      let made = try client.result(
        1,
        Modern.call(
          1, "tasks_wait", wait([held], "terminal"), capabilities: Modern.tasksAndForms))
      let handle = try #require(made["taskId"], "\(made.text)")
      #expect(try state(client, handle)["status"] == "input_required")
      _ = try client.result(
        3,
        Modern.request(
          3, "tasks/cancel", #""taskId":\#(handle.text)"#, capabilities: Modern.tasks))
      #expect(try state(client, handle)["status"] == "cancelled")
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  @Test func aCallThatHasAskedMayStillGiveAHandleWithoutItsState() throws {
    try withQuestion { held, _ in
      let client = try Conversation(store: held.desk.store)
      let asked = try client.result(
        1,
        Modern.call(1, "tasks_wait", wait([held], "terminal"), capabilities: Modern.forms))
      let state = try #require(asked["requestState"], "\(asked.text)")
      let responses: JSONValue = [held.id + ".q1": colour("blue")]
      let made = try client.result(
        2,
        Modern.call(
          2, "tasks_wait", wait([held], "terminal"),
          more: #","requestState":\#(state.text),"inputResponses":\#(responses.text)"#,
          capabilities: Modern.tasksAndForms))
      #expect(made["resultType"] == "task" && made["requestState"] == nil, "\(made.text)")
      let handle = try #require(made["taskId"])
      let now = try self.state(client, handle)
      #expect(now["status"] == "working" && now["requestState"] == nil, "\(now.text)")
      #expect(try client.finish() == .exited(code: 0))
    }
  }
}

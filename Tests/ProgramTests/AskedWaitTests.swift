import JSON
import Posix
import TestSupport
import Testing

/// Checks that a client which shows forms is asked what a task asks while it waits for it.
@Suite struct AskedWaitTests {
  private func wait(_ held: HeldAttempt, _ until: String = "needs_me") -> String {
    #"{"task_ids":["\#(held.id)"],"timeout_sec":1,"until":"\#(until)"}"#
  }

  private func key(_ held: HeldAttempt) -> String { "\(held.id).q1" }

  private func expectForm(_ params: JSONValue?) {
    let message = params?["message"]?.stringValue ?? ""
    #expect(message.hasSuffix(" asks: Which colour?"), "\(message)")
    let field = params?["requestedSchema"]?["properties"]?["answer"]
    #expect(field?["enum"] == ["red", "blue"])
  }

  /// Tells what the agent was answered.
  private func answer(_ agent: Conversation) throws -> JSONValue? {
    try agent.line(since: 0) { $0["id"] == 7 }["result"]?["structuredContent"]?["answer"]
  }

  @Test(arguments: ["needs_me", "terminal"])
  func inTheModernEraTheAnswerComesWithTheNextCall(_ until: String) throws {
    try withQuestion { held, agent in
      let client = try Conversation(store: held.desk.store)
      let asked = try client.result(
        1, Modern.call(1, "tasks_wait", wait(held, until), capabilities: Modern.forms))
      #expect(asked["resultType"] == "input_required", "\(asked.text)")
      expectForm(asked["inputRequests"]?[key(held)]?["params"])
      let state = try #require(asked["requestState"])
      let more =
        #","requestState":\#(state.text),"inputResponses":"#
        + #"{"\#(key(held))":{"action":"accept","content":{"answer":"blue"}}}"#
      let done = try client.result(
        2, Modern.call(2, "tasks_wait", wait(held, until), more: more, capabilities: Modern.forms))
      #expect(done["structuredContent"]?["timedOut"] == true, "\(done.text)")
      #expect(try answer(agent) == "blue")
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  @Test func inTheLegacyEraTheCallWaitsForTheAnswer() throws {
    try withQuestion { held, agent in
      let client = try Conversation(store: held.desk.store)
      let capabilities = #"{"elicitation":{}}"#
      _ = try client.result(
        1, Legacy.initialize(1, version: "2025-06-18", capabilities: capabilities))
      try client.send([Legacy.initialized, Legacy.call(2, "tasks_wait", wait(held))])
      let request = try client.next { $0["method"] == "elicitation/create" }
      expectForm(request["params"])
      let id = try #require(request["id"])
      try client.send([
        #"{"jsonrpc":"2.0","id":\#(id.text),"result":"#
          + #"{"action":"accept","content":{"answer":"red"}}}"#
      ])
      let done = try client.answer(2)
      #expect(done["result"]?["structuredContent"]?["timedOut"] == true, "\(done.text)")
      #expect(try answer(agent) == "red")
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  @Test func aFormIsTakenBackWhenSomebodyElseHasAnswered() throws {
    try withQuestion { held, agent in
      let client = try Conversation(store: held.desk.store)
      let capabilities = #"{"elicitation":{}}"#
      _ = try client.result(
        1, Legacy.initialize(1, version: "2025-06-18", capabilities: capabilities))
      let wait = #"{"task_ids":["\#(held.id)"],"timeout_sec":5}"#
      try client.send([Legacy.initialized, Legacy.call(2, "tasks_wait", wait)])
      let form = try client.next { $0["method"] == "elicitation/create" }
      let before = MonotonicTime.now
      #expect(try held.desk.errand(["answer", held.id, "red"]).status == .exited(code: 0))
      let taken = try client.next { $0["method"] == "notifications/cancelled" }
      #expect(taken["params"]?["requestId"] == form["id"])
      #expect(try answer(agent) == "red")
      // The wait goes on: nobody needs anybody any more.
      let done = try client.answer(2)
      #expect(done["result"]?["structuredContent"]?["timedOut"] == true, "\(done.text)")
      #expect(MonotonicTime.now - before < .seconds(20))
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  @Test(arguments: ["decline", "cancel"])
  func whatIsTurnedAwayStaysOpenAndIsNotAskedAgain(_ action: String) throws {
    try withQuestion { held, _ in
      let client = try Conversation(store: held.desk.store)
      let asked = try client.result(
        1, Modern.call(1, "tasks_wait", wait(held), capabilities: Modern.forms))
      let state = try #require(asked["requestState"], "\(asked.text)")
      let more =
        #","requestState":\#(state.text),"inputResponses":{"\#(key(held))":{"action":"\#(action)"}}"#
      for (id, more) in [(2, more), (3, "")] {
        let done = try client.result(
          id,
          Modern.call(id, "tasks_wait", wait(held), more: more, capabilities: Modern.forms))
        let news = done["structuredContent"]?["changed"]?.arrayValue?.first
        #expect(news?["pendingRequests"]?.arrayValue?.count == 1, "\(done.text)")
      }
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  private func handle(_ client: Conversation, _ held: HeldAttempt) throws -> JSONValue {
    let made = try client.result(
      1, Modern.call(1, "tasks_wait", wait(held), capabilities: Modern.tasksAndForms))
    #expect(made["resultType"] == "task", "\(made.text)")
    return try #require(made["taskId"])
  }

  private func state(_ client: Conversation, _ handle: JSONValue) throws -> JSONValue {
    try client.result(
      2,
      Modern.request(2, "tasks/get", #""taskId":\#(handle.text)"#, capabilities: Modern.tasks))
  }

  private func update(
    _ client: Conversation, _ handle: JSONValue, _ responses: String
  ) throws {
    let params = #""taskId":\#(handle.text),"inputResponses":{\#(responses)}"#
    _ = try client.result(
      3, Modern.request(3, "tasks/update", params, capabilities: Modern.tasks))
  }

  @Test func aHandleAsksUntilItIsAnsweredAndGoesOn() throws {
    try withQuestion { held, agent in
      let client = try Conversation(store: held.desk.store)
      let handle = try handle(client, held)
      for _ in 0..<2 {
        let asking = try state(client, handle)
        #expect(asking["status"] == "input_required")
        expectForm(asking["inputRequests"]?[key(held)]?["params"])
        // What fits no option is no answer.
        try update(
          client, handle,
          #""\#(key(held))":{"action":"accept","content":{"answer":"x"}},"u":{"#
            + #""action":"cancel"}"#)
      }
      try update(
        client, handle, #""\#(key(held))":{"action":"accept","content":{"answer":"blue"}}"#)
      #expect(try answer(agent) == "blue")
      #expect(try state(client, handle)["status"] == "working")
      // Answering again changes nothing.
      try update(client, handle, #""\#(key(held))":{"action":"decline"}"#)
      try writeFile(held.desk.folder + "/go", "")
      let ends = try eventually { try state(client, handle)["status"] == "completed" }
      #expect(ends)
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  @Test func aHandleWhoseQuestionIsTurnedAwayEndsWithIt() throws {
    try withQuestion { held, _ in
      let client = try Conversation(store: held.desk.store)
      let handle = try handle(client, held)
      try update(client, handle, #""\#(key(held))":{"action":"decline"}"#)
      let ended = try state(client, handle)
      #expect(ended["status"] == "completed")
      let news = ended["result"]?["structuredContent"]?["changed"]?.arrayValue?.first
      #expect(news?["pendingRequests"]?.arrayValue?.count == 1, "\(ended.text)")
      // Nor is it asked again by another.
      let other = try self.handle(client, held)
      #expect(try state(client, other)["status"] == "completed")
      #expect(try client.finish() == .exited(code: 0))
    }
  }
}

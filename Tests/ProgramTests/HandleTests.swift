import JSON
import Posix
import TestSupport
import Testing

/// Checks the wait handles of the tasks extension on real tasks.
struct HandleTests {
  private static func handle(
    _ conversation: Conversation, _ task: String, id: Int = 1
  ) throws -> String {
    let result = try conversation.result(
      id, Modern.wait(id, task, seconds: 40, capabilities: Modern.tasks))
    #expect(result["resultType"] == "task", "\(result.text)")
    return try #require(result["taskId"]?.stringValue)
  }

  private static func request(_ id: Int, _ method: String, _ handle: String) -> String {
    Modern.request(
      id, method, #""taskId":"\#(handle)","inputResponses":{"unknown":{"action":"cancel"}}"#,
      capabilities: Modern.tasks)
  }

  private static func state(
    _ conversation: Conversation, _ handle: String, id: Int = 2
  ) throws -> JSONValue {
    try conversation.result(id, request(id, "tasks/get", handle))
  }

  /// Asks until the wait has ended; the server does not block on it.
  private static func end(_ conversation: Conversation, _ handle: String) throws -> JSONValue {
    var last = JSONValue.null
    let hasEnded = try eventually {
      last = try state(conversation, handle)
      return last["status"] != "working"
    }
    #expect(hasEnded, "\(last.text)")
    return last
  }

  @Test func aHandleIsGivenOnlyWhereThisRequestTakesItAndResolvesAtOnce() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let made = try conversation.result(
          1, Modern.wait(1, task, seconds: 40, capabilities: Modern.tasks))
        #expect(
          Set(made.objectValue?.keys ?? []) == [
            "resultType", "taskId", "status", "statusMessage", "createdAt", "lastUpdatedAt",
            "ttlMs", "pollIntervalMs", "_meta",
          ])
        #expect(made["resultType"] == "task" && made["status"] == "working")
        guard case .integer? = made["ttlMs"], case .integer? = made["pollIntervalMs"] else {
          Issue.record("\(made.text)")
          return
        }
        let handle = try #require(made["taskId"]?.stringValue)
        // At least 128 bits, and not the task's own id.
        #expect(handle.utf8.count >= 5 + 22 && !handle.contains(task))
        let state = try Self.state(conversation, handle)
        #expect(state["resultType"] == "complete" && state["status"] == "working")
        #expect(state["taskId"] == made["taskId"] && state["result"] == nil)
        let plain = try conversation.result(3, Modern.wait(3, task, seconds: 1))
        #expect(plain["resultType"] == "complete")
        #expect(plain["structuredContent"]?["timedOut"] == true)
      }
    }
  }

  @Test func aSessionsClaimOfTheExtensionCountsForNothing() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        _ = try conversation.result(1, Legacy.initialize(1, capabilities: Modern.tasks))
        let wait = #""name":"tasks_wait","arguments":{"task_ids":["\#(task)"],"timeout_sec":1}"#
        // Nor does the task parameter of 2025-11-25, which we do not offer.
        let result = try conversation.result(
          2, Legacy.request(2, "tools/call", wait + #","task":{"ttl":60000}"#))
        #expect(result["structuredContent"]?["timedOut"] == true)
        #expect(result["task"] == nil && result["taskId"] == nil)
        let handle = try Self.handle(conversation, task, id: 3)
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
          let refused = try conversation.ask(
            4, Legacy.request(4, method, #""taskId":"\#(handle)""#))
          #expect(refused["error"]?["code"] == -32601, "\(method)")
        }
      }
    }
  }

  @Test func aMissingExtensionIsNamed() throws {
    try withConversation { conversation, _ in
      for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let line = Modern.request(1, method, #""taskId":"wait_x","inputResponses":{}"#)
        let data = try conversation.ask(1, line)["error"]?["data"]
        #expect(
          data?["requiredCapabilities"]
            == ["extensions": ["io.modelcontextprotocol/tasks": [:]]], "\(method)")
      }
    }
  }

  /// How a task ends, and what its handle then says.
  static let endings: [(script: String, isError: Bool)] = [("true", false), ("exit 3", true)]

  @Test(arguments: endings)
  func anEndedHandleCarriesWhatTheCallWouldHaveReturned(
    _ script: String, _ isError: Bool
  ) throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let task = try conversation.createShellTask(script, in: folder)
      let waited = try Self.end(conversation, try Self.handle(conversation, task))
      let created = try conversation.result(
        5,
        Modern.call(
          5, "tasks_create",
          #"{"brief":"\#(script)","profile":"shell","workspace":"none","wait":true}"#,
          capabilities: Modern.tasks))
      #expect(created["resultType"] == "task")
      let made = try Self.end(
        conversation, try #require(created["taskId"]?.stringValue))
      for (tool, state) in [("tasks_wait", waited), ("tasks_create", made)] {
        #expect(state["status"] == "completed" && state["resultType"] == "complete")
        #expect(state["error"] == nil && state["inputRequests"] == nil)
        let result = try #require(state["result"], "\(state.text)")
        #expect((result["isError"] == true) == isError)
        #expect((result["structuredContent"] == nil) == isError)
        guard let structured = result["structuredContent"] else { continue }
        let promise = try #require(ToolContract.outputs[tool])
        #expect(try WireSchemas.faults(in: structured, schema: promise, named: tool).isEmpty)
      }
    }
  }

  @Test func aTaskThatExpiredIsToldAsTheCallWould() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { held in
        // One directory has one writer, so the second waits for the first.
        let arguments: JSONValue = [
          "brief": "true", "profile": "shell", "directory": .string(folder), "expires_in_sec": 1,
          "wait": true,
        ]
        let made = try conversation.result(
          5, Modern.call(5, "tasks_create", arguments.text, capabilities: Modern.tasks))
        let state = try Self.end(conversation, try #require(made["taskId"]?.stringValue))
        #expect(state["status"] == "completed" && state["error"] == nil)
        #expect(state["result"]?["isError"] == true)
        let text = state["result"]?["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        #expect(text.hasPrefix("[task_expired] "), "\(state.text)")
        #expect(
          try conversation.call("tasks_get", ["task_id": .string(held)])["status"] == "running")
      }
    }
  }

  @Test func aWaitWhoseResultIsLostHasFailedAndSaysSo() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let task = try conversation.createShellTask("true", in: folder)
      let handle = try Self.handle(conversation, task)
      #expect(try Self.end(conversation, handle)["status"] == "completed")
      // What the wait came to is stored as content; here it vanishes.
      let blobs = try Program.run(
        [folder + "/store/blobs", "-type", "f", "-print", "-delete"], executable: "/usr/bin/find")
      #expect(!blobs.text.isEmpty)
      let state = try Self.state(conversation, handle)
      #expect(state["status"] == "failed" && state["result"] == nil, "\(state.text)")
      #expect(state["error"]?["code"] == -32603)
      #expect(state["error"]?["message"]?.stringValue?.contains("lost") == true)
    }
  }

  @Test func cancellingAWaitIsRepeatableAndLeavesTheWork() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let handle = try Self.handle(conversation, task)
        let acknowledgements = try conversation.say([
          Self.request(3, "tasks/update", handle), Self.request(4, "tasks/cancel", handle),
          Self.request(5, "tasks/cancel", handle),
        ])
        for answer in acknowledgements {
          #expect(answer["result"]?.objectValue?.keys == ["resultType", "_meta"], "\(answer.text)")
        }
        #expect(acknowledgements.count == 3)
        #expect(try Self.state(conversation, handle)["status"] == "cancelled")
        let late = try conversation.result(6, Self.request(6, "tasks/cancel", handle))
        #expect(late["resultType"] == "complete")
        let status = try conversation.call("tasks_get", ["task_id": .string(task)])["status"]
        #expect(status == "running")
      }
    }
  }

  @Test func answersNobodyAskedForChangeNothing() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let handle = try Self.handle(conversation, task)
        _ = try conversation.result(3, Self.request(3, "tasks/update", handle))
        #expect(try Self.state(conversation, handle)["status"] == "working")
      }
    }
  }

  @Test func cancellingTheHandleOfACreationCancelsTheWork() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let arguments: JSONValue = [
        "brief": .string(HeldTask.script(in: folder)), "profile": "shell", "name": "held",
        "directory": .string(folder), "wait": true,
      ]
      let made = try conversation.result(
        1, Modern.call(1, "tasks_create", arguments.text, capabilities: Modern.tasks))
      let handle = try #require(made["taskId"]?.stringValue)
      _ = try conversation.result(2, Self.request(2, "tasks/cancel", handle))
      let isOver = try eventually {
        try conversation.call("tasks_get", ["task_id": "held"])["status"] == "cancelled"
      }
      #expect(isOver)
      #expect(try Self.state(conversation, handle)["status"] == "cancelled")
    }
  }

  @Test(arguments: [true, false])
  func aHandleOutlivesItsServer(_ isKilled: Bool) throws {
    try withTemporaryDirectory { folder in
      let first = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let task = try first.createHeldTask(in: folder)
      let handle = try Self.handle(first, task)
      if isKilled {
        #expect(try first.server.process.signal(.kill))
      } else {
        #expect(try first.finish() == .exited(code: 0))
      }
      let second = try Conversation(store: folder + "/store")
      #expect(try Self.state(second, handle)["status"] == "working")
      try HeldTask.release(in: folder)
      let ended = try Self.end(second, handle)
      #expect(ended["status"] == "completed")
      let changed = ended["result"]?["structuredContent"]?["changed"]?.arrayValue ?? []
      #expect(changed.map { $0["id"] } == [.string(task)])
      #expect(try second.finish() == .exited(code: 0))
    }
  }

  /// Takes away what belongs to the message, and where the store stood when it was written.
  private static func lasting(_ state: JSONValue) -> JSONObject {
    var members = state.objectValue ?? [:]
    for key in ["_meta", "resultType"] { members[key] = nil }
    var structured = state["result"]?["structuredContent"]?.objectValue ?? [:]
    structured["cursor"] = nil
    members["result"] = .object(structured)
    return members
  }

  @Test func aWatcherIsToldWhatAskingWouldTell() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let handle = try Self.handle(conversation, task)
        let ack = try conversation.say([
          Modern.listen(
            #""w""#, #"{"taskIds":["\#(handle)","wait_none"]}"#, capabilities: Modern.tasks)
        ])
        #expect(ack.first?["params"]?["notifications"] == ["taskIds": [.string(handle)]])
        try HeldTask.release(in: folder)
        let told = try conversation.next {
          $0["method"] == "notifications/tasks" && $0["params"]?["status"] != "working"
        }
        let params = try #require(told["params"])
        #expect(params["_meta"] == ["io.modelcontextprotocol/subscriptionId": "w"])
        let asked = try Self.state(conversation, handle)
        #expect(Self.lasting(params) == Self.lasting(asked))
      }
    }
  }
}

import JSON
import JSONRPC
import MCP
import Posix
import Synchronization
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks the whole server in a conversation: what clients get of tools, waits, resources, prompts.
struct ServerTests {
  @Test func aServerThatNobodyAsksOpensNothing() throws {
    try withHouse { house in
      try withClient(of: house) { client in
        let found = try client.call("server/discover")
        #expect(found["instructions"] == .string(Instructions.text))
        #expect(found["capabilities"]?["extensions"]?[MetaKey.tasksExtension] != nil)
        #expect(
          try client.call("tools/list")["tools"]?.arrayValue?.count
            == Toolbox(house.workshop).operations.count)
        #expect(try client.call("prompts/list")["prompts"]?.arrayValue?.count == 4)
      }
      #expect(try RealFileSystem().exists(house.storeRoot) == false)
    }
  }

  @Test func aChangeIsDurableAndARunnerAskedForBeforeTheAnswer() throws {
    try withCommandsAllowed { house in
      try withClient(of: house) { client in
        let task = try client.tool("tasks_create", ["brief": "x", "profile": "shell"])
        let id = try #require(task["id"]?.stringValue)
        #expect(try TaskStore.open(house.storeRoot).task(TaskReference(id)).status == .queued)
        #expect(task["createdBy"] == ["kind": "client", "name": "tests 1"])
        #expect(house.runners.number == 1)
      }
    }
  }

  @Test func aNewServerSettlesWhatACrashHasLeft() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try withClient(of: house) { client in
        let shown = try client.tool("tasks_get", ["task_id": .string(task.spec.name)])
        #expect(shown["status"] == "failed")
        #expect(shown["statusReason"] == "interrupted")
        #expect(shown["statusMessage"]?.stringValue?.isEmpty == false)
      }
    }
  }

  @Test func onlyARequestThatDeclaresTheExtensionGetsAHandle() throws {
    try withHouse { house in
      let task: JSONValue = .string(try house.task().spec.name)
      try withClient(of: house) { client in
        let arguments: JSONObject = ["task_ids": [task], "timeout_sec": 1]
        let made = try client.callTool("tasks_wait", arguments, declaring: true)
        #expect(made["resultType"] == "task")
        #expect(made["status"] == "working")
        #expect(made["statusMessage"]?.stringValue?.hasSuffix("is queued") == true)
        #expect(made["pollIntervalMs"] == 2_000)
        #expect(made["ttlMs"]?.intValue != nil)
        let plain = try client.callTool("tasks_wait", arguments, declaring: false)
        #expect(plain["structuredContent"]?["timedOut"] == true)
      }
    }
  }

  @Test func aHandleOutlivesTheServerAndEndsWithTheTask() throws {
    try withHouse { house in
      let task = try house.task()
      let name: JSONValue = .string(task.spec.name)
      var handle: JSONValue = .null
      try withClient(of: house) { client in
        handle = try #require(
          client.callTool("tasks_wait", ["task_ids": [name]], declaring: true)["taskId"])
      }
      try house.end(try house.start(task), summary: "fine")
      try withClient(of: house) { client in
        let state = try client.call("tasks/get", ["taskId": handle], declaring: true)
        #expect(state["status"] == "completed")
        let content = try #require(state["result"]?["structuredContent"])
        #expect(content["changed"]?.arrayValue?.first?["resultSummary"] == "fine")
        let promise = try #require(house.toolbox["tasks_wait"]?.tool.entry["outputSchema"])
        #expect(try Schema(promise).validate(content).isEmpty)
        // A later change does not bring the wait back.
        try house.call("tasks_artifacts_upload", ["task_id": name, "text": "more"])
        let again = try client.call("tasks/get", ["taskId": handle], declaring: true)
        #expect(again["status"] == "completed")
      }
    }
  }

  @Test(arguments: ["needs_me", "change"])
  func whatAWaitCameToIsTheSameHoweverTheTaskGoesOn(_ until: String) throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let arguments: JSONObject = [
        "task_ids": [.string(task.spec.name)], "until": .string(until),
      ]
      var handle: JSONValue = .null
      var first: JSONValue = .null
      // Somebody owns the attempt, or the next server would settle it.
      let lock = try house.store().lockAttempt(task.id, 1)
      try withClient(of: house) { client in
        handle = try #require(client.callTool("tasks_wait", arguments, declaring: true)["taskId"])
        let question = InputRequest(
          requestId: "q", attemptN: 1, question: "Which?", askedAt: .now)
        try house.tell(task, .inputRequested(question))
        first = try client.call("tasks/get", ["taskId": handle], declaring: true)
        #expect(first["status"] == "completed")
        let changed = first["result"]?["structuredContent"]?["changed"]?.arrayValue
        #expect(changed?.first?["pendingRequests"]?.arrayValue?.count == 1)
      }
      let steps: [() throws -> Void] = [
        { try house.tell(task, .inputAnswered(requestId: "q", answer: "this")) },
        { try house.end(task, .failed(AttemptError(.agentCrashed, "It fell over."))) },
        { try house.store().compactIfWorthwhile(always: true) },
      ]
      for step in steps {
        try step()
        try withClient(of: house) { client in
          let again = try client.call("tasks/get", ["taskId": handle], declaring: true)
          #expect(again == first)
          _ = try client.call("tasks/cancel", ["taskId": handle], declaring: true)
        }
      }
      _ = consume lock
    }
  }

  @Test(arguments: [true, false])
  func cancellingAHandleCancelsTheWorkOnlyWhereItMadeIt(_ isOfCreating: Bool) throws {
    try withCommandsAllowed { house in
      let other = try house.task()
      try withClient(of: house) { client in
        let made =
          isOfCreating
          ? try client.callTool(
            "tasks_create", ["brief": "x", "profile": "shell", "wait": true], declaring: true)
          : try client.callTool(
            "tasks_wait", ["task_ids": [.string(other.spec.name)]], declaring: true)
        let handle = try #require(made["taskId"])
        for _ in 0..<2 { _ = try client.call("tasks/cancel", ["taskId": handle], declaring: true) }
        let state = try client.call("tasks/get", ["taskId": handle], declaring: true)
        #expect(state["status"] == "cancelled")
        let counts = try house.call("tasks_list", ["view": "all"])["counts"]
        #expect(counts == (isOfCreating ? ["queued": 1, "cancelled": 1] : ["queued": 1]))
      }
    }
  }

  @Test func theFailureOfTheOnlyTaskIsTheFailureOfTheWait() throws {
    try withHouse { house in
      let task = try house.task()
      try withClient(of: house) { client in
        let handle = try #require(
          client.callTool("tasks_wait", ["task_ids": [.string(task.spec.name)]], declaring: true)[
            "taskId"])
        try house.end(
          try house.start(task), .failed(AttemptError(.agentCrashed, "It fell over.")))
        let state = try client.call("tasks/get", ["taskId": handle], declaring: true)
        #expect(state["status"] == "completed")
        #expect(state["result"]?["isError"] == true)
        let text = state["result"]?["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        #expect(text.hasPrefix("[task_failed]") && text.contains("It fell over."))
        let unknown = "wait_" + String(repeating: "0", count: 32)
        for method in ["tasks/get", "tasks/cancel"] {
          #expect(throws: (any Error).self) {
            try client.call(method, ["taskId": .string(unknown)], declaring: true)
          }
        }
      }
    }
  }

  @Test func resourcesShowTasksMessagesAndArtifacts() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.say(task, [.text("hello")])
      // Somebody owns it, or the server would settle it.
      let lock = try house.store().lockAttempt(task.id, 1)
      let name: JSONValue = .string(task.spec.name)
      let bound = try house.call(
        "tasks_artifacts_upload", ["task_id": name, "text": "# Report", "title": "report"])
      let cid = try #require(bound["cid"]?.stringValue)
      try withClient(of: house) { client in
        func read(_ uri: String) throws -> JSONValue {
          let contents = try client.call("resources/read", ["uri": .string(uri)])["contents"]
          return try #require(contents?.arrayValue?.first)
        }
        func document(_ uri: String) throws -> JSONValue {
          try JSONValue.parse(read(uri)["text"]?.stringValue ?? "")
        }
        let listed = try client.call("resources/list")["resources"]?.arrayValue
        #expect(
          listed?.map { $0["uri"] } == ["errand://tasks", .string("errand://tasks/\(task.id)")])
        #expect(try document("errand://tasks")["total"] == 1)
        #expect(try document("errand://tasks/\(task.spec.name)")["status"] == "running")
        let messages = try document("errand://tasks/\(task.id)/attempts/1/messages")
        #expect(messages["items"]?.arrayValue?.first?["payload"] == ["text": "hello"])
        let artifact = try read("errand://artifacts/\(cid)")
        #expect(artifact["text"] == "# Report")
        #expect(artifact["mimeType"] == "text/plain")
        for missing in [
          "errand://tasks/none", "errand://tasks/\(task.id)/attempts/2/messages",
          "errand://tasks/../x", "errand://other", "file:///etc/passwd",
          "errand://artifacts/\(ContentID(raw: [1, 2, 3]))",
        ] {
          #expect(throws: (any Error).self, "\(missing)") { try read(missing) }
        }
        let completed = try client.call(
          "completion/complete",
          [
            "ref": ["type": "ref/resource", "uri": "errand://tasks/{id}"],
            "argument": ["name": "id", "value": .string(String(task.spec.name.prefix(3)))],
          ])
        #expect(completed["completion"]?["values"] == [name])
      }
      _ = consume lock
    }
  }

  @Test func listenersHearOfTheTasksTheyNamedAndOfTheirHandles() throws {
    try withHouse { house in
      let (task, other) = (try house.task("one"), try house.task("two"))
      let heard = Mutex<[String]>([])
      try withClient(
        of: house,
        hearing: { method, params in
          let word = params["uri"]?.stringValue ?? params["status"]?.stringValue
          heard.withLock { $0.append(word ?? method) }
        }
      ) { client in
        let handle = try #require(
          client.callTool("tasks_wait", ["task_ids": [.string(task.spec.name)]], declaring: true)[
            "taskId"])
        try client.listen([
          "resourceSubscriptions": [.string("errand://tasks/\(task.spec.name)")],
          "taskIds": [handle],
        ])
        #expect(try eventually { heard.withLock { $0.count == 1 } })
        try house.start(other)
        try house.start(task)
        #expect(try eventually { heard.withLock { $0.contains("working") } })
        try house.end(task)
        #expect(try eventually { heard.withLock { $0.contains("completed") } })
        let words = heard.withLock { Set($0.dropFirst()) }
        #expect(words == ["errand://tasks/\(task.spec.name)", "working", "completed"])
      }
    }
  }

  @Test func promptsAreWordsThatNameTheTools() throws {
    try withHouse { house in
      try withClient(of: house) { client in
        for (name, arguments) in [
          ("delegate", ["brief": "paint it", "directory": "/x"]), ("review", ["task": "t-1"]),
          ("fan_out", ["goal": "all of it"]), ("what_needs_me", [:]),
        ] as [(String, [String: String])] {
          let object = JSONObject(arguments.map { (key: $0.key, value: .string($0.value)) })
          let prompt = try client.call(
            "prompts/get", ["name": .string(name), "arguments": .object(object)])
          let text = prompt["messages"]?.arrayValue?.first?["content"]?["text"]?.stringValue ?? ""
          #expect(text.contains("tasks_"))
          for value in arguments.values { #expect(text.contains(value)) }
        }
      }
    }
  }
}

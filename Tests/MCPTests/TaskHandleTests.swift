import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

@Suite struct TaskHandleTests {
  static let exchanges: [Exchange] = [
    Exchange(
      "handles need the extension on the request itself, and must exist",
      ["tasks/get", "tasks/cancel", "tasks/update"].enumerated().flatMap { index, method in
        [
          Modern.request(index * 2, method, #""taskId":"wait_x","inputResponses":{}"#),
          Modern.request(
            index * 2 + 1, method, #""taskId":"wait_x","inputResponses":{}"#,
            capabilities: Modern.tasks),
        ]
      },
      [
        .error(-32021, "0"), .error(-32602, "1"), .error(-32021, "2"), .error(-32602, "3"),
        .error(-32021, "4"), .error(-32602, "5"),
      ]),
    Exchange(
      "tasks/list and tasks/result are not part of the extension",
      [
        Modern.request(1, "tasks/list", capabilities: Modern.tasks),
        Modern.request(2, "tasks/result", capabilities: Modern.tasks),
        Modern.request(3, "tasks/get", #""taskId":5"#, capabilities: Modern.tasks),
      ], [.error(-32601, "1"), .error(-32601, "2"), .error(-32602, "3")]),
  ]

  @Test(arguments: exchanges) func everyExchangeGoesAsTold(_ exchange: Exchange) throws {
    try exchange.play()
  }

  private func get(_ id: Int, _ handle: String = "wait_0") -> String {
    Modern.request(id, "tasks/get", #""taskId":"\#(handle)""#, capabilities: Modern.tasks)
  }

  @Test func theMissingExtensionIsNamed() throws {
    try withServer { server in
      try server.send([Modern.request(1, "tasks/get", #""taskId":"x""#)])
      #expect(
        try server.answer(1)["error"]?["data"]
          == ["requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]])
    }
  }

  @Test func aHandleIsGivenOnlyWhereThisRequestTakesIt() throws {
    try withServer { server in
      let handle = try server.ask(1, Modern.call(1, "start_wait", capabilities: Modern.tasks))
      #expect(
        handle.objectValue?.keys == [
          "resultType", "taskId", "status", "statusMessage", "createdAt", "lastUpdatedAt",
          "ttlMs", "pollIntervalMs", "_meta",
        ])
      #expect(handle["resultType"] == "task" && handle["taskId"] == "wait_0")
      #expect(handle["ttlMs"] == 3_600_000 && handle["pollIntervalMs"] == 2000)
      // Found at once, and told in the same words.
      let state = try server.ask(2, get(2))
      #expect(state["resultType"] == "complete" && state["status"] == "working")
      let plain = try server.ask(3, Modern.call(3, "start_wait"))
      #expect(plain["structuredContent"]?["outcome"] == "no handle")
      let rude = try server.ask(4, Modern.call(4, "start_wait", #"{"rude":true}"#))
      #expect(rude["resultType"] == "complete" && rude["isError"] == true)
    }
  }

  @Test func aLegacySessionIsGivenNoHandles() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, capabilities: Modern.tasks), Legacy.call(2, "start_wait"),
      ])
      let outcome = try server.result(2)["structuredContent"]?["outcome"]
      #expect(outcome == "no handle")
    }
  }

  @Test func eachPhaseCarriesItsOwn() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      _ = try server.ask(1, Modern.call(1, "start_wait", capabilities: Modern.tasks))
      let said = EchoTool.Output(said: "x")
      let failure = ToolFailure(code: "not_found", summary: "Gone.")
      let phases: [(WaitHandleState.Phase, String, String?)] = [
        (.working, "working", nil),
        (.inputRequired(["k": approval, "all": questionnaire]), "input_required", "inputRequests"),
        (.completed(ToolResult(said)), "completed", "result"),
        (.completed(.failure(failure)), "completed", "result"),
        (.completed(.content([.text("plain")])), "completed", "result"),
        (.failed(.internalError()), "failed", "error"), (.cancelled, "cancelled", nil),
      ]
      for (index, (phase, status, member)) in phases.enumerated() {
        fixture.handles.set("wait_0", phase)
        let state = try server.ask(10 + index, get(10 + index))
        #expect(state["status"]?.stringValue == status)
        for key in ["inputRequests", "result", "error"] {
          #expect((state[key] != nil) == (key == member), "\(status) \(key)")
        }
        if index == 2 { #expect(state["result"]?["structuredContent"] == ["said": "x"]) }
        if index == 3 { #expect(state["result"]?["isError"] == true) }
      }
    }
  }

  @Test func answersGoToOpenQuestionsOnly() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      _ = try server.ask(1, Modern.call(1, "start_wait", capabilities: Modern.tasks))
      fixture.handles.set("wait_0", .inputRequired(["k1": approval, "k2": approval]))
      func update(_ id: Int, _ responses: String) -> String {
        Modern.request(
          id, "tasks/update", #""taskId":"wait_0","inputResponses":\#(responses)"#,
          capabilities: Modern.tasks)
      }
      let commits = fixture.state.withLock { $0.commits }
      let ack = try server.ask(
        2,
        update(2, #"{"k1":{"action":"accept","content":{"ok":true}},"other":{"action":"cancel"}}"#))
      #expect(ack.objectValue?.keys == ["resultType", "_meta"])
      #expect(fixture.state.withLock { $0.commits } == commits + 1)
      #expect(fixture.handles.answers.withLock { $0 } == ["k1": .accepted(["ok": true])])
      let state = try server.ask(3, get(3))
      #expect(state["inputRequests"]?.objectValue?.keys == ["k2"])
      for (index, bad) in ["5", #"{"k2":5}"#, #"{"k2":{"action":"hm"}}"#].enumerated() {
        try server.send([update(20 + index, bad)])
        #expect(try server.code(.integer(20 + index)) == -32602)
      }
      _ = try server.ask(4, update(4, #"{"k2":{"action":"decline"}}"#))
      #expect(try server.ask(5, get(5))["status"] == "working")
    }
  }

  @Test func cancellingIsRepeatable() throws {
    try withServer { server in
      _ = try server.ask(1, Modern.call(1, "start_wait", capabilities: Modern.tasks))
      for id in 2...4 {
        let ack = try server.ask(
          id,
          Modern.request(
            id, "tasks/cancel", #""taskId":"wait_0""#, capabilities: Modern.tasks))
        #expect(ack["resultType"] == "complete")
      }
      #expect(try server.ask(5, get(5))["status"] == "cancelled")
    }
  }

  @Test func aWatcherIsToldWhatAskingWouldTell() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      _ = try server.ask(1, Modern.call(1, "start_wait", capabilities: Modern.tasks))
      try server.send([
        Modern.listen(#""w""#, #"{"taskIds":["wait_0","wait_9"]}"#, capabilities: Modern.tasks)
      ])
      let ack = try server.line { $0["method"] == "notifications/subscriptions/acknowledged" }
      #expect(ack["params"]?["notifications"] == ["taskIds": ["wait_0"]])
      fixture.handles.set("wait_0", .completed(ToolResult(EchoTool.Output(said: "x"))))
      try server.server.taskChanged("wait_0")
      try server.server.taskChanged("wait_9")
      let told = try server.line { $0["method"] == "notifications/tasks" }
      var params = try #require(told["params"]?.objectValue)
      #expect(params["_meta"] == ["io.modelcontextprotocol/subscriptionId": "w"])
      params["_meta"] = nil
      var asked = try #require(try server.ask(2, get(2)).objectValue)
      asked["_meta"] = nil
      asked["resultType"] = nil
      #expect(params == asked)
    }
  }

  @Test func anEndIsToldOnceAlsoToWhoCameLate() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      _ = try server.ask(1, Modern.call(1, "start_wait", capabilities: Modern.tasks))
      _ = try server.ask(2, Modern.call(2, "start_wait", capabilities: Modern.tasks))
      fixture.handles.set("wait_0", .completed(ToolResult(EchoTool.Output(said: "x"))))
      try server.send([
        Modern.listen(#""w""#, #"{"taskIds":["wait_0","wait_1"]}"#, capabilities: Modern.tasks)
      ])
      func tells(_ handle: JSONValue, _ line: JSONValue) -> Bool {
        line["method"] == "notifications/tasks" && line["params"]?["taskId"] == handle
      }
      let late = try server.line { tells("wait_0", $0) }
      #expect(late["params"]?["status"] == "completed")
      try server.server.taskChanged("wait_0")
      try server.server.taskChanged("wait_1")
      _ = try server.line { tells("wait_1", $0) }
      #expect(server.lines.count { tells("wait_0", $0) } == 1)
    }
  }

  @Test func questionsFirstThenAHandle() throws {
    try withServer { server in
      let arguments = #"{"handle":true}"#
      let asked = try server.ask(
        1, Modern.call(1, "ask_two", arguments, capabilities: Modern.tasksAndForms))
      let state = try #require(asked["requestState"]).text
      let accept = #"{"action":"accept","content":{"ok":true}}"#
      let more =
        #","inputResponses":{"first":\#(accept),"second":\#(accept)},"requestState":\#(state)"#
      let handle = try server.ask(
        2, Modern.call(2, "ask_two", arguments, more: more, capabilities: Modern.tasksAndForms))
      #expect(handle["resultType"] == "task")
      #expect(handle["requestState"] == nil && handle["inputRequests"] == nil)
    }
  }
}

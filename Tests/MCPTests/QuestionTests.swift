import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

@Suite struct QuestionTests {
  private func responses(_ answers: String, _ state: JSONValue?) -> String {
    let sealed = state.map { #","requestState":\#($0.text)"# } ?? ""
    return #","inputResponses":\#(answers)"# + sealed
  }

  private func outcome(_ result: JSONValue) -> JSONValue? {
    result["structuredContent"]?["outcome"]
  }

  @Test func aQuestionGoesToTheUserAndItsAnswerComesBack() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      let asked = try server.ask(1, Modern.call(1, "elicit_ok", capabilities: Modern.forms))
      #expect(asked["resultType"] == "input_required")
      #expect(asked["ttlMs"] == nil)
      let request = asked["inputRequests"]?["approve"]
      #expect(request?["method"] == "elicitation/create")
      #expect(request?["params"]?["mode"] == "form")
      #expect(request?["params"]?["message"] == "Approve it?")
      #expect(
        request?["params"]?["requestedSchema"] == [
          "type": "object", "properties": ["ok": ["type": "boolean", "title": "OK?"]],
          "required": ["ok"],
        ])
      let answers = responses(
        #"{"approve":{"action":"accept","content":{"ok":true}},"extra":{}}"#,
        asked["requestState"])
      let done = try server.ask(
        2, Modern.call(2, "elicit_ok", more: answers, capabilities: Modern.forms))
      #expect(done["resultType"] == "complete" && outcome(done) == "ok true")
      #expect(fixture.state.withLock { $0.states } == [["step": 1]])
    }
  }

  @Test(arguments: ["{}", #"{"elicitation":{"url":{}}}"#, #"{"elicitation":true}"#])
  func withoutFormsTheToolDoesWithoutTheUser(_ capabilities: String) throws {
    try withServer { server in
      let result = try server.ask(1, Modern.call(1, "elicit_ok", capabilities: capabilities))
      #expect(outcome(result) == "unavailable")
      let asked = try server.ask(2, Modern.call(2, "ask_two", capabilities: capabilities))
      #expect(asked["isError"] == true)
      let text = asked["content"]?.arrayValue?.first?["text"]?.stringValue
      #expect(text?.hasPrefix("[needs_input] ") == true)
    }
  }

  @Test(arguments: ["decline", "cancel"])
  func aRefusalIsFinalOnThisConnection(_ action: String) throws {
    try withServer { server in
      let asked = try server.ask(1, Modern.call(1, "elicit_ok", capabilities: Modern.forms))
      let answers = responses(
        #"{"approve":{"action":"\#(action)"}}"#, asked["requestState"])
      let refused = action == "decline" ? "declined" : "cancelled"
      let done = try server.ask(
        2, Modern.call(2, "elicit_ok", more: answers, capabilities: Modern.forms))
      #expect(outcome(done)?.stringValue == refused)
      let again = try server.ask(3, Modern.call(3, "elicit_ok", capabilities: Modern.forms))
      #expect(outcome(again)?.stringValue == refused)
      // Another question is another question.
      let other = try server.ask(
        4, Modern.call(4, "elicit_ok", #"{"key":"other"}"#, capabilities: Modern.forms))
      #expect(other["resultType"] == "input_required")
    }
  }

  @Test func aRefusedQuestionOfSeveralIsNotAskedAgain() throws {
    try withServer { server in
      let asked = try server.ask(1, Modern.call(1, "ask_two", capabilities: Modern.forms))
      let answers = responses(#"{"first":{"action":"decline"}}"#, asked["requestState"])
      _ = try server.ask(2, Modern.call(2, "ask_two", more: answers, capabilities: Modern.forms))
      let again = try server.ask(3, Modern.call(3, "ask_two", capabilities: Modern.forms))
      #expect(again["isError"] == true)
      let text = again["content"]?.arrayValue?.first?["text"]?.stringValue
      #expect(text?.hasPrefix("[declined] ") == true)
    }
  }

  @Test(arguments: [
    #"{}"#, #"{"other":{"action":"accept"}}"#, #"{"approve":{"action":"accept","content":{}}}"#,
    #"{"approve":{"action":"accept","content":{"ok":"yes"}}}"#, #"{"approve":{"action":"hm"}}"#,
  ])
  func aMissingAnswerIsAskedForAgain(_ answers: String) throws {
    try withServer { server in
      let asked = try server.ask(1, Modern.call(1, "elicit_ok", capabilities: Modern.forms))
      let again = try server.ask(
        2,
        Modern.call(
          2, "elicit_ok", more: responses(answers, asked["requestState"]),
          capabilities: Modern.forms))
      #expect(again["resultType"] == "input_required")
    }
  }

  @Test(arguments: ["5", "[]", #""x""#, #"{"approve":5}"#, #"{"approve":[]}"#])
  func answersOfTheWrongTypeAreAProtocolError(_ answers: String) throws {
    try withServer { server in
      try server.send([
        Modern.call(1, "elicit_ok", more: responses(answers, nil), capabilities: Modern.forms)
      ])
      #expect(try server.code(1) == -32602)
    }
  }

  @Test func aStateIsGoodForItsCallOnlyAndOnlyAsItWasGiven() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      let asked = try server.ask(1, Modern.call(1, "ask_two", capabilities: Modern.forms))
      let state = try #require(asked["requestState"]?.stringValue)
      let flipped = String(state.first == "A" ? "B" : "A") + state.dropFirst()
      let last = state.last == "A" ? "B" : "A"
      let bad: [(String, String, String)] = [
        ("ask_two", "{}", state + "-TAMPERED"), ("ask_two", "{}", String(state.dropLast(4))),
        ("ask_two", "{}", String(state.dropLast(1))), ("ask_two", "{}", state + "="),
        ("ask_two", "{}", flipped), ("ask_two", "{}", state.dropLast() + last),
        ("ask_two", "{}", ""), ("ask_two", "{}", " " + state), ("elicit_ok", "{}", state),
        ("ask_two", #"{"handle":true}"#, state),
      ]
      for (index, (tool, arguments, text)) in bad.enumerated() {
        let id = 10 + index
        try server.send([
          Modern.call(
            id, tool, arguments, more: responses("{}", .string(text)),
            capabilities: Modern.forms)
        ])
        #expect(try server.code(.integer(id)) == -32602, "\(index)")
      }
      try server.send([
        Modern.call(5, "ask_two", more: #","requestState":5"#, capabilities: Modern.forms)
      ])
      #expect(try server.code(5) == -32602)
      fixture.state.update { $0.now += 2 * 60 * 60 * 1000 }
      let late = responses("{}", .string(state))
      try server.send([Modern.call(6, "ask_two", more: late, capabilities: Modern.forms)])
      #expect(try server.code(6) == -32602)
    }
  }

  @Test func aStateOutlivesTheServerThatGaveIt() throws {
    var state: JSONValue?
    try withServer { server in
      state = try server.ask(1, Modern.call(1, "ask_two", capabilities: Modern.forms))[
        "requestState"]
    }
    try withServer { server in
      let accept = #"{"action":"accept","content":{"ok":true}}"#
      let answers = responses(#"{"first":\#(accept),"second":\#(accept)}"#, state)
      let done = try server.ask(
        1, Modern.call(1, "ask_two", more: answers, capabilities: Modern.forms))
      #expect(outcome(done) == "carried")
    }
  }

  static let legacyAnswers = [
    (#""result":{"action":"accept","content":{"ok":false}}"#, "ok false"),
    (#""result":{"action":"decline"}"#, "declined"),
    (#""result":{"action":"cancel"}"#, "cancelled"),
    (#""result":{"action":"accept","content":{"ok":5}}"#, "unavailable"),
    (#""error":{"code":-32601,"message":"no"}"#, "unavailable"),
  ]

  @Test(arguments: legacyAnswers)
  func aLegacyClientIsAskedOverTheWire(_ answer: String, _ expected: String) throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, version: "2025-06-18", capabilities: #"{"elicitation":{}}"#),
        Legacy.initialized, Legacy.call(2, "elicit_ok"),
      ])
      let question = try server.line { $0["method"] == "elicitation/create" }
      let id = try #require(question["id"]?.stringValue)
      #expect(id.hasPrefix("errand-"))
      #expect(question["params"]?["mode"] == nil)
      // A stranger's answer changes nothing.
      try server.send([#"{"jsonrpc":"2.0","id":"errand-99","result":{"action":"decline"}}"#])
      try server.send([#"{"jsonrpc":"2.0","id":"\#(id)",\#(answer)}"#])
      #expect(outcome(try server.result(2))?.stringValue == expected)
      if expected == "declined" || expected == "cancelled" {
        let again = try server.ask(3, Legacy.call(3, "elicit_ok"))
        #expect(outcome(again)?.stringValue == expected)
        #expect(server.lines.count { $0["method"] == "elicitation/create" } == 1)
      }
    }
  }

  static let deaf = [
    ("2025-03-26", #"{"elicitation":{}}"#, true), ("2025-11-25", "{}", true),
    ("2025-11-25", #"{"elicitation":{"url":{}}}"#, true),
    ("2025-11-25", #"{"elicitation":{}}"#, false),
  ]

  @Test(arguments: deaf)
  func aLegacyClientThatCannotBeAskedIsNot(
    _ version: String, _ capabilities: String, _ isReady: Bool
  ) throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, version: version, capabilities: capabilities),
        isReady ? Legacy.initialized : "", Legacy.call(2, "elicit_ok"),
        Legacy.call(3, "ask_two"),
      ])
      #expect(outcome(try server.result(2)) == "unavailable")
      #expect(try server.result(3)["isError"] == true)
      #expect(server.lines.allSatisfy { $0["method"] == nil })
    }
  }

  @Test func aCancelledCallTakesItsQuestionBack() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, capabilities: #"{"elicitation":{"form":{}}}"#),
        Legacy.initialized, Legacy.call(2, "elicit_ok"),
      ])
      let question = try server.line { $0["method"] == "elicitation/create" }
      #expect(question["params"]?["mode"] == "form")
      try server.send([cancelled("2")])
      let back = try server.line { $0["method"] == "notifications/cancelled" }
      #expect(back["params"]?["requestId"] == question["id"])
      #expect(try eventually { server.conversation.workers.count == 0 })
    }
  }
}

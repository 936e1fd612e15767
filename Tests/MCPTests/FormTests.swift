import JSON
import JSONRPC
import MCP
import TestSupport
import Testing

@Suite struct FormTests {
  static let contents: [(String, Bool)] = [
    (#"{"text":"x"}"#, true), (#"{"text":"éééée"}"#, true), (#"{"text":"toolong"}"#, false),
    (#"{}"#, false), (#"{"text":5}"#, false), (#"{"text":null}"#, false),
    (#"{"text":"x","number":9,"flag":false,"one":"b","many":["a","b"]}"#, true),
    (#"{"text":"x","number":1.0,"many":[]}"#, true), (#"{"text":"x","number":0}"#, false),
    (#"{"text":"x","number":1.5}"#, false), (#"{"text":"x","flag":"true"}"#, false),
    (#"{"text":"x","one":"c"}"#, false), (#"{"text":"x","many":["c"]}"#, false),
    (#"{"text":"x","many":"a"}"#, false), (#"{"text":"x","unasked":1}"#, true),
  ]

  @Test(arguments: contents)
  func onlyWhatWasAskedForIsAnAnswer(_ content: String, _ isAnswer: Bool) throws {
    try withServer { server in
      let more = #","inputResponses":{"all":{"action":"accept","content":\#(content)}}"#
      let result = try server.ask(
        1,
        Modern.call(
          1, "elicit_ok", #"{"key":"all"}"#, more: more, capabilities: Modern.forms))
      #expect((result["resultType"] == "complete") == isAnswer)
      if isAnswer {
        let outcome = result["structuredContent"]?["outcome"]?.stringValue
        #expect(outcome == (try JSONValue.parse(content)).text)
      }
    }
  }

  @Test(arguments: [("2025-06-18", false), ("2025-11-25", true)])
  func aVersionIsAskedOnlyInFieldsItKnows(_ version: String, _ isAsked: Bool) throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, version: version, capabilities: #"{"elicitation":{}}"#),
        Legacy.initialized, Legacy.call(2, "elicit_ok", #"{"key":"all"}"#),
      ])
      if isAsked {
        let question = try server.line { $0["method"] == "elicitation/create" }
        let id = try #require(question["id"]).text
        try server.send([#"{"jsonrpc":"2.0","id":\#(id),"result":{"action":"cancel"}}"#])
      }
      let outcome = try server.result(2)["structuredContent"]?["outcome"]
      #expect(outcome == (isAsked ? "cancelled" : "unavailable"))
    }
  }

  static let wrong: [(String, String, String)] = [
    ("2026-07-28", "tools/call", #"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#),
    ("2026-07-28", "tools/list", #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#),
    ("2025-11-25", "tools/call", #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    ("2025-11-25", "ping", #"{"jsonrpc":"2.0","id":null,"result":{}}"#),
    ("2025-11-25", "", #"{"jsonrpc":"2.0","method":"notifications/unheard"}"#),
    ("2025-06-18", "ping", #"{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}"#),
    (
      "2025-03-26", "tools/call",
      #"{"jsonrpc":"2.0","id":1,"result":{"content":"#
        + #"[{"type":"resource_link","uri":"a:b","name":"n"}]}}"#
    ),
    (
      "2024-11-05", "tools/call",
      #"{"jsonrpc":"2.0","id":1,"result":{"content":"#
        + #"[{"type":"audio","data":"","mimeType":"a/b"}]}}"#
    ),
    (
      "2026-07-28", "tasks/get",
      #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"x"}}"#
    ),
  ]

  @Test(arguments: wrong)
  func theJudgeOfAllLinesRefusesWrongOnes(
    _ version: String, _ method: String, _ line: String
  ) throws {
    let faults = try WireSchemas.faults(
      in: try JSONValue.parse(line), version: version, answering: method)
    #expect(!faults.isEmpty)
  }
}

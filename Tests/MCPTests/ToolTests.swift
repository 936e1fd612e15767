import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

@Suite struct ToolTests {
  static let exchanges: [Exchange] = [
    Exchange(
      "protocol faults of a call are protocol errors",
      [
        Modern.call(1, "no_such_tool"), Modern.request(2, "tools/call", #""name":5"#),
        Modern.request(3, "tools/call", #""name":"fail_always","arguments":[]"#),
        Modern.request(4, "tools/call", #""name":"fail_always","arguments":null"#),
        Modern.request(5, "tools/call"), Modern.request(6, "tools/call", #""name":"link_blocks""#),
      ],
      [
        .error(-32602, "1"), .error(-32602, "2"), .error(-32602, "3"), .result("4"),
        .error(-32602, "5"), .result("6"),
      ]),
    Exchange(
      "a list of one page has no cursors",
      ["tools/list", "prompts/list", "resources/list", "resources/templates/list"].enumerated()
        .map { Modern.request($0.offset, $0.element, #""cursor":"???""#) },
      (0..<4).map { .error(-32602, "\($0)") }),
  ]

  @Test(arguments: exchanges) func everyExchangeGoesAsTold(_ exchange: Exchange) throws {
    try exchange.play()
  }

  @Test func theListIsTheSameBytesEachTimeAndSaysEverything() throws {
    try withServer { server in
      try server.send([
        Modern.request(1, "tools/list"), Modern.request(1, "tools/list"), Legacy.initialize(2),
        Legacy.request(3, "tools/list"),
      ])
      let tools = try #require(try server.result(3)["tools"]?.arrayValue)
      let lists = server.rawLines.filter {
        $0.starts(with: Array(#"{"jsonrpc":"2.0","id":1,"#.utf8))
      }
      #expect(lists.count == 2 && lists[0] == lists[1])
      #expect(try server.result(1)["tools"]?.arrayValue == tools)
      #expect(tools.map { $0["name"]?.stringValue }.contains("open_page") == false)
      for tool in tools {
        #expect(tool["description"] != nil && tool["title"] != nil)
        #expect(tool["inputSchema"]?["type"] == "object", "\(tool.text)")
        #expect(tool["annotations"]?.objectValue?.keys.count == 4)
      }
      let write = tools.first { $0["name"] == "write_text" }
      #expect(write?["_meta"] == ["anthropic/alwaysLoad": true])
      #expect(write?["outputSchema"]?["type"] == "object")
      #expect(tools.first { $0["name"] == "link_blocks" }?["outputSchema"] == nil)
    }
  }

  @Test func theContractIsTheList() throws {
    let contract = Fixture().tools.contract
    try withServer { server in
      let shows =
        #"{"extensions":{"io.modelcontextprotocol/ui":"#
        + #"{"mimeTypes":["text/html;profile=mcp-app"]}}}"#
      let all = try server.ask(1, Modern.request(1, "tools/list", capabilities: shows))
      #expect(all["tools"]?.arrayValue == contract.map(\.entry))
      let some = try server.ask(2, Modern.request(2, "tools/list"))
      #expect(some["tools"]?.arrayValue == contract.filter { $0.toolset != "app" }.map(\.entry))
    }
  }

  @Test func aResultIsStructuredAndTheSameAsText() throws {
    try withServer { server in
      let result = try server.ask(
        1, Modern.call(1, "echo_text", #"{"text":"a \"quoted\" \\ é\n line","count":2}"#))
      let said: JSONValue = ["said": #"a "quoted" \ é\#n linea "quoted" \ é\#n line"#]
      #expect(result["structuredContent"] == said)
      #expect(result["content"] == [["type": "text", "text": .string(said.text)]])
      #expect(result["isError"] == false)
    }
  }

  @Test(arguments: [
    (#"{}"#, ["text"]), (#"{"text":5}"#, ["/text"]), (#"{"text":"x","txet":1}"#, ["txet"]),
    (#"{"text":5,"count":99,"other":1}"#, ["/text", "/count", "other"]),
  ])
  func wrongArgumentsAreAllNamedInOneText(_ arguments: String, _ named: [String]) throws {
    try withServer { server in
      let result = try server.ask(1, Modern.call(1, "echo_text", arguments))
      #expect(result["isError"] == true)
      #expect(result["structuredContent"] == nil)
      #expect(result["content"]?.arrayValue?.count == 1)
      let text = try #require(result["content"]?.arrayValue?.first?["text"]?.stringValue)
      let lines = text.split(separator: "\n")
      #expect(lines.first?.hasPrefix("[invalid_arguments] ") == true)
      #expect(lines.last == "Correct the arguments and call echo_text again.")
      #expect(lines.count == named.count + 2, "\(text)")
      for name in named { #expect(lines.dropFirst().dropLast().contains { $0.contains(name) }) }
    }
  }

  @Test func aFailureIsWrittenForTheModel() throws {
    try withServer { server in
      let result = try server.ask(1, Modern.call(1, "fail_always"))
      #expect(result["isError"] == true && result["structuredContent"] == nil)
      #expect(
        result["content"]?.arrayValue?.first?["text"] == """
          [task_validation_failed] The input is not valid.
          /input/brief: expected a string
          two lines
          Call fail_always again.
          """)
    }
  }

  @Test(arguments: Legacy.versions)
  func blocksAVersionDoesNotKnowAreLeftOut(_ version: String) throws {
    try withServer { server in
      try server.send([Legacy.initialize(1, version: version), Legacy.call(2, "link_blocks")])
      let result = try server.result(2)
      let types = result["content"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
      let expected =
        ["text"] + (version >= "2025-03-26" ? ["audio"] : [])
        + (version >= "2025-06-18" ? ["resource_link"] : [])
      #expect(types == expected)
      #expect(result["structuredContent"] == nil)
    }
  }

  @Test func waitingCallsRunAtOnceAndEachIsAnsweredOnce() throws {
    try withServer { server in
      let start = MonotonicTime.now
      try server.send((1...20).map { Modern.call($0, "sleep_ms", #"{"milliseconds":300}"#) })
      for id in 1...20 { _ = try server.result(.integer(id)) }
      // One after the other they would take six seconds.
      #expect(try MonotonicTime.now - start < PromisedTime.bound(.seconds(4)))
      #expect(try server.settle().count == 20)
    }
  }

  @Test func whatIsQuickIsNotHeldUpByWhatWaits() throws {
    try withServer { server in
      try server.send([
        Modern.call(1, "sleep_ms", #"{"milliseconds":60000}"#), Modern.request(2, "tools/list"),
        Modern.call(3, "echo_text", #"{"text":"x"}"#), cancelled("1"),
      ])
      #expect(try server.settle().map { $0["id"] } == [2, 3])
    }
  }

  @Test func anIdInFlightIsTakenOnlyOnce() throws {
    try withServer { server in
      try server.send([
        Modern.call(1, "sleep_ms", #"{"milliseconds":200}"#), Modern.request(1, "tools/list"),
      ])
      let error = try server.line { $0["error"] != nil }
      #expect(error["id"] == 1 && error["error"]?["code"] == -32600)
      let result = try server.line { $0["result"] != nil }
      #expect(result["id"] == 1)
      // Once answered, the id is free again.
      try server.send([Modern.call(1, "echo_text", #"{"text":"again"}"#)])
      _ = try server.line { $0["result"]?["structuredContent"]?["said"] == "again" }
    }
  }

  @Test func theSixtyFifthWaitingCallIsTurnedAway() throws {
    try withServer { server in
      try server.send((1...65).map { Modern.call($0, "sleep_ms", #"{"milliseconds":60000}"#) })
      let result = try server.result(65)
      let text = result["content"]?.arrayValue?.first?["text"]?.stringValue
      #expect(text?.hasPrefix("[busy] ") == true)
      #expect(try server.settle().count == 1)
      try server.send((1...64).map { cancelled("\($0)") })
      #expect(try eventually { server.conversation.workers.count == 0 })
    }
  }

  @Test(arguments: ["4194304", "5000000"])
  func aResultTooLongForALineIsAFailure(_ size: String) throws {
    try withServer { server in
      let result = try server.ask(1, Modern.call(1, "big_text", #"{"size":\#(size)}"#))
      #expect(result["isError"] == true)
      let text = result["content"]?.arrayValue?.first?["text"]?.stringValue
      #expect(text?.hasPrefix("[result_too_large] ") == true)
      _ = try server.ask(2, Modern.call(2, "big_text", #"{"size":1000000}"#))
    }
  }

  @Test func whatChangesIsCommittedOncePerRead() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      try server.send((1...50).map { Modern.call($0, "write_text", #"{"text":"x"}"#) })
      _ = try server.result(50)
      let commits = fixture.state.withLock { $0.commits }
      #expect(commits >= 1 && commits < 25, "\(commits)")
      try server.send([
        Modern.call(51, "echo_text", #"{"text":"x"}"#), Modern.call(52, "fail_always"),
        Modern.call(53, "write_text", #"{"text":5}"#),
      ])
      _ = try server.settle()
      #expect(fixture.state.withLock { $0.commits } == commits)
    }
  }

  @Test(arguments: ["x", "slow"])
  func whatCannotBeMadeDurableIsNotAcknowledged(_ text: String) throws {
    let fixture = Fixture()
    fixture.state.update { $0.commitFails = true }
    try withServer(fixture) { server in
      try server.send([
        Modern.call(1, "echo_text", #"{"text":"kept"}"#),
        Modern.call(2, "write_text", #"{"text":"\#(text)"}"#),
        Modern.call(3, "echo_text", #"{"text":"kept"}"#),
      ])
      for id in [1, 3] {
        #expect(try server.result(.integer(id))["structuredContent"] == ["said": "kept"])
      }
      let failed = try server.result(2)
      #expect(failed["isError"] == true && failed["structuredContent"] == nil)
      #expect(
        failed["content"]?.arrayValue?.first?["text"]
          == "[store_unavailable] The store cannot be written.\nFree some space and try again.")
    }
  }
}

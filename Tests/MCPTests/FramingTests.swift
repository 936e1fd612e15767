import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

@Suite struct FramingTests {
  static let exchanges: [Exchange] = [
    Exchange("bad JSON is a parse error", ["{bad json"], [.error(-32700, nil)]),
    Exchange("blank lines are ignored", ["", "\r", "   ", "\t", "\u{FEFF}"], []),
    Exchange("a CRLF line is a line", [ping("1") + "\r"], [.result("1")]),
    Exchange("a byte order mark is skipped", ["\u{FEFF}" + ping("1")], [.result("1")]),
    Exchange("leading spaces do no harm", ["  " + ping("1")], [.result("1")]),
    Exchange(
      "ids come back to the letter", ids.map(ping), ids.map { .result($0) }),
    Exchange(
      "an id is a string or an integer", ["null", "true", "1.5", "[1]", "{}"].map(ping),
      Array(repeating: .error(-32600, nil), count: 5)),
    Exchange(
      "the version of JSON-RPC is checked",
      [#"{"id":1,"method":"ping"}"#, #"{"jsonrpc":"1.0","id":2,"method":"ping"}"#],
      [.error(-32600, "1"), .error(-32600, "2")]),
    Exchange(
      "the method is a string",
      [#"{"jsonrpc":"2.0","id":1,"method":5}"#, #"{"jsonrpc":"2.0","id":2}"#],
      [.error(-32600, "1"), .error(-32600, "2")]),
    Exchange(
      "params are an object, null or absent",
      [
        #"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
        #"{"jsonrpc":"2.0","id":2,"method":"ping","params":null}"#,
        #"{"jsonrpc":"2.0","id":3,"method":"ping","params":5}"#,
      ], [.error(-32602, "1"), .result("2"), .error(-32602, "3")]),
    Exchange(
      "notifications and responses are never answered",
      [
        #"{"jsonrpc":"2.0","method":"notifications/unknown"}"#,
        #"{"jsonrpc":"2.0","method":"tools/list"}"#,
        #"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}"#,
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}"#,
        #"{"jsonrpc":"2.0","id":5,"result":{}}"#, #"{"jsonrpc":"2.0","result":{}}"#,
        #"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"}}"#,
        #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"}}"#,
      ], []),
    Exchange(
      "an array is refused whole", ["[]", "[" + ping("1") + "]"],
      [.error(-32600, nil), .error(-32600, nil)]),
    Exchange(
      "a batch is served where its version has batches",
      [
        Legacy.initialize(9, version: "2025-03-26"),
        "[" + ping("1") + "," + Legacy.initialized + "," + ping("2") + "]", "[]",
      ], [.result("9"), .result("1"), .result("2"), .error(-32600, nil)]),
    Exchange(
      "a scalar is no message", ["5", #""x""#], [.error(-32600, nil), .error(-32600, nil)]),
    Exchange(
      "deep nesting is refused",
      [String(repeating: "[", count: 10_000), String(repeating: #"{"a":"#, count: 10_000)],
      [.error(-32700, nil), .error(-32700, nil)]),
    Exchange(
      "a key may not come twice",
      [#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#], [.error(-32700, nil)]),
    Exchange(
      "a line over 16 MiB is refused and the next one served",
      [#"{"x":""# + String(repeating: "x", count: 17 << 20) + #""}"#, ping("2")],
      [.error(-32600, nil), .result("2")]),
  ]

  static let ids = [
    "0", #""""#, "-1", #""1""#, "1", "9007199254740993", "123456789012345678901234567890",
    #""é\"\\""#,
  ]

  @Test(arguments: exchanges) func everyExchangeGoesAsTold(_ exchange: Exchange) throws {
    try exchange.play()
  }

  @Test func aRequestMayArriveInPiecesThroughItsCharacters() throws {
    let text = "é\u{2028}🙂\\u0000"
    try withServer { server in
      let line = Modern.call(1, "echo_text", #"{"text":"\#(text)"}"#) + "\n"
      server.note(line)
      let bytes = Array(line.utf8)
      for start in stride(from: 0, to: bytes.count, by: 3) {
        try server.sendBytes(Array(bytes[start..<min(start + 3, bytes.count)]))
      }
      let said = try server.result(1)["structuredContent"]?["said"]?.stringValue
      #expect(said == "é\u{2028}🙂\u{0}")
    }
  }

  @Test func textThatIsNotUTF8IsAParseError() throws {
    try withServer { server in
      let line = Array(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":""#.utf8)
      try server.sendBytes(line + [0xFF, 0xFE] + Array("\"}}\n".utf8))
      let heard = try server.settle()
      #expect(heard.map { $0["error"]?["code"] } == [-32700])
      #expect(heard.first?["id"] == nil)
    }
  }

  @Test func aLoneSurrogateBecomesAReplacementCharacter() throws {
    try withServer { server in
      let result = try server.ask(1, Modern.call(1, "echo_text", #"{"text":"\ud800"}"#))
      #expect(result["structuredContent"]?["said"] == "\u{FFFD}")
    }
  }

  @Test func bigFramesOfManyThreadsStayWhole() throws {
    let fixture = Fixture()
    let server = try TestServer(fixture, reads: false)
    let calls = (1...40).map { Modern.call($0, "big_text", #"{"size":307200}"#) }
    try server.send(calls + [Modern.call(99, "write_text", #"{"text":"x"}"#)])
    // All forty are computed before anybody reads.
    #expect(try eventually { fixture.state.withLock { $0.commits } == 1 })
    #expect(try eventually { server.conversation.workers.count == 0 })
    try server.startReading()
    for id in 1...40 {
      let said = try server.result(.integer(id))["structuredContent"]?["said"]?.stringValue
      #expect(said?.utf8.count == 307_200)
    }
    try server.finish()
  }

  @Test func aClientThatReadsNoMoreIsLeftBehindAtABound() throws {
    var limits = Conversation.Limits()
    limits.queuedBytes = 1 << 20
    let server = try TestServer(limits: limits, reads: false)
    for id in 1...40 {
      try server.send([Modern.call(id, "big_text", #"{"size":100000}"#)])
    }
    #expect(try eventually { server.conversation.outbox.isGone })
    #expect(server.left.withLock { $0 } == [0])
    server.closeInput()
    #expect(server.exitCode(within: .seconds(2)) == 0)
  }

  @Test func aClosedOutputEndsTheServer() throws {
    let server = try TestServer(reads: false)
    server.closeOutput()
    try server.send([ping("1"), Modern.call(2, "sleep_ms", #"{"milliseconds":60000}"#)])
    // The process would end here; in a test it goes on to the end of its input.
    #expect(server.left.wait(until: .after(.seconds(60))) { $0.first } == 0)
    server.closeInput()
    #expect(server.exitCode(within: .seconds(2)) == 0)
  }
}

import JSON
import MCP
import TestSupport
import Testing

@Suite struct OpeningTests {
  static let exchanges: [Exchange] = [
    Exchange(
      "discover needs its envelope",
      [
        Legacy.request(1, "server/discover"),
        meta(2, #""io.modelcontextprotocol/clientCapabilities":{}"#),
        meta(3, #""io.modelcontextprotocol/protocolVersion":"2026-07-28""#),
        meta(
          4,
          #""io.modelcontextprotocol/protocolVersion":5,"#
            + #""io.modelcontextprotocol/clientCapabilities":{}"#
        ),
        meta(
          5,
          #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":[]"#
        ),
      ], (1...5).map { .error(-32602, "\($0)") }),
    Exchange(
      "methods of the other era do not exist",
      [
        "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
        "unknown/method", "tasks/list", "tasks/result",
      ].enumerated().map { Modern.request($0.offset, $0.element) },
      (0..<8).map { .error(-32601, "\($0)") }),
    Exchange(
      "nothing but ping is served before an opening",
      [Legacy.request(1, "tools/list"), ping("2"), Legacy.request(3, "no/method")],
      [.error(-32602, "1"), .result("2"), .error(-32602, "3")]),
    Exchange(
      "a pinned client needs no opening",
      [Modern.call(1, "echo_text", #"{"text":"x"}"#)], [.result("1")]),
    Exchange(
      "a log level must be one",
      [
        Modern.request(1, "tools/list", meta: #","io.modelcontextprotocol/logLevel":"loud""#),
        Modern.request(2, "tools/list", meta: #","io.modelcontextprotocol/logLevel":"debug""#),
      ], [.error(-32602, "1"), .result("2")]),
    Exchange(
      "the handshake and what follows may come in one write",
      [Legacy.initialize(1), Legacy.initialized, Legacy.request(2, "tools/list")],
      [.result("1"), .result("2")]),
    Exchange(
      "a probe and a handshake back to back are both answered, and both eras work on",
      [
        Modern.request(1, "server/discover"), Legacy.initialize(2),
        Modern.request(3, "tools/list"), Legacy.request(4, "tools/list"),
      ], (1...4).map { .result("\($0)") }),
    Exchange(
      "the other order is as good",
      [
        Legacy.initialize(1), Modern.request(2, "server/discover"),
        Legacy.request(3, "tools/list"), Modern.request(4, "tools/list"),
      ], (1...4).map { .result("\($0)") }),
    Exchange(
      "a second handshake replaces the first",
      [Legacy.initialize(1), Legacy.initialize(2), Legacy.request(3, "tools/list")],
      (1...3).map { .result("\($0)") }),
    Exchange(
      "the handshake's version is a string",
      [
        Legacy.request(1, "initialize", #""protocolVersion":5"#), Legacy.request(2, "initialize"),
      ], [.error(-32602, "1"), .error(-32602, "2")]),
    Exchange(
      "core tasks of 2025-11-25 do not exist, and its task param is ignored",
      [
        Legacy.initialize(1), Legacy.request(2, "tasks/list"),
        Legacy.request(3, "tasks/get", #""taskId":"x""#),
        Legacy.request(
          4, "tools/call", #""name":"echo_text","arguments":{"text":"x"},"task":{"ttl":1}"#),
        Legacy.request(5, "logging/setLevel", #""level":"debug""#),
      ],
      [
        .result("1"), .error(-32601, "2"), .error(-32601, "3"), .result("4"),
        .error(-32601, "5"),
      ]),
    Exchange(
      "what a modern envelope needs is not needed of a legacy request, and the reverse",
      [
        Legacy.initialize(1), Legacy.request(2, "server/discover"),
        Legacy.request(3, "subscriptions/listen", #""notifications":{}"#),
        Legacy.request(4, "tools/list", #""_meta":{"progressToken":0}"#),
      ], [.result("1"), .error(-32602, "2"), .error(-32602, "3"), .result("4")]),
  ]

  private static func meta(_ id: Int, _ meta: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"server/discover","params":{"_meta":{\#(meta)}}}"#
  }

  @Test(arguments: exchanges) func everyExchangeGoesAsTold(_ exchange: Exchange) throws {
    try exchange.play()
  }

  @Test func discoverSaysWhatWorks() throws {
    try withServer { server in
      let result = try server.ask(1, Modern.request(1, "server/discover"))
      #expect(result["resultType"] == "complete")
      #expect(result["supportedVersions"] == ["2026-07-28"])
      #expect(result["instructions"] == "For tests.")
      #expect(result["ttlMs"]?.intValue ?? -1 >= 0)
      #expect(result["cacheScope"] == "private")
      let meta = result["_meta"]?["io.modelcontextprotocol/serverInfo"]
      #expect(meta == ["name": "fixture", "title": "Fixture", "version": "1.2.3"])
      #expect(
        result["capabilities"]?.objectValue?.keys == [
          "tools", "resources", "prompts", "completions", "extensions",
        ])
      #expect(result["capabilities"]?["extensions"]?["io.modelcontextprotocol/tasks"] == [:])
    }
  }

  @Test func whatIsNotOfferedIsNeitherAdvertisedNorServed() throws {
    let bare = Fixture { offer in
      offer.prompts = nil
      offer.resources = nil
      offer.handles = nil
      offer.offersApps = false
    }
    try withServer(bare) { server in
      let result = try server.ask(1, Modern.request(1, "server/discover"))
      #expect(result["capabilities"] == ["tools": [:]])
      let methods = [
        "resources/list", "resources/templates/list", "resources/read", "prompts/list",
        "prompts/get", "completion/complete", "subscriptions/listen", "tasks/get",
        "tasks/update", "tasks/cancel",
      ]
      for (index, method) in methods.enumerated() {
        try server.send([Modern.request(10 + index, method, capabilities: Modern.tasks)])
        #expect(try server.code(.integer(10 + index)) == -32601, "\(method)")
      }
    }
  }

  @Test(arguments: ["1999-01-01", "2025-11-25", ""])
  func anotherVersionInTheEnvelopeIsUnsupported(_ version: String) throws {
    try withServer { server in
      try server.send([
        Modern.request(1, "tools/list").replacing("2026-07-28", with: version),
        Modern.request(2, "no/method").replacing("2026-07-28", with: version),
      ])
      for id in 1...2 {
        let error = try server.answer(.integer(id))["error"]
        #expect(error?["code"] == -32022)
        #expect(error?["data"] == ["supported": ["2026-07-28"], "requested": .string(version)])
      }
    }
  }

  @Test(arguments: Legacy.versions + ["2026-07-28", "2099-01-01", ""])
  func theHandshakeSettlesAVersionWeSpeak(_ version: String) throws {
    try withServer { server in
      let result = try server.ask(1, Legacy.initialize(1, version: version))
      let expected = Legacy.versions.contains(version) ? version : "2025-11-25"
      #expect(result["protocolVersion"] == .string(expected))
      #expect(
        result.objectValue?.keys == [
          "protocolVersion", "capabilities", "serverInfo", "instructions",
        ])
      #expect(result["capabilities"]?["tasks"] == nil)
      #expect(
        result["capabilities"]?["extensions"]?["io.modelcontextprotocol/tasks"] == nil)
    }
  }

  @Test func everyModernResultHasItsEnvelope() throws {
    try withServer { server in
      try server.send([
        Modern.request(1, "tools/list"), Modern.request(2, "prompts/list"),
        Modern.request(3, "resources/list"), Modern.request(4, "resources/templates/list"),
        Modern.request(5, "resources/read", #""uri":"test://item/1""#),
        Modern.request(6, "server/discover"),
        Modern.request(7, "prompts/get", #""name":"plain""#),
        Modern.call(8, "echo_text", #"{"text":"x"}"#), Modern.call(9, "fail_always"),
      ])
      for id in 1...9 {
        let result = try server.result(.integer(id))
        #expect(result["resultType"] == "complete")
        #expect(result["_meta"]?["io.modelcontextprotocol/serverInfo"] != nil)
        #expect((result["cacheScope"] == "private") == (id <= 6))
        #expect((result["ttlMs"]?.intValue != nil) == (id <= 6))
      }
    }
  }

  @Test func aLegacyResultHasNothingOfTheModernEnvelope() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1), Legacy.request(2, "tools/list"),
        Legacy.request(3, "resources/list"), Legacy.call(4, "echo_text", #"{"text":"x"}"#),
      ])
      for id in 1...4 {
        let result = try server.result(.integer(id))
        for key in ["resultType", "ttlMs", "cacheScope", "_meta"] { #expect(result[key] == nil) }
      }
    }
  }
}

import JSON
import TestSupport
import Testing

/// Checks that what is offered works, and that nothing else does.
struct OfferTests {
  @Test(arguments: [
    ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
    ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("2099-01-01", "2025-11-25"),
    ("", "2025-11-25"),
  ])
  func theHandshakeAnswersWithAVersionItSpeaks(_ asked: String, _ answered: String) throws {
    try withConversation { conversation, _ in
      let result = try conversation.result(1, Legacy.initialize(1, version: asked))
      #expect(result["protocolVersion"] == .string(answered))
      #expect(result["serverInfo"]?["name"] == "errand")
      // The extension is no part of this era, and the tasks of 2025-11-25 are not ours.
      let capabilities = result["capabilities"]?.objectValue ?? [:]
      #expect(Set(capabilities.keys) == ["tools", "resources", "prompts", "completions"])
    }
  }

  @Test func discoverTellsWhatIsSpokenAndOffered() throws {
    try withConversation { conversation, _ in
      let result = try conversation.result(1, Modern.request(1, "server/discover"))
      #expect(result["resultType"] == "complete")
      #expect(result["supportedVersions"] == [.string(Modern.version)])
      #expect(
        result["capabilities"] == [
          "tools": [:], "resources": ["subscribe": true, "listChanged": true], "prompts": [:],
          "completions": [:],
          "extensions": [
            "io.modelcontextprotocol/tasks": [:],
            "io.modelcontextprotocol/ui": ["mimeTypes": ["text/html;profile=mcp-app"]],
          ],
        ])
      #expect((result["ttlMs"]?.intValue ?? -1) >= 0)
      #expect(result["cacheScope"] == "private")
      let server = result["_meta"]?["io.modelcontextprotocol/serverInfo"]
      #expect(server?["name"] == "errand" && server?["version"]?.stringValue?.isEmpty == false)
      #expect((1...1500).contains(result["instructions"]?.stringValue?.count ?? 0))
    }
  }

  @Test(arguments: ["1999-01-01", "2025-11-25"])
  func anUnsupportedVersionIsToldWhichToTake(_ version: String) throws {
    try withConversation { conversation, _ in
      let discovered = try conversation.result(1, Modern.request(1, "server/discover"))
      for method in ["tools/list", "server/discover", "no/such/method"] {
        let line = Modern.request(2, method).replacing(Modern.version, with: version)
        let error = try conversation.ask(2, line)["error"]
        #expect(error?["code"] == -32022)
        #expect(error?["data"]?["requested"] == .string(version))
        #expect(error?["data"]?["supported"] == discovered["supportedVersions"])
      }
    }
  }

  /// What belongs to each capability, and must work where it is advertised.
  static let promised: [String: [(method: String, params: String)]] = [
    "tools": [("tools/list", ""), ("tools/call", #""name":"tasks_list""#)],
    "resources": [
      ("resources/list", ""), ("resources/templates/list", ""),
      ("resources/read", #""uri":"errand://tasks""#),
    ],
    "prompts": [
      ("prompts/list", ""), ("prompts/get", #""name":"delegate","arguments":{"brief":"x"}"#),
    ],
    "completions": [
      (
        "completion/complete",
        #""ref":{"type":"ref/prompt","name":"review"},"argument":{"name":"task","value":""}"#
      )
    ],
    "extensions": [],
  ]

  @Test func everyAdvertisedCapabilityWorksInBothEras() throws {
    try withConversation { conversation, _ in
      let modern = try conversation.result(1, Modern.request(1, "server/discover"))
      let legacy = try conversation.result(2, Legacy.initialize(2))
      let subscribe = #""uri":"errand://tasks""#
      for method in ["resources/subscribe", "resources/unsubscribe"] {
        _ = try conversation.result(3, Legacy.request(3, method, subscribe))
      }
      for name in modern["capabilities"]?.objectValue?.keys ?? [] {
        for (method, params) in try #require(Self.promised[name], "\(name) is not tried") {
          _ = try conversation.result(4, Modern.request(4, method, params))
        }
      }
      for name in legacy["capabilities"]?.objectValue?.keys ?? [] {
        for (method, params) in try #require(Self.promised[name], "\(name) is not tried") {
          _ = try conversation.result(5, Legacy.request(5, method, params))
        }
      }
    }
  }

  @Test(arguments: [
    "logging/setLevel", "roots/list", "sampling/createMessage", "elicitation/create",
    "tasks/list", "tasks/result", "notifications/initialized", "no/such/method",
  ])
  func whatIsNotAdvertisedDoesNotExist(_ method: String) throws {
    try withConversation { conversation, _ in
      let lines = [
        Legacy.initialize(1), Legacy.request(2, method), Modern.request(3, method),
        Modern.request(4, method, capabilities: Modern.tasks),
      ]
      let said = try conversation.say(lines).dropFirst()
      #expect(said.map { $0["error"]?["code"] } == [-32601, -32601, -32601])
    }
  }

  /// Requests of the modern era that succeed, and that are refused.
  static let requests: [(method: String, params: String)] = [
    ("server/discover", ""), ("no/such/method", ""), ("ping", ""), ("tools/call", ""),
    ("tools/call", #""name":"none""#), ("tools/call", #""name":"tasks_get","arguments":{}"#),
    ("resources/read", #""uri":"errand://tasks/none""#), ("prompts/get", #""name":"none""#),
    ("completion/complete", ""), ("subscriptions/listen", ""), ("tasks/get", ""),
    ("tools/list", #""cursor":"?""#),
  ]

  @Test func everyModernAnswerNamesItsRequestAndItsKind() throws {
    try withConversation { conversation, _ in
      let all = Self.requests + Self.promised.values.flatMap { $0 }
      let ids = all.indices.map { $0 % 2 == 0 ? "\($0)" : #""\#($0)""# }
      let said = try conversation.say(
        zip(ids, all).map { Modern.request($0, $1.method, $1.params) })
      #expect(Set(said.compactMap { $0["id"]?.text }) == Set(ids) && said.count == ids.count)
      for answer in said {
        guard let result = answer["result"] else { continue }
        #expect(result["resultType"] == "complete", "\(answer.text.prefix(200))")
        let server = result["_meta"]?["io.modelcontextprotocol/serverInfo"]
        #expect(server?["name"] == "errand", "\(answer.text.prefix(200))")
      }
    }
  }

  @Test func theHandshakeIsAnsweredBeforeWhatFollowsIt() throws {
    try withConversation { conversation, _ in
      let said = try conversation.say([
        Legacy.initialize(1), Legacy.initialized, Legacy.request(2, "tools/list"),
      ])
      #expect(said.map { $0["id"] } == [1, 2])
    }
  }

  @Test(
    arguments: [
      (["--no-console"], nil), ([], #"{"console":{"enabled":false}}"#), ([], nil),
    ] as [([String], String?)])
  func whereThereIsNoConsoleNothingLinksToIt(
    _ arguments: [String], _ configuration: String?
  ) throws {
    try withConversation(arguments, configuration: configuration) { conversation, _ in
      let list = try conversation.result(1, Modern.request(1, "tools/list"))
      let names = list["tools"]?.arrayValue?.map { $0["name"] } ?? []
      #expect(names.contains("tasks_console_link") == (arguments.isEmpty && configuration == nil))
    }
  }

  @Test func everyToolIsDescribedAsClientsNeedIt() throws {
    try withConversation { conversation, _ in
      let list = Modern.request(1, "tools/list")
      let first = try conversation.result(1, list)
      #expect(try conversation.result(1, list).bytes == first.bytes)
      let tools = try #require(first["tools"]?.arrayValue)
      let usual = ToolContract.tools.filter {
        ["tasks", "artifacts", "review"].contains($0["toolset"]?.stringValue)
      }
      #expect(tools.map { $0["name"] } == usual.map { $0["name"] })
      #expect(first["nextCursor"] == nil)
      for tool in tools {
        let name = try #require(tool["name"]?.stringValue)
        #expect(name.wholeMatch(of: /[a-z][a-z0-9_]{2,39}/) != nil, "\(name)")
        #expect(tool["description"]?.stringValue?.isEmpty == false, "\(name)")
        #expect(tool["title"]?.stringValue?.isEmpty == false, "\(name)")
        #expect(tool["outputSchema"] == ToolContract.outputs[name], "\(name)")
        for key in ["inputSchema", "outputSchema"] {
          guard let schema = tool[key] else { continue }
          #expect(schema["type"] == "object", "\(name)")
          for word in ["anyOf", "oneOf", "allOf", "not", "if", "$ref", "$defs", "$schema"] {
            #expect(schema[word] == nil, "\(name) \(word)")
          }
        }
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
          #expect(tool["annotations"]?[hint]?.boolValue != nil, "\(name) \(hint)")
        }
      }
    }
  }

  @Test func everyPromptIsDescribedAndCanBeHad() throws {
    try withConversation { conversation, _ in
      let listed = try conversation.result(1, Modern.request(1, "prompts/list"))
      let prompts = listed["prompts"]?.arrayValue ?? []
      #expect(!prompts.isEmpty)
      for prompt in prompts {
        let name = try #require(prompt["name"]?.stringValue)
        #expect(prompt["description"]?.stringValue?.isEmpty == false, "\(name)")
        let arguments = prompt["arguments"]?.arrayValue ?? []
        let needed = arguments.filter { $0["required"] == true }.compactMap { $0["name"] }
        let given = needed.map { "\($0.text):\"word\"" }.joined(separator: ",")
        let params = #""name":"\#(name)","arguments":{\#(given)}"#
        let got = try conversation.result(2, Modern.request(2, "prompts/get", params))
        #expect(got["messages"]?.arrayValue?.isEmpty == false, "\(name)")
        guard !needed.isEmpty else { continue }
        let without = Modern.request(3, "prompts/get", #""name":"\#(name)""#)
        #expect(try conversation.ask(3, without)["error"]?["code"] == -32602, "\(name)")
      }
    }
  }

  @Test func aMissingResourceIsNamedInTheErasOwnWords() throws {
    try withConversation { conversation, _ in
      let uri = #""uri":"errand://tasks/none""#
      let modern = try conversation.ask(1, Modern.request(1, "resources/read", uri))["error"]
      #expect(modern?["code"] == -32602 && modern?["data"]?["uri"] == "errand://tasks/none")
      _ = try conversation.result(2, Legacy.initialize(2))
      let legacy = try conversation.ask(3, Legacy.request(3, "resources/read", uri))["error"]
      #expect(legacy?["code"] == -32002 && legacy?["data"]?["uri"] == "errand://tasks/none")
    }
  }
}

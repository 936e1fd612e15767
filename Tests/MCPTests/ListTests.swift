import JSON
import MCP
import Posix
import TestSupport
import Testing

@Suite struct ListTests {
  static let exchanges: [Exchange] = [
    Exchange(
      "a missing resource is an error in the era's own code",
      [
        Modern.request(1, "resources/read", #""uri":"test://none""#), Legacy.initialize(2),
        Legacy.request(3, "resources/read", #""uri":"test://none""#),
        Modern.request(4, "resources/read"),
        Modern.request(5, "resources/read", #""uri":"test://broken""#),
      ],
      [
        .error(-32602, "1"), .result("2"), .error(-32002, "3"), .error(-32602, "4"),
        .error(-32603, "5"),
      ]),
    Exchange(
      "a prompt needs its arguments",
      [
        Modern.request(1, "prompts/get", #""name":"greet""#),
        Modern.request(2, "prompts/get", #""name":"none""#),
        Modern.request(3, "prompts/get", #""name":"greet","arguments":{"name":5}"#),
        Modern.request(4, "prompts/get", #""name":"greet","arguments":{"name":"Ann"}"#),
      ], [.error(-32602, "1"), .error(-32602, "2"), .error(-32602, "3"), .result("4")]),
    Exchange(
      "a completion names what it completes",
      [
        complete(1, #"{"type":"ref/prompt","name":"none"}"#, "name"),
        complete(2, #"{"type":"ref/prompt","name":"greet"}"#, "none"),
        complete(3, #"{"type":"ref/resource","uri":"none"}"#, "n"),
        complete(4, #"{"type":"ref/other"}"#, "n"), Modern.request(5, "completion/complete"),
      ], (1...5).map { .error(-32602, "\($0)") }),
  ]

  private static func complete(
    _ id: Int, _ ref: String, _ name: String, context: String = "{}"
  ) -> String {
    Modern.request(
      id, "completion/complete",
      #""ref":\#(ref),"argument":{"name":"\#(name)","value":"an"},"context":\#(context)"#)
  }

  @Test(arguments: exchanges) func everyExchangeGoesAsTold(_ exchange: Exchange) throws {
    try exchange.play()
  }

  @Test func aMissingResourceIsNamed() throws {
    try withServer { server in
      try server.send([Modern.request(1, "resources/read", #""uri":"test://none""#)])
      let error = try server.answer(1)["error"]
      #expect(error?["data"] == ["uri": "test://none"])
    }
  }

  @Test func aResourceIsTextOrBytes() throws {
    try withServer { server in
      let result = try server.ask(1, Modern.request(1, "resources/read", #""uri":"test://item/1""#))
      #expect(result["ttlMs"] == 0)
      #expect(
        result["contents"] == [
          ["uri": "test://item/1", "mimeType": "text/plain", "text": "one"],
          ["uri": "test://item/1", "mimeType": "image/png", "blob": "AAAA"],
        ])
    }
  }

  @Test func allPagesAreWalkedWhileTheListGrows() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      var names: [String] = []
      var cursor = ""
      var id = 1
      repeat {
        let params = cursor.isEmpty ? "" : #""cursor":"\#(cursor)""#
        let page = try server.ask(id, Modern.request(id, "resources/list", params))
        names += page["resources"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(page["cacheScope"] == "private")
        cursor = page["nextCursor"]?.stringValue ?? ""
        if id == 1 { fixture.state.update { $0.items = 8 } }
        id += 1
      } while !cursor.isEmpty
      #expect(names == (0..<8).map(String.init))
    }
  }

  @Test func promptsAreDescribedAndRendered() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, version: "2024-11-05"), Legacy.request(2, "prompts/list"),
        Legacy.request(3, "prompts/get", #""name":"greet","arguments":{"name":"Ann"}"#),
        Modern.request(4, "prompts/get", #""name":"greet","arguments":{"name":"Ann"}"#),
      ])
      let prompts = try #require(try server.result(2)["prompts"]?.arrayValue)
      #expect(prompts.allSatisfy { $0["description"] != nil })
      let old = try server.result(3)["messages"]?.arrayValue
      #expect(old?.map { $0["content"]?["text"] } == ["Hello Ann"])
      #expect(try server.result(4)["messages"]?.arrayValue?.count == 2)
    }
  }

  @Test func completionGivesAHundredValuesAtMost() throws {
    try withServer { server in
      try server.send([
        Self.complete(1, #"{"type":"ref/resource","uri":"test://item/{n}"}"#, "n"),
        Self.complete(
          2, #"{"type":"ref/prompt","name":"greet"}"#, "name",
          context: #"{"arguments":{"mood":"glad"}}"#),
        Self.complete(3, #"{"type":"ref/prompt","name":"greet"}"#, "mood"),
      ])
      let many = try server.result(1)["completion"]
      #expect(many?["values"]?.arrayValue?.count == 100)
      #expect(many?["total"] == 250 && many?["hasMore"] == true)
      let few = try server.result(2)["completion"]
      #expect(few?["values"] == ["anna", "glad"])
      #expect(few?["hasMore"] == false)
      #expect(try server.result(3)["completion"]?["values"] == [])
    }
  }
}

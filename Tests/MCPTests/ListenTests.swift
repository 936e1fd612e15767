import JSON
import MCP
import Posix
import TestSupport
import Testing

@Suite struct ListenTests {
  static let exchanges: [Exchange] = [
    Exchange(
      "a listen needs its filter, and the extension for task ids",
      [
        Modern.request(1, "subscriptions/listen"), Modern.listen("2", "[]"),
        Modern.listen("3", #"{"taskIds":["wait_x"]}"#),
        Modern.listen("4", #"{"resourceSubscriptions":"x"}"#),
        Modern.listen("5", #"{"taskIds":[5]}"#, capabilities: Modern.tasks),
      ],
      [
        .error(-32602, "1"), .error(-32602, "2"), .error(-32021, "3"), .error(-32602, "4"),
        .error(-32602, "5"),
      ])
  ]

  @Test(arguments: exchanges) func everyExchangeGoesAsTold(_ exchange: Exchange) throws {
    try exchange.play()
  }

  private func params(_ line: JSONValue) -> JSONObject { line["params"]?.objectValue ?? [:] }

  private func tag(_ line: JSONValue) -> JSONValue? {
    line["params"]?["_meta"]?["io.modelcontextprotocol/subscriptionId"]
  }

  @Test(arguments: ["7", #""listen:0""#])
  func theAcknowledgementComesFirstAndSaysWhatIsHonoured(_ id: String) throws {
    try withServer { server in
      try server.send([
        Modern.listen(
          id,
          #"{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"#
            + #""resourceSubscriptions":["test://item/1"]}"#
        )
      ])
      let ack = try server.line { _ in true }
      #expect(ack["method"] == "notifications/subscriptions/acknowledged")
      #expect(tag(ack)?.text == id)
      #expect(
        params(ack)["notifications"] == [
          "resourcesListChanged": true, "resourceSubscriptions": ["test://item/1"],
        ])
      server.server.resourceChanged("test://item/1")
      server.server.resourceChanged("test://item/2")
      server.server.resourcesListChanged()
      let lines = try server.settle()
      #expect(
        lines.dropFirst().map { $0["method"] } == [
          "notifications/resources/updated", "notifications/resources/list_changed",
        ])
      #expect(lines.allSatisfy { tag($0)?.text == id })
      #expect(params(lines[1])["uri"] == "test://item/1")
    }
  }

  @Test func onlyWhatWasAskedForComesAndEachListenerGetsACopy() throws {
    try withServer { server in
      try server.send([
        Modern.listen("1", #"{"resourceSubscriptions":["test://a","test://b"]}"#),
        Modern.listen(#""1""#, #"{"resourceSubscriptions":["test://a"]}"#),
        Modern.listen("2", #"{"resourcesListChanged":true}"#),
        Modern.listen("3", #"{"resourcesListChanged":false}"#), Modern.listen("4", "{}"),
      ])
      _ = try server.settle()
      server.server.resourceChanged("test://a")
      server.server.resourceChanged("test://b")
      let lines = try server.settle().filter { $0["method"] == "notifications/resources/updated" }
      #expect(
        lines.map { [params($0)["uri"], tag($0)] } == [
          ["test://a", 1], ["test://a", "1"], ["test://b", 1],
        ])
    }
  }

  @Test func aCancelledStreamSaysNothingMore() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      try server.send([Modern.listen("1", #"{"resourcesListChanged":true}"#)])
      _ = try server.settle()
      #expect(fixture.state.withLock { $0.listening } == [true])
      try server.send([cancelled("1")])
      let before = try server.settle().count
      #expect(fixture.state.withLock { $0.listening } == [true, false])
      server.server.resourcesListChanged()
      #expect(try server.settle().count == before)
      // The id may open another stream.
      try server.send([Modern.listen("1", #"{"resourcesListChanged":true}"#)])
      #expect(try server.settle().count == before + 1)
    }
    // The end of the conversation lets go as well, and ends the stream with its result.
    #expect(fixture.state.withLock { $0.listening } == [true, false, true, false])
  }

  @Test func anOpenStreamEndsWithAResult() throws {
    let server = try TestServer()
    try server.send([Modern.listen(#""s""#, #"{"resourcesListChanged":true}"#)])
    _ = try server.settle()
    try server.finish()
    let result = try server.result("s")
    #expect(result["resultType"] == "complete")
    #expect(result["_meta"]?["io.modelcontextprotocol/subscriptionId"] == "s")
  }

  @Test func theEmbedderHearsOfTheFirstAndTheLastListener() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      try server.send([
        Legacy.initialize(1), Legacy.initialized, Modern.listen("2", "{}"),
        Modern.listen("3", #"{"resourceSubscriptions":["test://a"]}"#),
        Legacy.request(4, "resources/subscribe", #""uri":"test://b""#),
      ])
      _ = try server.settle()
      #expect(fixture.state.withLock { $0.listening } == [true])
      #expect(
        server.server.watched
          == Watched(uris: ["test://a", "test://b"], handles: [], resourceList: false))
      try server.send([cancelled("3")])
      _ = try server.settle()
      #expect(fixture.state.withLock { $0.listening } == [true])
      try server.send([Legacy.request(5, "resources/unsubscribe", #""uri":"test://b""#)])
      _ = try server.settle()
      #expect(fixture.state.withLock { $0.listening } == [true, false])
    }
  }

  @Test func aLegacySessionHearsWhatItSubscribedToOnceItIsReady() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1), Legacy.request(2, "resources/subscribe", #""uri":"test://a""#),
        Legacy.request(3, "resources/subscribe"),
      ])
      _ = try server.settle()
      #expect(try server.code(3) == -32602)
      server.server.resourceChanged("test://a")
      try server.send([Legacy.initialized])
      _ = try server.settle()
      server.server.resourceChanged("test://a")
      server.server.resourceChanged("test://b")
      // Who has listed nothing has no list to refresh.
      server.server.resourcesListChanged()
      try server.send([Legacy.request(4, "resources/list")])
      _ = try server.result(4)
      server.server.resourcesListChanged()
      let said = try server.settle().filter { $0["method"] != nil }
      #expect(
        said.map { $0["method"] } == [
          "notifications/resources/updated", "notifications/resources/list_changed",
        ])
      #expect(said.first?["params"] == ["uri": "test://a"])
      try server.send([Legacy.initialize(5)])
      let before = try server.settle().count
      server.server.resourceChanged("test://a")
      #expect(try server.settle().count == before)
    }
  }

  @Test func manyChangesAndManyCancelsKeepTheOrder() throws {
    try withServer { server in
      let stop = Monitor(false)
      let stopped = Monitor(false)
      try Thread.start(name: "changes") { [server = server.server] in
        while !stop.withLock({ $0 }) { server.resourcesListChanged() }
        stopped.update { $0 = true }
      }
      for id in 0..<50 {
        try server.send([
          Modern.listen("\(id)", #"{"resourcesListChanged":true}"#), ping(#""p\#(id)""#),
          cancelled("\(id)"), ping(#""q\#(id)""#),
        ])
        _ = try server.answer(.string("q\(id)"))
      }
      stop.update { $0 = true }
      #expect(stopped.wait(until: .after(.seconds(60)), while: { !$0 }))
      var open: Set<JSONValue> = []
      for line in try server.settle() {
        if line["method"] == "notifications/subscriptions/acknowledged" {
          #expect(open.insert(try #require(tag(line))).inserted)
        } else if let tag = tag(line) {
          #expect(open.contains(tag))
        } else if let text = line["id"]?.stringValue, text.hasPrefix("q") {
          open.remove(.integer(Int(text.dropFirst()) ?? -1))
        }
      }
    }
  }
}

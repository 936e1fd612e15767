import JSON
import TestSupport
import Testing

/// Checks what goes over the pipe of the built program, conversation by conversation.
struct WireTests {
  @Test(arguments: framingExchanges + openingExchanges + methodExchanges)
  func theServerAnswersWithExactlyWhatIsExpected(_ exchange: Exchange) throws {
    try withConversation { conversation, _ in
      let said = try conversation.say(exchange.sent)
      var unmatched = said
      for expectation in exchange.expected {
        let index = unmatched.firstIndex { expectation.matches($0) }
        if let index {
          unmatched.remove(at: index)
        } else {
          Issue.record("missing \(expectation) in \(said.map(\.text))")
        }
      }
      #expect(unmatched.isEmpty, "said too much: \(unmatched.map(\.text))")
    }
  }

  @Test(arguments: [
    ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
    ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("2099-01-01", "2025-11-25"),
    ("", "2025-11-25"),
  ])
  func theHandshakeAnswersWithAVersionItSpeaks(_ asked: String, _ answered: String) throws {
    try withConversation { conversation, _ in
      let answer = try conversation.ask(1, Legacy.initialize(1, version: asked))
      #expect(answer["result"]?["protocolVersion"] == .string(answered))
      #expect(answer["result"]?["resultType"] == nil)
    }
  }

  @Test func everyModernResultCarriesItsEnvelope() throws {
    try withConversation { conversation, _ in
      let methods = ["server/discover", "tools/list", "prompts/list", "resources/list"]
      for (id, method) in methods.enumerated() {
        let result = try conversation.ask(id, Modern.request(id, method))["result"]
        #expect(result?["resultType"] == "complete", "\(method)")
        #expect((result?["ttlMs"]?.intValue ?? -1) >= 0, "\(method)")
        #expect(["public", "private"].contains(result?["cacheScope"]?.stringValue), "\(method)")
        let server = result?["_meta"]?["io.modelcontextprotocol/serverInfo"]
        #expect(server?["name"] == "errand", "\(method)")
      }
    }
  }

  @Test func theToolListIsTheSameBytesEachTime() throws {
    try withConversation { conversation, _ in
      let first = try conversation.ask(1, Modern.request(1, "tools/list"))["result"]
      let second = try conversation.ask(2, Modern.request(2, "tools/list"))["result"]
      #expect(first != nil && first == second)
    }
  }

  @Test func bytesArrivingInPiecesMakeTheSameMessage() throws {
    try withConversation { conversation, _ in
      let name = "é\u{2028}🙂"
      let line = Modern.call(1, "tasks_get", #"{"task_id":"\#(name)"}"#) + "\n"
      let bytes = Array(line.utf8)
      for start in stride(from: 0, to: bytes.count, by: 3) {
        try conversation.server.send(bytes: Array(bytes[start..<min(start + 3, bytes.count)]))
      }
      let text = try conversation.answer(1)["result"]?["content"]?.arrayValue?.first?["text"]
      #expect(text?.stringValue?.contains(name) == true)
    }
  }

  @Test func invalidUTF8IsAParseErrorAndTheNextLineIsServed() throws {
    try withConversation { conversation, _ in
      try conversation.server.send(bytes: Array(#"{"x":""#.utf8) + [0xFF] + Array("\"}\n".utf8))
      #expect(try conversation.next()["error"]?["code"] == -32700)
      #expect(try conversation.say([]).isEmpty)
    }
  }
}

extension Exchange.Expectation {
  /// Tells whether a line the server wrote is this one, the id's spelling included.
  func matches(_ message: JSONValue) -> Bool {
    switch self {
    case .result(let id): message["result"] != nil && message["id"]?.text == id
    case .error(let code, let id):
      message["error"]?["code"] == .integer(code) && message["id"]?.text == id
    }
  }
}

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

  @Test func bytesArrivingInPiecesMakeTheSameMessage() throws {
    try withConversation { conversation, _ in
      let text = "é\u{2028}🙂\u{0}"
      try conversation.send(
        Modern.call(1, "tasks_artifacts_stage", #"{"text":"é\#u{2028}🙂\u0000"}"#), inPiecesOf: 3)
      let staged = try conversation.answer(1)["result"]?["structuredContent"]
      #expect(staged?["sizeBytes"] == .integer(text.utf8.count))
      let shown = try conversation.content(
        of: "tasks_artifacts_download", ["cid": try #require(staged?["cid"]), "as": "base64"])
      #expect(try Base64.decode(shown) == Array(text.utf8))
    }
  }

  @Test func invalidUTF8IsAParseErrorAndTheNextLineIsServed() throws {
    try withConversation { conversation, _ in
      try conversation.server.send(bytes: Array(#"{"x":""#.utf8) + [0xFF] + Array("\"}\n".utf8))
      #expect(try conversation.next()["error"]?["code"] == -32700)
      #expect(try conversation.say([]).isEmpty)
    }
  }

  @Test func aTaskThatPrintsWritesNothingToTheWire() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let script = """
        for n in 1 2 3 4 5 6 7 8 9; do echo "noise"; echo "noise" >&2; done
        for n in 3 4 5 6 7 8 9; do (echo "noise" >&$n) 2>/dev/null; done
        true
        """
      let task = try conversation.createShellTask(script, in: folder)
      #expect(try conversation.end(of: task)["status"] == "completed")
      #expect(try conversation.text(of: task).contains("noise"))
      // Every line heard was a message in answer to something; now there is none left.
      #expect(try conversation.say([]).isEmpty)
      #expect(conversation.heard.allSatisfy { $0["id"] != nil })
    }
  }

  @Test func nothingIsLoggedToAClientThatDidNotAskForIt() throws {
    try withConversation { conversation, _ in
      let said = try conversation.say(
        [
          "tools/list", "resources/list", "prompts/list", "tools/call", "unknown/method",
        ].enumerated().flatMap { index, method in
          [
            Modern.request(index * 2, method, #""name":"tasks_list""#),
            Modern.request(
              index * 2 + 1, method, #""name":"tasks_list""#,
              meta: #","io.modelcontextprotocol/logLevel":"debug""#),
          ]
        })
      #expect(said.count == 10)
      #expect(said.allSatisfy { $0["method"] == nil })
    }
  }
}

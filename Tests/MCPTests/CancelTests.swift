import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

@Suite struct CancelTests {
  @Test func aCancelledCallGetsNoAnswerAndWakes() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      try server.send([Modern.call(1, "sleep_ms", #"{"milliseconds":60000}"#)])
      #expect(try eventually { server.conversation.workers.count == 1 })
      try server.send([cancelled("1"), cancelled("1")])
      #expect(try eventually { fixture.state.withLock { $0.interrupted } == 1 })
      #expect(try server.settle().isEmpty)
      // The id is free again.
      try server.send([Modern.call(1, "echo_text", #"{"text":"x"}"#)])
      _ = try server.result(1)
    }
  }

  @Test func idsOfAnotherTypeAreOthers() throws {
    try withServer { server in
      try server.send([Modern.call(1, "sleep_ms", #"{"milliseconds":100}"#), cancelled(#""1""#)])
      _ = try server.result(1)
    }
  }

  @Test func whatIsFinishedOrUnknownCannotBeCancelled() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1), cancelled("1"), Legacy.call(2, "echo_text", #"{"text":"x"}"#),
        cancelled("2"), cancelled("3"), cancelled("null"), cancelled("{}"),
      ])
      _ = try server.result(1)
      _ = try server.result(2)
      #expect(try server.settle().count == 2)
    }
  }

  @Test func aRaceOfCancelAndEndHasOneWinner() throws {
    let fixture = Fixture()
    try withServer(fixture) { server in
      for round in 0..<25 {
        let ids = (0..<40).map { round * 40 + $0 }
        try server.send(
          ids.map { Modern.call($0, "sleep_ms", #"{"milliseconds":\#($0 % 3)}"#) }
            + ids.map { cancelled("\($0)") })
        _ = try server.settle()
        #expect(try eventually { server.conversation.workers.count == 0 })
      }
      let answered = try server.settle().compactMap { $0["id"]?.intValue }
      #expect(Set(answered).count == answered.count)
      #expect(fixture.state.withLock { $0.finished } == 1000)
    }
  }

  @Test(arguments: ["0", #""x""#])
  func progressRisesAndEndsBeforeTheAnswer(_ token: String) throws {
    try withServer { server in
      let start = MonotonicTime.now
      try server.send([
        Modern.call(1, "report_steps", #"{"steps":8}"#, meta: #","progressToken":\#(token)"#)
      ])
      _ = try server.result(1)
      let lines = try server.settle()
      let progress = lines.filter { $0["method"] == "notifications/progress" }
      #expect(progress.allSatisfy { $0["params"]?["progressToken"]?.text == token })
      let values = progress.compactMap { $0["params"]?["progress"]?.doubleValue }
      #expect(values == values.sorted() && Set(values).count == values.count)
      // Eight steps in 1.2 seconds, of which two a second may be told.
      let most = (MonotonicTime.now - start).milliseconds / 500 + 1
      #expect(values.count >= 2 && values.count <= most, "\(values)")
      #expect(progress.first?["params"]?["total"] == 8)
      #expect(progress.first?["params"]?["message"] == "step 0")
      #expect(lines.last?["id"] == 1)
    }
  }

  @Test func thereIsNoProgressWithoutAToken() throws {
    try withServer { server in
      try server.send([Modern.call(1, "report_steps", #"{"steps":3}"#)])
      _ = try server.result(1)
      #expect(try server.settle().count == 1)
    }
  }

  @Test func theOldestVersionKnowsNoProgressMessages() throws {
    try withServer { server in
      try server.send([
        Legacy.initialize(1, version: "2024-11-05"),
        Legacy.request(
          2, "tools/call",
          #""name":"report_steps","arguments":{"steps":1},"_meta":{"progressToken":7}"#),
      ])
      _ = try server.result(2)
      let progress = try server.line { $0["method"] == "notifications/progress" }
      #expect(progress["params"] == ["progressToken": 7, "progress": 0, "total": 1])
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks what is under way at the same time: many calls, one id twice, cancels, progress.
struct InFlightTests {
  @Test func twentyWaitingCallsInOneWriteAreEachAnsweredOnceAndHoldUpNothing() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let start = MonotonicTime.now
        try conversation.send(
          (1...20).map { Modern.wait($0, task, seconds: 1) } + [Modern.request(99, "tools/list")])
        #expect(try conversation.next()["id"] == 99)
        try conversation.answers(1...20)
        #expect(try MonotonicTime.now - start < PromisedTime.bound(.seconds(3)))
        #expect(try conversation.say([]).isEmpty)
        for id in 1...20 {
          #expect(conversation.heard.count { $0["id"] == .integer(id) } == 1, "\(id)")
        }
      }
    }
  }

  @Test func anIdInFlightIsRefusedASecondTimeAndItsFirstRequestIsUnharmed() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        try conversation.send([
          Modern.wait(5, task, seconds: 1), Modern.call(5, "tasks_list"), ping("5"),
        ])
        for _ in 0..<2 { #expect(try conversation.answer(5)["error"]?["code"] == -32600) }
        let first = try conversation.answer(5)["result"]?["structuredContent"]
        #expect(first?["timedOut"] == true)
        // Once answered, the id is free.
        #expect(try conversation.ask(5, Modern.call(5, "tasks_list"))["result"] != nil)
      }
    }
  }

  @Test func aCancelledWaitIsNotAnsweredAndItsTaskWorksOn() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        // More than can wait at once: so each cancel must give back what its call held.
        for round in 0..<4 {
          let ids = (0..<20).map { round * 20 + $0 }
          #expect(
            try conversation.say(ids.map { Modern.wait($0, task, seconds: 40) }).isEmpty)
          #expect(try conversation.say(ids.map { cancelled("\($0)") }).isEmpty)
          let isFree = try eventually {
            let answer = try conversation.ask(999, Modern.wait(999, task, seconds: 0))
            return answer["result"]?["structuredContent"]?["timedOut"] == true
          }
          #expect(isFree)
        }
        #expect(conversation.heard.allSatisfy { ($0["id"]?.intValue ?? 999) >= 999 })
        let status = try conversation.call("tasks_get", ["task_id": .string(task)])["status"]
        #expect(status == "running")
      }
    }
  }

  @Test func aThousandRacesOfCancelAndEndHaveAtMostOneAnswerEach() throws {
    try withTemporaryDirectory { folder in
      let conversation = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let task = try conversation.createShellTask("true", in: folder)
      _ = try conversation.end(of: task)
      for round in 0..<25 {
        let ids = (0..<40).map { round * 50 + $0 + 2000 }
        let kept = round * 50 + 49 + 2000
        var lines =
          ids.map { Modern.wait($0, task, seconds: 0) } + [
            Modern.wait(kept, task, seconds: 0)
          ]
        // Each cancel comes somewhere behind its call.
        for id in ids {
          let call = lines.firstIndex(of: Modern.wait(id, task, seconds: 0)) ?? 0
          let place = min(lines.count, call + Int.random(in: 1...8))
          lines.insert(cancelled("\(id)"), at: place)
        }
        try conversation.send(lines)
        _ = try conversation.answer(kept)
      }
      #expect(try conversation.finish() == .exited(code: 0))
      let ids = conversation.heard.compactMap { $0["id"]?.intValue }.filter { $0 >= 2000 }
      #expect(Set(ids).count == ids.count)
    }
  }

  @Test func progressIsToldToWhoAskedForItAndEndsWithTheAnswer() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let oldest = Legacy.request(
          4, "tools/call",
          #""name":"tasks_wait","arguments":{"task_ids":["\#(task)"],"timeout_sec":5},"#
            + #""_meta":{"progressToken":"old"}"#)
        try conversation.send([
          Legacy.initialize(9, version: "2024-11-05"), Legacy.initialized,
          Modern.wait(1, task, seconds: 5, meta: #","progressToken":0"#),
          Modern.wait(2, task, seconds: 5, meta: #","progressToken":"x""#),
          Modern.wait(3, task, seconds: 5), oldest,
        ])
        try conversation.answers(1...4)
        #expect(try conversation.say([]).isEmpty, "nothing follows the answers")
        for (id, token) in [(1, JSONValue.integer(0)), (2, "x"), (4, "old")] {
          let told = Self.progress(under: token, before: id, in: conversation.heard)
          #expect(told.count >= 2, "\(token.text)")
          let values = told.compactMap { $0["progress"]?.doubleValue }
          #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }, "\(values)")
          #expect(told.allSatisfy { ($0["message"] == nil) == (id == 4) }, "\(token.text)")
        }
        let tokens = Set(conversation.heard.compactMap { $0["params"]?["progressToken"] })
        #expect(tokens == [0, "x", "old"])
      }
    }
  }

  /// Gives what was told under a token, which must all have come before the answer.
  private static func progress(
    under token: JSONValue, before id: Int, in heard: [JSONValue]
  ) -> [JSONValue] {
    let answer = heard.lastIndex { $0["id"] == .integer(id) } ?? 0
    let told = heard.indices.filter { heard[$0]["params"]?["progressToken"] == token }
    #expect(told.allSatisfy { $0 < answer })
    return told.compactMap { heard[$0]["params"] }
  }
}

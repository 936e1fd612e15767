import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what is shown of attempts and their messages.
struct AttemptTests {
  private func seqs(_ page: JSONValue) -> [Int] {
    (page["items"]?.arrayValue ?? []).compactMap { $0["seq"]?.intValue }
  }

  @Test func anAttemptIsShownWithItsOutputAndOnlyWhatWasAskedFor() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.end(task, output: ["summary": "did it"], summary: "did it")
      let place: JSONObject = ["task_id": .string(task.spec.name)]
      let whole = try house.call("tasks_attempts_list", place)
      let attempt = try #require(whole["items"]?.arrayValue?.first)
      #expect(attempt["output"] == ["summary": "did it"])
      #expect(attempt["exit"] == ["code": 0])
      #expect(attempt["leaseId"] == nil)
      var narrow = place
      narrow["fields"] = ["exit", "outputCid"]
      narrow["accepted_only"] = true
      let part = try house.call("tasks_attempts_list", narrow)
      let line = try #require(part["items"]?.arrayValue?.first?.objectValue)
      #expect(Set(line.keys).isSubset(of: ["taskId", "attemptN", "status", "exit", "outputCid"]))
      narrow["fields"] = ["status"]
      let least = try house.call("tasks_attempts_list", narrow)
      #expect(
        least["items"]?.arrayValue?.first?.objectValue.map { Set($0.keys) } == [
          "taskId", "attemptN", "status",
        ])
      narrow["fields"] = ["nope"]
      let refusal = try house.refusal("tasks_attempts_list", narrow).text
      #expect(refusal.contains("\"survivors\", found \"nope\""), "\(refusal)")
    }
  }

  @Test func aLongOutputIsLeftOutAndCanBeAskedFor() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.end(task, output: ["summary": .string(String(repeating: "wörd ", count: 3_000))])
      var place: JSONObject = ["task_id": .string(task.spec.name)]
      let short = try house.call("tasks_attempts_list", place)
      #expect(short.bytes.count <= 8_000)
      #expect(short["truncated"] == true)
      #expect(short["items"]?.arrayValue?.first?["output"] == nil)
      #expect(short["items"]?.arrayValue?.first?["outputSizeBytes"]?.intValue ?? 0 > 15_000)
      place["attempt_n"] = 1
      place["max_bytes"] = 40_000
      let long = try house.call("tasks_attempts_list", place)
      #expect(long["truncated"] == nil)
      #expect(long["items"]?.arrayValue?.first?["output"]?["summary"]?.stringValue?.count == 15_000)
    }
  }

  @Test func anUntriedTaskHasNoAttemptsAndNoMessages() throws {
    try withHouse { house in
      let place: JSONObject = ["task_id": .string(try house.task().spec.name)]
      #expect(try house.call("tasks_attempts_list", place)["items"] == [])
      let messages = try house.call("tasks_messages_list", place)
      #expect(messages["items"] == [])
      #expect(messages["nextAfterSeq"] == -1)
      #expect(messages["attemptN"] == nil)
    }
  }

  @Test func messagesArePagedFilteredAndGoOnWhereTheyEnded() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.say(
        task,
        (0..<60).map { $0 % 3 == 0 ? .info(text: "note \($0)", data: nil) : .text("text \($0)") }
          + [.textDelta("piece")])
      var arguments: JSONObject = ["task_id": .string(task.spec.name), "limit": 25]
      var found: [Int] = []
      repeat {
        let page = try house.call("tasks_messages_list", arguments)
        found += seqs(page)
        arguments["after_seq"] = page["nextAfterSeq"]
        if page["hasMore"] == false { break }
      } while true
      #expect(found == Array(0..<60))
      // The piece was passed over, and so are those who ask for what comes next.
      #expect(arguments["after_seq"] == 60)
      let deltas = try house.call(
        "tasks_messages_list",
        ["task_id": .string(task.spec.name), "after_seq": 59, "include_deltas": true])
      #expect(seqs(deltas) == [60])
      let notes = try house.call(
        "tasks_messages_list",
        ["task_id": .string(task.spec.name), "kinds": ["info"], "before_seq": 10])
      #expect(seqs(notes) == [0, 3, 6, 9])
      let tail = try house.call(
        "tasks_messages_list", ["task_id": .string(task.spec.name), "tail": 4])
      #expect(seqs(tail) == [56, 57, 58, 59])
    }
  }

  @Test func whatATailLeavesOutIsReachedBackwards() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.say(task, (0..<3).map { _ in .text(String(repeating: "x", count: 1_500)) })
      let name = JSONValue.string(task.spec.name)
      let tail = try house.call(
        "tasks_messages_list", ["task_id": name, "tail": 3, "max_bytes": 2_500])
      #expect(seqs(tail) == [2])
      #expect(tail["hasMore"] == false && tail["truncated"] == true)
      #expect(tail["hint"]?.stringValue?.contains("before_seq") == true)
      let earlier = try house.call("tasks_messages_list", ["task_id": name, "before_seq": 2])
      #expect(seqs(earlier) == [0, 1])
    }
  }

  @Test func longMessagesAreCutToTheBudgetAndNoneIsLost() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let long = String(repeating: "\u{1B}[31mé\"\\\n", count: 20_000)
      try house.say(task, [.text("a"), .text(long), .text("b"), .text(long), .text("c")])
      var arguments: JSONObject = ["task_id": .string(task.spec.name)]
      var found: [Int] = []
      var pages = 0
      repeat {
        let page = try house.call("tasks_messages_list", arguments)
        #expect(page.bytes.count <= 8_000)
        #expect(!page.text.contains("\\u001b"))
        found += seqs(page)
        arguments["after_seq"] = page["nextAfterSeq"]
        pages += 1
        if page["hasMore"] == false { break }
        #expect(page["truncated"] == true)
      } while pages < 20
      #expect(found == [0, 1, 2, 3, 4])
      let tail = try house.call(
        "tasks_messages_list", ["task_id": .string(task.spec.name), "tail": 2])
      #expect(seqs(tail).last == 4)
      #expect(tail.bytes.count <= 8_000)
    }
  }

  @Test func payloadsOfAnyShapeFitTheTightestBudget() throws {
    try withHouse { house in
      var deep: JSONValue = "bottom"
      for level in 0..<40 {
        deep = .object(
          JSONObject((0..<40).map { (key: "level \(level) key \($0)", value: $0 == 0 ? deep : 1) }))
      }
      let wide = JSONValue.object(
        JSONObject((0..<2_000).map { (key: "\($0)" + String(repeating: "k", count: 90), value: 1) })
      )
      let task = try house.start(try house.task())
      try house.say(
        task,
        [
          .info(text: "a", data: deep), .info(text: "b", data: wide),
          .toolCallStart(callId: "c", tool: "t", title: nil, arguments: wide),
          .toolCallEnd(callId: "c", tool: "t", ok: true, result: deep, durationMs: 1),
        ])
      try house.tell(
        task,
        .inputRequested(
          InputRequest(
            requestId: "q", attemptN: 1, question: "?", schema: wide, askedAt: .now)))
      let name: JSONValue = .string(task.spec.name)
      for bytes in [2_000, 40_000] {
        var arguments: JSONObject = ["task_id": name, "max_bytes": .integer(bytes)]
        #expect(try house.call("tasks_get", arguments).bytes.count <= bytes)
        var found: [Int] = []
        for _ in 0..<4 where found.count < 4 {
          let page = try house.call("tasks_messages_list", arguments)
          #expect(page.bytes.count <= bytes)
          found += seqs(page)
          arguments["after_seq"] = page["nextAfterSeq"]
        }
        #expect(found == [0, 1, 2, 3])
      }
    }
  }

  @Test func waitingForMessagesEndsWithThemOrWithTheAttempt() throws {
    try withHouse { house in
      let task = try house.task()
      let arguments: JSONObject = ["task_id": .string(task.spec.name), "wait_sec": 20]
      let asked = house.runners.number
      let thread = try Thread.start(name: "supervisor") {
        do {
          // Who begins to wait asks for a runner first.
          #expect(try eventually { house.runners.number > asked })
          try house.start(task)
          try house.say(task, [.text("here")])
        } catch { Issue.record(error) }
      }
      let first = try house.call("tasks_messages_list", arguments)
      thread.join()
      #expect(first["items"]?.arrayValue?.first?["payload"] == ["text": "here"])
      #expect(first["attemptStatus"] == "running")
      let end = try Thread.start(name: "supervisor") {
        do {
          try house.end(task)
        } catch { Issue.record(error) }
      }
      var next = arguments
      next["after_seq"] = first["nextAfterSeq"]
      let begin = MonotonicTime.now
      let last = try house.call("tasks_messages_list", next)
      end.join()
      #expect(last["items"] == [])
      #expect(last["attemptStatus"] == "completed")
      #expect(try MonotonicTime.now - begin < PromisedTime.bound(.seconds(5)))
    }
  }
}

import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that whatever is too long for one result can be read to its last byte.
struct LongValueTests {
  private static let piece = "{\"é\\\":\t💥e\u{301}}\n"
  /// Is longer than the least budget, at little cost.
  private static let long = String(repeating: piece, count: 200)

  /// Gives a message of a kind that is too long, and the member of its payload that is.
  private static func body(_ kind: MessageKind) -> (body: MessageBody, member: String) {
    switch kind {
    case .userMessage: (.userMessage(text: long, from: .brief), "text")
    case .text: (.text(long), "text")
    case .textDelta: (.textDelta(long), "text")
    case .toolCallStart:
      (.toolCallStart(callId: "c", tool: "t", title: "x", arguments: .string(long)), "arguments")
    case .toolCallEnd:
      (
        .toolCallEnd(callId: "c", tool: "t", ok: true, result: .string(long), durationMs: 1),
        "result"
      )
    case .turnEnd: (.turnEnd(turn: 1, usage: nil, stopReason: long), "stopReason")
    case .error: (.error(code: "unknown", message: long, retryable: true), "message")
    case .info: (.info(text: long, data: nil), "text")
    case .inputRequest:
      (.inputRequest(RequestMessage(requestId: "q", question: long, options: ["a"])), "question")
    case .inputResponse:
      (
        .inputResponse(requestId: "q", answer: .string(long), answeredBy: House.person.actor),
        "answer"
      )
    }
  }

  /// Reads on in a message until there is no rest, each page within its budget.
  private func whole(
    _ house: House, _ arguments: JSONObject, _ member: String, bytes: Int
  ) throws -> String {
    var arguments = arguments
    arguments["max_bytes"] = .integer(bytes)
    var text = ""
    repeat {
      let page = try house.call("tasks_messages_list", arguments)
      #expect(page.bytes.count <= bytes)
      let item = try #require(page["items"]?.arrayValue?.first)
      text += try #require(item["payload"]?[member]?.stringValue)
      let rest = page["rest"]
      #expect((rest != nil) == (page["truncated"] == true))
      arguments["after_seq"] = nil
      arguments["seq"] = rest?["seq"]
      arguments["offset"] = rest?["nextOffset"]
      #expect(rest == nil || page["hint"]?.stringValue?.contains("offset") == true)
    } while arguments["offset"] != nil
    return text
  }

  @Test(arguments: MessageKind.allCases.filter { $0 != .turnEnd })
  func aLongMessageIsReadInPieces(_ kind: MessageKind) throws {
    let (body, member) = Self.body(kind)
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.say(task, [.text("before"), body, .text("after")])
      var arguments: JSONObject = [
        "task_id": .string(task.spec.name), "after_seq": 0, "include_deltas": true,
      ]
      let read = try whole(house, arguments, member, bytes: 2_000)
      #expect(read == Self.long, "\(read.count)")
      // Who does not care for the rest goes on behind it.
      arguments["max_bytes"] = 2_000
      let page = try house.call("tasks_messages_list", arguments)
      #expect(page["nextAfterSeq"] == 1 && page["hasMore"] == true)
    }
  }

  @Test(arguments: [8_000, 40_000]) func aTextAboveAnyBudgetIsReadInPieces(_ bytes: Int) throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let text = String(repeating: Self.piece, count: 4_000)
      try house.say(task, [.text(text)])
      let read = try whole(house, ["task_id": .string(task.spec.name)], "text", bytes: bytes)
      #expect(read == text, "\(read.count)")
    }
  }

  @Test func aValueThatIsNoTextIsReadAsItsJSON() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let value = JSONValue.array((0..<2_000).map { ["number": .integer($0)] })
      try house.say(task, [.info(text: "look", data: value)])
      let text = try whole(
        house, ["task_id": .string(task.spec.name)], "text", bytes: 8_000)
      #expect(text == "look\n" + value.text)
    }
  }

  @Test func aNumberThatNamesNoMessageIsRefused() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.say(task, [.text("one")])
      let name = JSONValue.string(task.spec.name)
      let gone = try house.refusal("tasks_messages_list", ["task_id": name, "seq": 7])
      #expect(gone.code == "not_found")
      let alone = try house.refusal("tasks_messages_list", ["task_id": name, "offset": 7])
      #expect(alone.text.contains("/offset: goes with seq"))
      let both = try house.refusal(
        "tasks_messages_list", ["task_id": name, "seq": 0, "tail": 1])
      #expect(both.text.contains("/seq: goes without"))
    }
  }

  @Test func aLongOutputAndInputAreReadByTheirContentIds() throws {
    try withHouse { house in
      let task = try house.start(try house.task(String(repeating: "wörk ", count: 15_000)))
      let output: JSONValue = ["summary": .string(String(repeating: "wörd ", count: 12_000))]
      let number = try house.store().task(.id(task.id)).attemptCount
      try house.tell(
        task,
        .settled(
          Settlement(
            attemptN: number, leaseId: "lease", outcome: .completed, output: output,
            outputCid: ContentID(json: try output.canonical), exit: ProcessExit(code: 0))))
      let name = JSONValue.string(task.spec.name)
      let attempts = try house.call("tasks_attempts_list", ["task_id": name, "max_bytes": 40_000])
      let line = try #require(attempts["items"]?.arrayValue?.first)
      #expect(line["output"] == nil && line["outputCut"] == true)
      #expect(attempts["hint"]?.stringValue?.contains("tasks_artifacts_download") == true)
      let shown = try house.call("tasks_get", ["task_id": name])
      #expect(shown["inputCut"] == true)
      for (cid, value) in [
        (line["outputCid"], output), (shown["inputCid"], task.spec.input),
      ] {
        var arguments: JSONObject = ["task_id": name, "max_bytes": 40_000]
        arguments["cid"] = cid
        var text = ""
        repeat {
          let blocks = try house.call("tasks_artifacts_download", arguments)["content"]?.arrayValue
          text += blocks?.first?.stringValue ?? ""
          arguments["offset"] = try blocks?.dropFirst().first?.stringValue
            .flatMap { try JSONValue.parse($0)["nextOffset"] }
        } while arguments["offset"] != nil
        #expect(try JSONValue.parse(text) == value)
        arguments["as"] = "path"
        #expect(try house.refusal("tasks_artifacts_download", arguments).code == "no_file")
      }
    }
  }

  @Test func whoReadsWholeIsNotBoundToABudget() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.say(task, [.text(Self.long), .text(Self.long)])
      try house.end(task, output: ["summary": .string(Self.long)])
      var reader = House.person
      reader.readsWhole = true
      let place: JSONObject = ["task_id": .string(task.spec.name)]
      let messages = try house.call("tasks_messages_list", place, as: reader)
      #expect(messages["items"]?.arrayValue?.last?["payload"]?["text"] == .string(Self.long))
      #expect(messages["truncated"] == nil && messages["hasMore"] == false)
      let attempts = try house.call("tasks_attempts_list", place, as: reader)
      #expect(attempts["items"]?.arrayValue?.first?["output"] == ["summary": .string(Self.long)])
    }
  }
}

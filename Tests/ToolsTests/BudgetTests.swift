import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import MCP
@testable import Tools

/// Checks that no result is longer than was asked for, whatever stands in the store.
struct BudgetTests {
  /// Pieces of text that take more room in JSON, or more bytes, than they seem to.
  static let pieces = ["x", #"\""#, "\n\u{1B}[1m", "é€💥e\u{301}\u{302}"]
  static let budgets = [2_000, 2_001, 8_000, 39_999, 40_000]

  /// Counts what a model is given; the text beside a structured result is the same once more.
  private static func size(_ result: ToolResult) -> Int {
    switch result {
    case .structured(let bytes): bytes.count
    case .content(let blocks): JSONValue.array(blocks.map(\.value)).bytes.count
    case .failure(let failure): JSONValue.string(failure.text).bytes.count
    }
  }

  /// Fills a house with tasks that say as much as they can; gives one that was tried and that asks.
  private static func fill(_ house: House, _ piece: String) throws -> (TaskRecord, JSONValue) {
    func much(_ bytes: Int) -> String { String(repeating: piece, count: bytes / piece.utf8.count) }
    let words: JSONObject = [
      "title": .string("t" + much(150)), "tags": [.string("a" + much(30)), "b"],
      "correlation_id": .string("c" + much(100)), "diary_id": .string("d" + much(100)),
    ]
    for _ in 0..<60 {
      try house.end(
        try house.start(try house.task(much(5_000) + "x", words)),
        .failed(AttemptError(.agentCrashed, much(3_000))), output: .string(much(3_000)),
        summary: much(5_000))
    }
    let first = try house.start(try house.task(much(5_000) + "x", words))
    for index in 0..<8 {
      try house.tell(
        first,
        .inputRequested(
          InputRequest(
            requestId: "q\(index)", attemptN: 1, question: much(5_000),
            options: Array(repeating: much(300), count: 30), askedAt: .now)))
    }
    try house.say(
      first,
      [.text(much(100_000)), .info(text: much(9_000), data: .string(much(9_000)))]
        + (0..<60).map { _ in .text(much(700)) })
    var cid: JSONValue = .null
    for index in 0..<60 {
      let bound = try house.call(
        "tasks_artifacts_upload",
        [
          "task_id": .string(first.spec.name), "text": .string(much(90_000) + "\(index)"),
          "title": .string("t" + much(150)), "kind": "report",
        ])
      cid = try #require(bound["cid"])
    }
    return (first, cid)
  }

  /// Lists calls of every tool that takes a budget, by what they are given.
  private static func calls(
    _ task: TaskRecord, after ended: TaskRecord, _ cid: JSONValue
  ) -> [(String, JSONObject)] {
    let id: JSONValue = .string(task.id.description)
    let brief = task.spec.input["brief"] ?? .null
    let offsets: [JSONObject] = [[:], ["offset": 7], ["as": "base64"], ["as": "path"]]
    return [
      ("tasks_schemas", [:]), ("tasks_schemas", ["detail": "full"]),
      ("tasks_list", [:]), ("tasks_list", ["limit": 100]),
      ("tasks_list", ["view": "all", "limit": 100]),
      ("tasks_get", ["task_id": id]), ("tasks_wait", ["task_ids": [id]]),
      ("tasks_wait", ["task_ids": [id], "until": "terminal", "timeout_sec": 0]),
      ("tasks_attempts_list", ["task_id": id]),
      ("tasks_messages_list", ["task_id": id, "limit": 200]),
      ("tasks_messages_list", ["task_id": id, "tail": 200]),
      ("tasks_artifacts_list", ["task_id": id, "limit": 100]),
      ("tasks_create", ["brief": brief, "profile": "shell", "dry_run": true]),
      (
        "tasks_continue",
        ["from_task_id": .string(ended.id.description), "brief": brief, "session": "new"]
      ),
      ("tasks_create", ["brief": brief, "profile": "shell", "idempotency_key": "k"]),
      ("tasks_create", ["brief": brief, "profile": "shell", "idempotency_key": "k"]),
    ]
      + offsets.map { more in
        var arguments: JSONObject = ["task_id": id, "cid": cid]
        for (key, value) in more { arguments[key] = value }
        return ("tasks_artifacts_download", arguments)
      } + [("tasks_cancel", ["task_id": id])]
  }

  @Test(arguments: pieces) func everyResultStaysUnderWhatWasAskedFor(_ piece: String) throws {
    try withHouse { house in
      let (task, cid) = try Self.fill(house, piece)
      var called: Set<String> = []
      let ended = try house.end(try house.start(try house.task("true")))
      for (tool, arguments) in Self.calls(task, after: ended, cid) {
        for budget in Self.budgets {
          var arguments = arguments
          arguments["max_bytes"] = .integer(budget)
          let size = Self.size(try house.toolbox.perform(tool, arguments, House.person))
          #expect(size <= budget, "\(tool) \(arguments["max_bytes"]?.text ?? "")")
          called.insert(tool)
        }
      }
      let bounded = house.toolbox.operations.filter {
        $0.tool.entry["inputSchema"]?["properties"]?["max_bytes"] != nil
      }
      #expect(called == Set(bounded.map(\.name)))
    }
  }

  @Test func everyPageOfATextIsExactWhateverItCosts() throws {
    try withHouse { house in
      let text = String(repeating: #"{"a":"\\é€💥"}"# + "\r\n", count: 3_000)
      let staged = try house.call("tasks_artifacts_stage", ["text": .string(text)])
      for budget in Self.budgets {
        var arguments: JSONObject = ["max_bytes": .integer(budget)]
        arguments["cid"] = staged["cid"]
        var whole = ""
        repeat {
          let blocks = try house.call("tasks_artifacts_download", arguments)["content"]?.arrayValue
          whole += blocks?.first?.stringValue ?? ""
          arguments["offset"] = try blocks?.dropFirst().first?.stringValue
            .flatMap { try JSONValue.parse($0)["nextOffset"] }
        } while arguments["offset"] != nil
        #expect(whole == text, "\(budget)")
      }
    }
  }

  @Test func aRefusalIsNoLongerThanAResult() throws {
    try withHouse { house in
      let much = String(repeating: "\"", count: 100_000)
      let wrong = (0..<200).map { (key: "\($0)" + much, value: JSONValue.string(much)) }
      let calls: [(String, JSONObject)] = [
        ("tasks_get", JSONObject(wrong)), ("tasks_get", ["task_id": .string(much)]),
        ("tasks_list", ["status": .array((0..<9).map { _ in .string(much) })]),
        ("tasks_create", ["input": .object(JSONObject(wrong)), "profile": "shell"]),
        ("tasks_create", ["task_type": .string(much), "brief": "x"]),
      ]
      for (tool, arguments) in calls {
        let failure = try house.refusal(tool, arguments)
        #expect(JSONValue.string(failure.text).bytes.count <= ByteBudget.usual, "\(tool)")
      }
    }
  }
}

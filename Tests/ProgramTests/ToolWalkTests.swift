import JSON
import Posix
import TestSupport
import Testing

/// Checks every tool's real results, in every version there is.
struct ToolWalkTests {
  /// Is what a walk works with: a task that has ended, with what it left.
  struct Setting {
    var task: String
    var cid: String
    var folder: String

    /// Puts the names into a call's arguments.
    func filled(_ arguments: String) -> String {
      arguments.replacing("TASK", with: task).replacing("CID", with: cid)
        .replacing("FOLDER", with: folder)
    }
  }

  /// Calls of each tool that must succeed; a tool that is missing here fails the walk.
  static let calls: [String: [String]] = [
    "tasks_schemas": ["{}", #"{"detail":"full"}"#, #"{"task_type":"command","max_bytes":2000}"#],
    "tasks_create": [
      #"{"brief":"true","profile":"shell","workspace":"none","dry_run":true}"#,
      #"{"brief":"true","profile":"shell","workspace":"none"}"#,
      #"{"brief":"true","profile":"shell","directory":"FOLDER","wait":true}"#,
      #"{"brief":"true","profile":"shell","directory":"FOLDER","idempotency_key":"same"}"#,
      #"{"brief":"exit 3","profile":"shell","workspace":"none","wait":true,"max_bytes":2000}"#,
    ],
    "tasks_list": [
      "{}", #"{"view":"all","limit":1}"#, #"{"seen":1}"#, #"{"status":["failed","completed"]}"#,
      #"{"query":"no such words","max_bytes":2000}"#,
    ],
    "tasks_get": [#"{"task_id":"TASK"}"#, #"{"task_id":"walked","max_bytes":2000}"#],
    "tasks_wait": [
      #"{"task_ids":["TASK"]}"#, #"{"task_ids":["TASK"],"until":"terminal","timeout_sec":0}"#,
      #"{"task_ids":["TASK"],"until":"change","timeout_sec":1}"#,
    ],
    // Needs an agent that asks or hears, which the runner's tests play.
    "tasks_respond": [],
    "tasks_continue": [
      #"{"from_task_id":"TASK","brief":"true","session":"new","idempotency_key":"on"}"#,
      #"{"from_task_id":"TASK","brief":"true","session":"new","mode":"fork","max_bytes":2000}"#,
    ],
    "tasks_cancel": [#"{"task_id":"TASK"}"#, #"{"task_ids":["TASK","walked"],"reason":"none"}"#],
    "tasks_console_link": [#"{}"#, #"{"task_id":"TASK","view":"new"}"#],
    "tasks_attempts_list": [
      #"{"task_id":"TASK"}"#, #"{"task_id":"TASK","fields":["exit"],"max_bytes":2000}"#,
      #"{"task_id":"TASK","accepted_only":true,"attempt_n":1}"#,
    ],
    "tasks_messages_list": [
      #"{"task_id":"TASK"}"#, #"{"task_id":"TASK","tail":1,"kinds":["text"]}"#,
      #"{"task_id":"TASK","after_seq":99999,"wait_sec":1}"#,
      #"{"task_id":"TASK","limit":1,"include_deltas":true,"max_bytes":2000}"#,
    ],
    "tasks_artifacts_list": [#"{"task_id":"TASK"}"#, #"{"task_id":"TASK","limit":1}"#],
    "tasks_artifacts_download": [
      #"{"task_id":"TASK","cid":"CID"}"#, #"{"cid":"CID","as":"base64"}"#,
      #"{"cid":"CID","as":"path"}"#, #"{"cid":"CID","max_bytes":2000,"offset":1}"#,
    ],
    "tasks_artifacts_upload": [
      #"{"task_id":"TASK","text":"a note","title":"note"}"#,
      #"{"task_id":"TASK","attempt_n":1,"content_base64":"AAEC","kind":"log"}"#,
      #"{"task_id":"TASK","path":"FOLDER/work/report.txt"}"#,
    ],
    "tasks_artifacts_stage": [
      #"{"text":"x"}"#, #"{"content_base64":"AAEC","content_type":"image/png"}"#,
      #"{"path":"FOLDER/work/report.txt"}"#,
    ],
    "tasks_verify": [
      #"{"task_id":"TASK","accepted":true}"#,
      #"{"task_id":"TASK","accepted":false,"comments":"no","reviewer":"ann"}"#,
    ],
    "tasks_retry": [#"{"task_id":"TASK","reason":"once more"}"#],
    "tasks_update": [#"{"task_id":"TASK","title":"Walked","tags":["a"],"priority":10}"#],
    "tasks_comment": [#"{"task_id":"TASK","text":"a remark","author":"ann"}"#],
  ]

  @Test(arguments: Legacy.versions + [Modern.version])
  func everyResultIsAsItsToolAndItsVersionPromise(_ version: String) throws {
    let isModern = version == Modern.version
    try withConversation(["--allow-commands"]) { conversation, folder in
      let setting = try Self.prepare(conversation, folder)
      if !isModern { _ = try conversation.result(1, Legacy.initialize(1, version: version)) }
      let list = isModern ? Modern.request(2, "tools/list") : Legacy.request(2, "tools/list")
      let tools = try conversation.result(2, list)["tools"]?.arrayValue ?? []
      #expect(!tools.isEmpty)
      for tool in tools {
        let name = try #require(tool["name"]?.stringValue)
        for arguments in try #require(Self.calls[name], "\(name) is not tried") {
          let given = setting.filled(arguments)
          let result = try conversation.result(
            3, isModern ? Modern.call(3, name, given) : Legacy.call(3, name, given))
          // The judge of every line has compared it with the tool's own promise.
          #expect(result["isError"] != true, "\(name) \(given): \(result.text)")
          #expect((result["structuredContent"] == nil) == (tool["outputSchema"] == nil), "\(name)")
          #expect((result["resultType"] == "complete") == isModern, "\(name)")
        }
      }
      let kinds = Set(conversation.heard.flatMap { Self.kinds(of: $0) })
      #expect(kinds == (version < "2025-06-18" ? ["text"] : ["text", "resource_link"]))
    }
  }

  /// Runs a task that leaves a report, and is done.
  private static func prepare(
    _ conversation: Conversation, _ folder: String
  ) throws -> Setting {
    let report = String(repeating: "A line of the report.\n", count: 200)
    try writeFile(folder + "/work/report.txt", report)
    let arguments: JSONValue = [
      "brief": #"echo one; echo two >&2; cp work/report.txt "$ERRAND_ARTIFACTS/""#,
      "profile": "shell", "directory": .string(folder), "name": "walked",
    ]
    let created = try conversation.call("tasks_create", arguments)
    let task = try #require(created["id"]?.stringValue)
    let ended = try conversation.end(of: task)
    #expect(ended["status"] == "completed", "\(ended.text)")
    let artifacts = try conversation.call("tasks_artifacts_list", ["task_id": .string(task)])
    let left = artifacts["artifacts"]?.arrayValue?.first { $0["title"] == "report.txt" }
    return Setting(
      task: task, cid: try #require(left?["cid"]?.stringValue, "\(artifacts.text)"),
      folder: folder)
  }

  private static func kinds(of line: JSONValue) -> [String] {
    (line["result"]?["content"]?.arrayValue ?? []).compactMap { $0["type"]?.stringValue }
  }

  @Test(arguments: Legacy.versions)
  func resultsOfASessionCarryNothingOfTheOtherEra(_ version: String) throws {
    try withConversation { conversation, _ in
      let uri = #""uri":"errand://tasks""#
      let lines = [
        Legacy.initialize(0, version: version), Legacy.initialized,
        Legacy.request(1, "tools/list"), Legacy.request(2, "prompts/list"),
        Legacy.request(3, "resources/list"), Legacy.request(4, "resources/templates/list"),
        Legacy.request(5, "resources/read", uri), Legacy.request(6, "resources/subscribe", uri),
        Legacy.request(7, "resources/unsubscribe", uri), Legacy.request(8, "ping"),
        Legacy.request(9, "prompts/get", #""name":"what_needs_me""#),
        Legacy.request(
          10, "completion/complete",
          #""ref":{"type":"ref/prompt","name":"review"},"argument":{"name":"task","value":""}"#),
        Legacy.call(11, "tasks_list"), Legacy.call(12, "tasks_get"),
      ]
      let said = try conversation.say(lines)
      #expect(said.count == 13)
      for answer in said {
        let result = try #require(answer["result"]?.objectValue, "\(answer.text)")
        for key in ["resultType", "ttlMs", "cacheScope", "_meta"] {
          #expect(result[key] == nil, "\(answer.text.prefix(200))")
        }
      }
    }
  }
}

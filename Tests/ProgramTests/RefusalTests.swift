import JSON
import Posix
import TestSupport
import Testing

/// Checks that bad input gets the error it deserves, and that nothing is stored.
struct RefusalTests {
  /// One call that must be refused: the code it answers, and words that help.
  struct Refusal: Sendable, CustomTestStringConvertible {
    var tool: String
    var arguments: String
    var code: String
    var mentions: [String] = []

    var testDescription: String { "\(tool) \(arguments.prefix(80)) → [\(code)]" }
  }

  static let refusals: [Refusal] = [
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":5}"#, code: "invalid_arguments",
      mentions: ["/brief", "a string"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"breif":"x"}"#, code: "invalid_arguments",
      mentions: ["breif", "brief"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":"x","profile":"shell","depends_on":"one"}"#,
      code: "invalid_arguments", mentions: ["depends_on"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"input":{"constraints":5},"profile":"shell"}"#,
      code: "task_validation_failed", mentions: ["/input/brief", "/input/constraints"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":" \n ","profile":"shell"}"#,
      code: "invalid_arguments", mentions: ["/brief", "says nothing"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":"x","task_type":"none"}"#,
      code: "task_type_unknown", mentions: ["none"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":"x","profile":"none"}"#,
      code: "profile_unknown"),
    Refusal(tool: "tasks_create", arguments: #"{"brief":"x"}"#, code: "agent_missing"),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":"x","profile":"shell","directory":"here"}"#,
      code: "directory_not_absolute", mentions: ["/directory"]),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":"x","profile":"shell","directory":"/none"}"#,
      code: "directory_missing"),
    Refusal(
      tool: "tasks_create", arguments: #"{"brief":"x","profile":"shell","directory":"/etc"}"#,
      code: "directory_forbidden"),
    Refusal(tool: "tasks_get", arguments: #"{"task_id":"none"}"#, code: "not_found"),
    Refusal(tool: "tasks_get", arguments: "{}", code: "invalid_arguments", mentions: ["task_id"]),
    Refusal(tool: "tasks_wait", arguments: #"{"task_ids":["none"]}"#, code: "not_found"),
    Refusal(tool: "tasks_cancel", arguments: #"{"task_id":"none"}"#, code: "not_found"),
    Refusal(
      tool: "tasks_wait", arguments: #"{"task_ids":["a"],"timeout_sec":99}"#,
      code: "invalid_arguments", mentions: ["/timeout_sec"]),
    Refusal(
      tool: "tasks_artifacts_stage", arguments: #"{"content_base64":"YQ=b"}"#,
      code: "invalid_arguments", mentions: ["/content_base64"]),
    Refusal(
      tool: "tasks_artifacts_stage", arguments: #"{"path":"/etc/passwd"}"#,
      code: "path_forbidden"),
  ]

  @Test(arguments: refusals)
  func aBadCallIsRefusedAndNothingIsStored(_ refusal: Refusal) throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let arguments = try JSONValue.parse(refusal.arguments)
      let text = try conversation.refusal(refusal.tool, arguments)
      #expect(text.hasPrefix("[\(refusal.code)]"), "\(text)")
      for word in refusal.mentions { #expect(text.contains(word), "\(text)") }
      #expect(text.split(separator: "\n").count >= 2, "no next step: \(text)")
      let listed = try conversation.call("tasks_list", ["view": "all"])
      #expect(listed["total"] == 0)
    }
  }

  @Test(arguments: [
    #"{"brief":"x","profile":"shell"}"#, #"{"task_type":"command","input":{"script":"true"}}"#,
  ])
  func commandsNeedThePersonsLeave(_ arguments: String) throws {
    try withConversation { conversation, _ in
      let text = try conversation.refusal("tasks_create", try JSONValue.parse(arguments))
      #expect(text.hasPrefix("[commands_not_allowed]"), "\(text)")
      #expect(text.contains("allowCommands") || text.contains("--allow-commands"))
    }
  }

  @Test func aTakenNameAndAReusedKeyAreRefusedAndTheSameRequestIsReplayed() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      var arguments: JSONValue = [
        "brief": "true", "profile": "shell", "name": "twice", "directory": .string(folder),
        "idempotency_key": "k1",
      ]
      let first = try conversation.call("tasks_create", arguments)
      let again = try conversation.call("tasks_create", arguments)
      #expect(again["id"] == first["id"])
      #expect(again["replayed"] == true)
      arguments = [
        "brief": "false", "profile": "shell", "directory": .string(folder),
        "idempotency_key": "k1",
      ]
      let conflict = try conversation.refusal("tasks_create", arguments)
      #expect(conflict.hasPrefix("[idempotency_conflict]"), "\(conflict)")
      let taken = try conversation.refusal(
        "tasks_create",
        ["brief": "true", "profile": "shell", "name": "twice", "directory": .string(folder)])
      #expect(taken.hasPrefix("[name_taken]"), "\(taken)")
      _ = try conversation.end(of: try #require(first["id"]?.stringValue))
      #expect(try conversation.call("tasks_list", ["view": "all"])["total"] == 1)
    }
  }
}

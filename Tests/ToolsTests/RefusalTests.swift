import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that what cannot be done is refused in words that help, and leaves no trace.
struct RefusalTests {
  /// One call that must be refused.
  struct Case: Sendable, CustomTestStringConvertible {
    var tool: String
    var arguments: JSONObject
    var code: String
    var pointers: [String]

    init(_ tool: String, _ arguments: JSONObject, _ code: String, _ pointers: String...) {
      self.tool = tool
      self.arguments = arguments
      self.code = code
      self.pointers = pointers
    }

    var testDescription: String {
      "\(tool) \(JSONValue.object(arguments).text.prefix(80)) → \(code)"
    }
  }

  static let cases = [
    Case("tasks_create", ["brief": 5], "invalid_arguments", "/brief"),
    Case("tasks_create", ["brief": ""], "invalid_arguments", "/brief"),
    Case("tasks_create", ["breif": "x"], "invalid_arguments", "/breif"),
    Case("tasks_create", ["brief": "x", "after_task": []], "invalid_arguments", "/after_task"),
    Case("tasks_create", ["brief": "x", "name": "Not A Name"], "invalid_arguments", "/name"),
    Case("tasks_create", ["brief": "x", "input": ["brief": "y"]], "invalid_arguments", "/brief"),
    Case("tasks_create", ["input": []], "invalid_arguments", "/input"),
    Case("tasks_create", ["brief": "x", "priority": 101], "invalid_arguments", "/priority"),
    Case("tasks_create", [:], "task_validation_failed", "/input/brief"),
    Case(
      "tasks_create", ["input": ["constraints": 5], "profile": "shell"], "task_validation_failed",
      "/input/brief", "/input/constraints"),
    Case(
      "tasks_create", ["task_type": "command", "input": ["argv": ["a"], "script": "b"]],
      "task_validation_failed", "/input"),
    Case(
      "tasks_create",
      [
        "task_type": "command", "input": ["script": "x", "env": ["LD_PRELOAD": "y", "LANG": "C"]],
      ],
      "task_validation_failed", "/input/env/LD_PRELOAD"),
    Case("tasks_create", ["brief": "x", "task_type": "none"], "task_type_unknown", "/task_type"),
    Case("tasks_create", ["brief": "x", "profile": "none"], "profile_unknown", "/profile"),
    Case("tasks_create", ["brief": "x"], "agent_missing", "/profile"),
    Case("tasks_create", ["brief": "x", "profile": "claude"], "agent_missing", "/profile"),
    Case(
      "tasks_create", ["brief": "x", "profile": "shell", "directory": "here"],
      "directory_not_absolute", "/directory"),
    Case(
      "tasks_create", ["brief": "x", "profile": "shell", "directory": "/none/at/all"],
      "directory_missing", "/directory"),
    Case(
      "tasks_create", ["brief": "x", "profile": "shell", "directory": "/etc"],
      "directory_forbidden", "/directory"),
    Case(
      "tasks_create",
      ["brief": "x", "profile": "shell", "directory": "/etc", "workspace": "none"],
      "invalid_arguments", "/directory"),
    Case(
      "tasks_create", ["brief": "x", "profile": "shell", "parent_id": "none"], "not_found",
      "/parent_id"),
    Case(
      "tasks_create", ["brief": "x", "profile": "shell", "name": "taken"], "name_taken",
      "/name"),
    Case("tasks_get", [:], "invalid_arguments", "/task_id"),
    Case("tasks_get", ["task_id": "none"], "not_found", "/task_id"),
    Case("tasks_get", ["id": "taken", "task_id": "taken"], "invalid_arguments", "/id"),
    Case("tasks_get", ["task_id": "taken", "team_id": "other"], "not_found", "/task_id"),
    Case("tasks_get", ["task_id": "taken", "diary_id": "other"], "not_found", "/task_id"),
    Case("tasks_get", ["task_id": "taken", "max_bytes": 100], "invalid_arguments", "/max_bytes"),
    Case("tasks_list", ["status": ["runing"]], "invalid_arguments", "/status/0"),
    Case("tasks_list", ["view": "all", "cursor": "???"], "bad_cursor", "/cursor"),
    Case("tasks_list", ["cursor": ""], "bad_cursor", "/cursor"),
    Case("tasks_list", ["view": "inbox", "profile": "x"], "invalid_arguments", "/view"),
    Case("tasks_list", ["limit": 0], "invalid_arguments", "/limit"),
    Case("tasks_list", ["parent_id": "none"], "not_found", "/parent_id"),
    Case("tasks_wait", ["task_ids": []], "invalid_arguments", "/task_ids"),
    Case("tasks_wait", ["task_ids": ["taken", "none"]], "not_found", "/task_ids/1"),
    Case(
      "tasks_wait", ["task_ids": ["taken"], "timeout_sec": 46], "invalid_arguments",
      "/timeout_sec"),
    Case("tasks_cancel", [:], "invalid_arguments", "/task_id"),
    Case("tasks_cancel", ["task_id": "none"], "not_found", "/task_id"),
    Case("tasks_attempts_list", ["task_id": "none"], "not_found", "/task_id"),
    Case("tasks_attempts_list", ["task_id": "taken", "attempt_n": 1], "not_found", "/attempt_n"),
    Case(
      "tasks_attempts_list", ["task_id": "taken", "fields": ["leaseId"]], "invalid_arguments",
      "/fields/0"),
    Case("tasks_messages_list", ["task_id": "taken", "attempt_n": 3], "not_found", "/attempt_n"),
    Case(
      "tasks_messages_list", ["task_id": "taken", "kinds": ["words"]], "invalid_arguments",
      "/kinds/0"),
    Case("tasks_artifacts_list", ["task_id": "taken", "cursor": "x"], "bad_cursor", "/cursor"),
    Case(
      "tasks_artifacts_download", ["task_id": "taken", "cid": "x"], "invalid_arguments", "/cid"),
    Case(
      "tasks_artifacts_download",
      ["cid": .string(ContentID(raw: Array("nobody stored this".utf8)).description)],
      "not_found", "/cid"),
    Case(
      "tasks_artifacts_upload", ["task_id": "taken"], "invalid_arguments", "/content_base64"),
    Case(
      "tasks_artifacts_upload", ["task_id": "taken", "text": "a", "content_base64": "YQ=="],
      "invalid_arguments", "/text"),
    Case(
      "tasks_artifacts_upload", ["task_id": "taken", "content_base64": "YQ"],
      "invalid_arguments", "/content_base64"),
    Case(
      "tasks_artifacts_upload", ["task_id": "taken", "text": "a", "kind": "Not A Word"],
      "invalid_arguments", "/kind"),
    Case(
      "tasks_artifacts_upload", ["task_id": "taken", "text": "a", "content_type": "text"],
      "invalid_arguments", "/content_type"),
    Case(
      "tasks_artifacts_upload", ["task_id": "taken", "text": "a", "attempt_n": 1], "not_found",
      "/attempt_n"),
    Case(
      "tasks_artifacts_stage", ["content_base64": "YQ=b"], "invalid_arguments", "/content_base64"),
    Case("tasks_artifacts_stage", ["path": "/etc/passwd"], "path_forbidden", "/path"),
    Case("tasks_artifacts_stage", ["path": "passwd"], "path_not_absolute", "/path"),
    Case("tasks_artifacts_stage", ["path": "/none/at/all"], "path_missing", "/path"),
    Case("tasks_schemas", ["task_type": "none"], "task_type_unknown", "/task_type"),
    Case("tasks_schemas", ["detail": "all"], "invalid_arguments", "/detail"),
  ]

  @Test(arguments: cases)
  func aWrongCallIsRefusedAndNothingIsStored(_ wrong: Case) throws {
    try withHouse { house in
      try house.task("true", ["name": "taken"])
      let failure = try house.refusal(wrong.tool, wrong.arguments)
      #expect(failure.code == wrong.code, "\(failure.text)")
      for pointer in wrong.pointers {
        #expect(failure.faults.contains { $0.pointer.description == pointer }, "\(failure.text)")
      }
      let lines = failure.text.split(separator: "\n")
      #expect(lines[0].hasPrefix("[\(wrong.code)] "))
      #expect(lines.count == 2 + failure.faults.count, "\(failure.text)")
      #expect(failure.nextStep?.isEmpty == false)
    }
  }

  @Test(
    arguments: [
      ["brief": "x", "profile": "shell"], ["task_type": "command", "input": ["script": "true"]],
    ] as [JSONObject])
  func aChatClientNeedsLeaveForCommands(_ arguments: JSONObject) throws {
    try withHouse { house in
      let failure = try house.refusal("tasks_create", arguments, as: House.client)
      #expect(failure.code == "commands_not_allowed")
      #expect(failure.text.contains("--allow-commands"))
    }
    try withCommandsAllowed { house in
      _ = try house.call("tasks_create", arguments, as: House.client)
    }
    try withTemporaryDirectory { root in
      // Leave in the configuration counts from the start on, and only until it is taken back.
      for folder in ["house", "leave"] {
        try RealFileSystem().createDirectory(Path.join(root, folder))
      }
      let file = Path.join(root, "leave/config.json")
      try writeFile(file, #"{"allowCommands":true}"#)
      let house = try House(Path.join(root, "house")) { $0.environment["ERRAND_CONFIG"] = file }
      _ = try house.call("tasks_create", arguments, as: House.client)
      try writeFile(file, #"{"allowCommands":false}"#)
      let failure = try house.refusal("tasks_create", arguments, as: House.client)
      #expect(failure.code == "commands_not_allowed")
    }
  }

  @Test(arguments: [
    "tasks_create", "tasks_cancel", "tasks_artifacts_upload", "tasks_artifacts_stage",
  ])
  func insideAnAttemptTasksCanOnlyBeRead(_ tool: String) throws {
    try withHouse { outside in
      let task = try outside.task()
      var setting = outside.workshop.setting
      setting.environment["ERRAND_ATTEMPT"] = "\(task.id)/1"
      let toolbox = Toolbox(Workshop(setting))
      let arguments: [String: JSONObject] = [
        "tasks_create": ["brief": "x", "profile": "shell"],
        "tasks_cancel": ["task_id": .string(task.spec.name)],
        "tasks_artifacts_upload": ["task_id": .string(task.spec.name), "text": "x"],
        "tasks_artifacts_stage": ["text": "x"],
      ]
      let number = try outside.store().number()
      #expect(throws: ToolFailure.attemptScope("\(task.id)/1")) {
        try toolbox.perform(tool, arguments[tool] ?? [:], House.person)
      }
      #expect(try outside.store().number() == number)
      _ = try toolbox.perform("tasks_get", ["task_id": .string(task.spec.name)], House.person)
    }
  }

  @Test func aParentThatIsASupervisedAgentIsNoticedWithoutItsMark() throws {
    try withHouse { house in
      let task = try house.task()
      let parent = try #require(try ProcessTable.record(of: ProcessTable.current().parent))
      try house.tell(task, .claimed(Claim(attemptN: 1, leaseId: "l", profile: "shell")))
      let executor = Executor(
        agent: "shell", host: "here", pid: Int(parent.pid),
        startedAtTicks: parent.identity.startTicks, supervisorPid: 1)
      try house.tell(
        task,
        .started(
          Start(
            attemptN: 1, leaseId: "l", executor: executor,
            workspace: AttemptWorkspace(mode: .sharedMount, path: house.work))))
      let failure = try house.refusal("tasks_create", ["brief": "x", "profile": "shell"])
      #expect(failure.code == "attempt_scope")
    }
  }

  @Test func aBrokenConfigurationIsNamed() throws {
    try withHouse { house in
      try writeFile(house.configurationFile, #"{"maxParallel":"many"}"#)
      let failure = try house.refusal("tasks_create", ["brief": "x", "profile": "shell"])
      #expect(failure.code == "configuration_invalid")
      #expect(failure.summary.contains(house.configurationFile))
    }
  }

  @Test(arguments: [#"{"maxParallel":"many","team":"red"}"#, "{"])
  func withABrokenConfigurationTasksAreStillSeenAndEnded(_ broken: String) throws {
    try withHouse { house in
      let team = broken == "{" ? "local" : "red"
      try writeFile(house.configurationFile, #"{"team":"\#(team)"}"#)
      let task = try house.task()
      try writeFile(house.configurationFile, broken)
      let name = JSONValue.string(task.spec.name)
      #expect(try house.call("tasks_list", ["view": "all"])["total"] == 1)
      #expect(try house.call("tasks_get", ["task_id": name])["status"] == "queued")
      #expect(try house.call("tasks_cancel", ["task_id": name])["items"]?.arrayValue?.count == 1)
    }
  }
}

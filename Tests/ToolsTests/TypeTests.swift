import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks types of the user's own, what a task refers to, and what types ask of other tasks.
struct TypeTests {
  static let own = """
    {"name":"fix_bug","title":"Fix a bug","description":"Fixes one.",
     "inputSchema":{"type":"object","properties":{"brief":{"type":"string"}},"required":["brief"]},
     "outputSchema":{"type":"object","required":["cause"],
       "properties":{"cause":{"type":"string"}}},
     "prompt":"{{brief|words}}"}
    """

  func write(_ name: String, _ text: String, _ house: House) throws {
    let folder = Path.join(Path.parent(house.configurationFile), "types")
    try RealFileSystem().createDirectories(folder)
    try writeFile(Path.join(folder, name), text)
  }

  @Test func aTypeOfTheUsersOwnIsListedTakenAndKeptAsItWas() throws {
    try withHouse { house in
      try write("fix.json", Self.own, house)
      try write("broken.json", #"{"name":"broken""#, house)
      let listed = try house.call("tasks_schemas", ["max_bytes": 40_000])
      let names = listed["items"]?.arrayValue?.compactMap { $0["taskType"]?.stringValue } ?? []
      #expect(names.count == 11 && names.last == "fix_bug")
      let problem = try #require(listed["problems"]?.arrayValue?.first)
      #expect(problem["file"]?.stringValue?.hasSuffix("types/broken.json") == true)
      let refusal = try house.refusal(
        "tasks_create", ["task_type": "fix_bug", "input": [:], "profile": "shell"])
      #expect(refusal.faults.map(\.pointer.description) == ["/input/brief"])
      let task = try house.task("true", ["task_type": "fix_bug"])
      // Whatever becomes of the file, the task is held to what it was created by.
      try write("fix.json", "{}", house)
      let type = try house.store().type(of: task.spec)
      #expect(type.outputSchema["required"] == ["cause"])
      #expect(task.spec.inputSchemaCid == type.inputSchemaCid)
    }
  }

  @Test func whatATaskRefersToIsBoundBeforeAnythingRuns() throws {
    try withHouse { house in
      let staged = try house.call("tasks_artifacts_stage", ["text": "a,b\n1,2\n"])
      let earlier = try house.end(
        house.start(house.task()), output: ["summary": "x"], summary: "x")
      let task = try house.task(
        "true",
        [
          "references": [
            ["cid": staged["cid"] ?? .null, "title": "data.csv"],
            ["taskId": .string(earlier.spec.name), "role": "target_source"],
            ["url": "https://github.com/a/b/pull/7", "role": "reviewed_diff"],
          ]
        ])
      let shown = try house.call("tasks_get", ["task_id": .string(task.spec.name)])
      let references = try #require(shown["references"]?.arrayValue)
      #expect(references.count == 3)
      #expect(references[0]["contentType"] == "text/csv")
      #expect(references[1]["taskId"] == .string(earlier.id.description))
      #expect(references[1]["attemptN"] == 1)
      #expect(references[2]["kind"] == "github_pr")
      let content = try house.call(
        "tasks_artifacts_download",
        ["task_id": .string(task.spec.name), "cid": staged["cid"] ?? .null])
      #expect(content["content"]?.arrayValue?.first == "a,b\n1,2\n")
    }
  }

  static let refused: [(references: JSONValue, pointer: String)] = [
    ([["task_id": "no-such-task"]], "/references/0/task_id"),
    ([["cid": .string(ContentID(raw: [7]).description)]], "/references/0/cid"),
    ([["output_cid": .string(ContentID(raw: [7]).description)]], "/references/0/output_cid"),
    ([["url": "file:///etc/passwd"]], "/references/0/url"),
    ([["role": "context"]], "/references/0"),
    ([["url": "https://a.b", "attempt_n": 1]], "/references/0"),
    ([["url": "https://a.b", "rol": "context"]], "/references/0/rol"),
  ]

  @Test(arguments: refused)
  func aReferenceThatLeadsNowhereIsRefused(references: JSONValue, pointer: String) throws {
    try withHouse { house in
      let refusal = try house.refusal(
        "tasks_create", ["brief": "x", "profile": "shell", "references": references])
      #expect(refusal.faults.map(\.pointer.description) == [pointer], "\(refusal)")
    }
  }

  static let criteria: JSONValue = [
    "version": 1,
    "rubric": [
      "rubricId": "r", "version": 1,
      "criteria": [["id": "a", "description": "d", "weight": 1, "scoring": "llm_score"]],
    ],
  ]

  /// Makes a profile of an agent's that is never started.
  func judge(
    _ target: TaskRecord, _ house: House, references: JSONValue? = nil
  ) -> JSONObject {
    var call: JSONObject = [
      "task_type": "assess_brief", "profile": "mine",
      "input": [
        "targetTaskId": .string(target.id.description), "successCriteria": Self.criteria,
      ],
    ]
    call["references"] =
      references ?? [["task_id": .string(target.id.description), "role": "judged_work"]]
    return call
  }

  @Test func aJudgeNeedsWorkThatIsThereAndCounts() throws {
    try withHouse { house in
      try writeFile(
        house.configurationFile,
        #"{"profiles":[{"name":"mine","adapter":"command","executable":"/bin/true"}]}"#)
      let other = try house.task()
      let target = try house.task("true", ["task_type": "fulfill_brief"])
      #expect(
        try house.refusal("tasks_create", judge(target, house, references: [])).code
          == "references_required")
      #expect(
        try house.refusal("tasks_create", judge(other, house)).code
          == "assess_brief.targetTaskTypeNotSupported")
      #expect(
        try house.refusal("tasks_create", judge(target, house)).code
          == "assess_brief.targetTaskNotAccepted")
      _ = try house.end(house.start(target), output: ["summary": "x"])
      let task = try house.call("tasks_create", judge(target, house))
      #expect(task["outputKind"] == "judgment")
      // What was sent back is judged again only by who waits for another word on it.
      _ = try house.call(
        "tasks_verify", ["task_id": .string(target.spec.name), "accepted": false, "comments": "no"])
      var late = judge(target, house)
      late["depends_on"] = [.string(target.spec.name)]
      let refused = try house.refusal("tasks_create", late)
      #expect(refused.code == "assess_brief.targetTaskNotAccepted")
      #expect(refused.nextStep?.contains("task_accepted") == true, "\(refused)")
      late["depends_on"] = nil
      late["claim_condition"] = ["op": "task_accepted", "task_id": .string(target.spec.name)]
      #expect(try house.call("tasks_create", late)["status"] == "waiting")
      var absent = judge(target, house)
      absent["input"] = [
        "targetTaskId": "01993c7e-0000-7000-8000-000000000001",
        "successCriteria": Self.criteria,
      ]
      #expect(
        try house.refusal("tasks_create", absent).code == "assess_brief.targetTaskNotFound")
    }
  }

  @Test func aJudgeOfAnEvaluationNeedsAnAttemptThatHasCompleted() throws {
    try withHouse { house in
      try writeFile(
        house.configurationFile,
        #"{"profiles":[{"name":"mine","adapter":"command","executable":"/bin/true"}]}"#)
      let work = try house.call(
        "tasks_create",
        [
          "task_type": "run_eval", "profile": "mine",
          "input": ["scenario": ["prompt": "Answer."], "variantLabel": "a"],
        ])
      let id = try #require(work["id"])
      let judge: JSONObject = [
        "task_type": "judge_eval_attempt", "profile": "mine",
        "input": [
          "targetTaskId": id, "targetAttemptN": 1, "successCriteria": Self.criteria,
        ],
      ]
      let refusal = try house.refusal("tasks_create", judge)
      #expect(refusal.code == "judge_eval_attempt.targetAttemptNotCompleted")
      #expect(refusal.faults.map(\.pointer.description) == ["/input/targetAttemptN"])
      let target = try house.store().task(.id(try #require(TaskID(id.stringValue ?? ""))))
      _ = try house.end(house.start(target), output: ["response": "x"])
      let made = try house.call("tasks_create", judge)
      #expect(made["outputKind"] == "judgment" && made["workspace"] == "dedicated_worktree")
      let wanted = try #require(TaskID(made["id"]?.stringValue ?? ""))
      // It works on a copy of what was left, unless it is told where to work.
      let copied = try house.store().task(.id(wanted)).spec.continuation
      #expect(copied?.mode == .fork && copied?.workspace?.path == house.work)
      var told = judge
      told["workspace"] = "none"
      #expect(
        try house.refusal("tasks_create", told).faults.map(\.pointer.description) == ["/workspace"])
    }
  }

  static let overrides: [(type: String, input: JSONValue, workspace: JSONValue, taken: Bool)] = [
    ("freeform", ["brief": "x"], "none", true),
    ("command", ["script": "true"], "none", true),
    ("run_eval", ["scenario": ["prompt": "p"], "variantLabel": "a"], "none", true),
    ("fulfill_brief", ["brief": "x"], "dedicated_worktree", true),
    ("fulfill_brief", ["brief": "x"], "none", false),
    ("curate_pack", ["diaryId": "notes", "taskPrompt": "t"], "dedicated_worktree", false),
  ]

  /// Adds a profile that stands for an agent.
  func configure(_ house: House) throws {
    try writeFile(
      house.configurationFile,
      #"""
      {"profiles":[{"name":"mine","adapter":"command","executable":"/bin/true"},
        {"name":"crew","adapter":"worker"}]}
      """#)
  }

  @Test(arguments: overrides)
  func aWorkspaceIsChosenOnlyWhereTheTypeAcceptsThat(
    type: String, input: JSONValue, workspace: JSONValue, taken: Bool
  ) throws {
    try withHouse { house in
      try configure(house)
      var call: JSONObject = [
        "task_type": .string(type), "input": input, "workspace": workspace, "dry_run": true,
      ]
      if type != "command" { call["profile"] = "mine" }
      if taken {
        let body = try house.call("tasks_create", call)["body"]
        #expect(body?["workspace"] ?? "shared_mount" == workspace, "\(body as Any)")
      } else {
        let refusal = try house.refusal("tasks_create", call)
        #expect(refusal.faults.map(\.pointer.description) == ["/workspace"])
        #expect(refusal.faults.first?.message.contains("always works in a") == true)
      }
    }
  }

  static let untrue: [(call: JSONObject, pointer: String)] = [
    (
      [
        "task_type": "run_eval", "profile": "mine",
        "input": [
          "scenario": ["prompt": "p", "inputFiles": ["a.txt"]], "variantLabel": "a",
          "execution": ["workspace": "none"],
        ],
      ], "/input/scenario/inputFiles"
    ),
    (
      ["task_type": "render_pack", "profile": "mine", "input": ["packId": "nowhere"]],
      "/input/packId"
    ),
    (
      ["brief": "x", "profile": "crew", "allowed_profiles": ["crew", "crow"]], "/allowed_profiles/1"
    ),
    (
      [
        "task_type": "fix_bug", "profile": "mine",
        "input": ["brief": "x", "successCriteria": ["version": 7]],
      ], "/input/successCriteria/version"
    ),
  ]

  @Test(arguments: untrue)
  func whatCouldNeverComeTrueIsRefusedWhenItIsAskedFor(
    call: JSONObject, pointer: String
  ) throws {
    try withHouse { house in
      try configure(house)
      try write("fix.json", Self.own, house)
      let refusal = try house.refusal("tasks_create", call)
      #expect(refusal.faults.map(\.pointer.description) == [pointer], "\(refusal)")
    }
  }

  @Test func aPackIsFoundByItsContentOrWithTheTaskThatMakesIt() throws {
    try withHouse { house in
      try configure(house)
      let staged = try house.call("tasks_artifacts_stage", ["text": "# Pack"])
      let maker = try house.task()
      for (pack, references) in [
        (staged["cid"] ?? .null, []), ("pack.md", [["task_id": .string(maker.spec.name)]]),
      ] as [(JSONValue, JSONValue)] {
        let made = try house.call(
          "tasks_create",
          [
            "task_type": "render_pack", "profile": "mine", "input": ["packId": pack],
            "references": references,
          ])
        #expect(made["taskType"] == "render_pack")
      }
    }
  }

  @Test func aScriptIsNeverMadeOfATemplate() throws {
    try withHouse { house in
      let refusal = try house.refusal(
        "tasks_create",
        ["task_type": "render_pack", "profile": "shell", "input": ["packId": "p"]])
      #expect(refusal.code == "profile_unsuitable")
    }
  }
}

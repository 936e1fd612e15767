import JSON
import Tasks
import Testing

/// Checks the built-in types: what they accept, what they refuse, and where they point.
@Suite struct TaskTypeTests {
  static let words = JSONValue.array(Array(repeating: "x", count: 21))

  static let target: JSONValue = "01993c7e-0000-7000-8000-000000000001"
  static let judged: JSONValue = ["version": 1, "rubric": CriteriaTests.rubric]

  static let accepted: [(type: String, input: JSONValue)] = [
    ("freeform", ["brief": "Fix it."]),
    (
      "freeform",
      [
        "brief": "Fix it.", "expectedOutput": "A branch.", "constraints": ["Small.", "Tested."],
        "context": "It fails on Mondays.",
      ]
    ),
    ("freeform", ["brief": "Fix it.", "constraints": []]),
    (
      "freeform",
      [
        "brief": "x", "suggestedTaskType": "fulfill_brief",
        "successCriteria": CriteriaTests.document,
      ]
    ),
    ("fulfill_brief", ["brief": "x", "title": "t", "seedFiles": ["a.c"], "scopeHint": "small"]),
    ("assess_brief", ["targetTaskId": target, "successCriteria": judged]),
    (
      "curate_pack",
      [
        "diaryId": "notes", "taskPrompt": "t", "entryTypes": ["semantic"], "tokenBudget": 500,
        "tagFilters": ["include": ["a"], "prefix": "x:"], "recipe": "topic-focused-v1",
      ]
    ),
    ("render_pack", ["packId": "pack.md", "persist": true, "pinned": false]),
    (
      "judge_pack", ["renderedPackId": "r", "sourcePackId": "s", "successCriteria": judged]
    ),
    (
      "run_eval",
      [
        "scenario": ["prompt": "p", "inputFiles": ["a"]], "variantLabel": "a",
        "execution": ["mode": "vitro", "workspace": "none"], "successCriteria": ["version": 1],
      ]
    ),
    (
      "judge_eval_attempt",
      ["targetTaskId": target, "targetAttemptN": 1, "successCriteria": judged]
    ),
    (
      "pr_review",
      [
        "subject": ["title": "t", "summary": "s"],
        "successCriteria": ["version": 1, "rubric": CriteriaTests.booleanRubric],
      ]
    ),
    ("command", ["argv": ["make", "-j", ""]]),
    ("command", ["script": "make && make test\n"]),
    ("command", ["argv": ["cat"], "stdin": "text", "env": ["LANG": "C", "_x1": ""]]),
  ]

  static let refused: [(type: String, input: JSONValue, pointer: String)] = [
    ("freeform", [:], ""),
    ("freeform", ["brief": ""], "/brief"),
    ("freeform", ["brief": 5], "/brief"),
    ("freeform", ["brief": "x", "constraints": words], "/constraints"),
    ("freeform", ["brief": "x", "constraints": ["a", 2]], "/constraints/1"),
    ("freeform", ["brief": "x", "context": ["a"]], "/context"),
    ("freeform", ["brief": "x", "continueFrom": [:]], "/continueFrom/taskId"),
    ("freeform", ["brief": "x", "execution": ["branch": "b"]], "/execution/branch"),
    ("freeform", ["brief": "x", "successCriteria": [:]], "/successCriteria/version"),
    ("freeform", ["brief": "x", "successCriteria": ["version": 2]], "/successCriteria/version"),
    ("freeform", "brief", ""),
    ("freeform", nil, ""),
    ("fulfill_brief", ["brief": "x", "branch": "b"], "/branch"),
    ("assess_brief", ["targetTaskId": target], "/successCriteria"),
    ("assess_brief", ["targetTaskId": "x", "successCriteria": judged], "/targetTaskId"),
    (
      "assess_brief", ["targetTaskId": target, "successCriteria": ["version": 1]],
      "/successCriteria/rubric"
    ),
    ("curate_pack", ["diaryId": "d", "taskPrompt": "t", "tokenBudget": 499], "/tokenBudget"),
    ("curate_pack", ["diaryId": "d", "taskPrompt": "t", "recipe": "mine"], "/recipe"),
    ("render_pack", [:], "/packId"),
    ("judge_pack", ["renderedPackId": "r", "sourcePackId": "s"], "/successCriteria"),
    ("run_eval", ["scenario": ["prompt": "p"]], "/variantLabel"),
    (
      "run_eval",
      ["scenario": ["prompt": "p"], "variantLabel": "a", "successCriteria": judged],
      "/successCriteria/rubric"
    ),
    ("judge_eval_attempt", ["targetTaskId": target, "successCriteria": judged], "/targetAttemptN"),
    (
      "pr_review", ["subject": ["title": "t", "summary": "s"], "successCriteria": judged],
      "/successCriteria/rubric/criteria/0/scoring"
    ),
    ("command", [:], ""),
    ("command", ["argv": ["a"], "script": "b"], ""),
    ("command", ["argv": []], "/argv"),
    ("command", ["argv": [""]], "/argv/0"),
    ("command", ["argv": ["a", 1]], "/argv/1"),
    ("command", ["argv": ["a\u{0}b"]], "/argv/0"),
    ("command", ["argv": "ls"], "/argv"),
    ("command", ["script": ""], "/script"),
    ("command", ["script": "a\u{0}"], "/script"),
    ("command", ["script": "x", "env": ["A=B": "c"]], "/env"),
    ("command", ["script": "x", "env": ["A": 1]], "/env/A"),
    ("command", ["script": "x", "cwd": "/"], "/cwd"),
    ("fulfill_brief", ["brief": "x", "seedFiles": ["a/b", "../../etc/passwd"]], "/seedFiles/1"),
    ("fulfill_brief", ["brief": "x", "seedFiles": ["/etc/passwd"]], "/seedFiles/0"),
    ("curate_pack", ["diaryId": "../../etc", "taskPrompt": "t"], "/diaryId"),
    ("curate_pack", ["diaryId": "a\u{1B}b", "taskPrompt": "t"], "/diaryId"),
    (
      "run_eval",
      ["scenario": ["prompt": "p", "inputFiles": ["a/../../b"]], "variantLabel": "a"],
      "/scenario/inputFiles/0"
    ),
    (
      "freeform",
      [
        "brief": "x",
        "successCriteria": [
          "version": 1, "gates": [["id": "g", "kind": "cid-equals", "required": true]],
        ],
      ], "/successCriteria/gates/0/spec"
    ),
  ]

  @Test(arguments: accepted)
  func goodInputIsAccepted(type: String, input: JSONValue) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    #expect(type.faults(inInput: input) == [])
  }

  @Test(arguments: refused)
  func badInputIsRefusedWhereItIsWrong(
    type: String, input: JSONValue, pointer: String
  ) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    let place = try #require(JSONPointer(parsing: "/input"))
    let faults = type.faults(inInput: input, at: place)
    #expect(!faults.isEmpty)
    #expect(
      faults.contains { $0.pointer.description.hasPrefix("/input" + pointer) }, "\(faults)")
  }

  static let wordings: [(type: String, input: JSONValue, words: String)] = [
    ("freeform", ["brief": "x", "contraints": []], "nearest is \"constraints\""),
    ("freeform", ["brief": "x", "checks": [:]], "unknown key \"checks\""),
    ("command", [:], "/input: exactly one of \"argv\", \"script\" is required"),
    ("command", ["argv": ["a"], "script": "b"], "/input: exactly one of \"argv\", \"script\""),
    ("freeform", [:], "/input/brief: required"),
  ]

  @Test(arguments: wordings)
  func aFaultIsWordedForWhoTypedIt(type: String, input: JSONValue, words: String) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    let faults = type.faults(inInput: input, at: JSONPointer(tokens: ["input"]))
    #expect(faults.count == 1)
    #expect(faults.first?.description.contains(words) == true, "\(faults)")
  }

  static let outputs: [(type: String, output: JSONValue, isValid: Bool)] = [
    ("freeform", ["summary": "Done."], true),
    ("freeform", ["summary": "Done.", "branch": "fix", "artifacts": [["title": "a"]]], true),
    ("freeform", ["summary": "Done.", "verification": ["results": [], "passed": true]], true),
    ("freeform", ["summary": "Done.", "followUpTasks": [["brief": "More."]]], true),
    ("freeform", [:], false),
    ("freeform", ["summary": ""], false),
    ("freeform", ["summary": "Done.", "verification": ["passed": true]], false),
    ("freeform", "Done.", false),
    (
      "fulfill_brief",
      [
        "branch": "b", "commits": [["sha": "0123abc", "message": "m", "diaryEntryId": nil]],
        "pullRequestUrl": nil, "diaryEntryIds": [], "summary": "Done.",
      ], true
    ),
    ("fulfill_brief", ["summary": "Done."], false),
    (
      "fulfill_brief",
      [
        "branch": "b", "commits": [["sha": "0123", "message": "m", "diaryEntryId": nil]],
        "pullRequestUrl": nil, "diaryEntryIds": [], "summary": "Done.",
      ], false
    ),
    ("assess_brief", ["scores": [], "composite": 0, "verdict": "v"], true),
    ("assess_brief", ["scores": [], "composite": 1.1, "verdict": "v"], false),
    (
      "pr_review",
      [
        "scores": [["criterionId": "a", "score": 0.5, "rationale": "r"]], "composite": 0.5,
        "verdict": "v",
      ], false
    ),
    (
      "pr_review", ["scores": [["criterionId": "a", "score": 1]], "composite": 1, "verdict": "v"],
      false
    ),
    (
      "pr_review",
      [
        "scores": [["criterionId": "a", "score": 1, "rationale": "r"]], "composite": 1,
        "verdict": "v",
      ], true
    ),
    ("command", ["summary": "", "exitCode": 0, "durationMs": 12], true),
    ("command", ["summary": "x"], false),
    ("command", ["summary": "x", "exitCode": "0"], false),
    ("command", ["summary": "x", "exitCode": 0, "durationMs": -1], false),
  ]

  @Test(arguments: outputs)
  func outputsAreCheckedToo(type: String, output: JSONValue, isValid: Bool) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    #expect(type.faults(inOutput: output, of: Sample.spec()).isEmpty == isValid)
  }

  @Test func theRegistryKnowsWhatIsBuiltIn() {
    let registry = TaskTypeRegistry.builtIn
    #expect(
      registry.names == [
        "freeform", "fulfill_brief", "assess_brief", "curate_pack", "render_pack", "judge_pack",
        "run_eval", "judge_eval_attempt", "pr_review", "command",
      ])
    let judges = registry.types.filter { $0.outputKind == .judgment }.map(\.name)
    #expect(judges == ["assess_brief", "judge_pack", "judge_eval_attempt", "pr_review"])
    let needy = registry.types.filter(\.policy.requiresReferences).map(\.name)
    #expect(needy == ["assess_brief", "judge_pack"])
    #expect(registry.problems == [])
    #expect(Set(registry.types.map(\.inputSchemaCid)).count == 10)
    for type in registry.types {
      #expect(TaskTypeRegistry.builtIn(named: type.name)?.inputSchemaCid == type.inputSchemaCid)
      #expect(!TaskTypeRegistry.isOwn(type.name))
    }
  }

  @Test func aSchemaIsNamedByItsCanonicalForm() throws {
    for type in TaskTypeRegistry.builtIn.types {
      #expect(type.inputSchemaCid == ContentID(json: try type.inputSchema.canonical))
      #expect(type.outputSchemaCid == ContentID(json: try type.outputSchema.canonical))
    }
  }

  @Test func aTypeThatAsksForWhatWeCannotCheckIsNotLoaded() {
    #expect(throws: TaskTypeError.self) {
      try TaskType(
        name: "bad", title: "Bad", description: "Bad.", inputSchema: ["$dynamicRef": "#x"],
        outputSchema: [:])
    }
  }
}

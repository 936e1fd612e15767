import JSON
import Testing

@testable import Tasks

/// Checks success criteria: what is refused when they are given, and what is found by them after.
@Suite struct CriteriaTests {
  static let rubric: JSONValue = [
    "rubricId": "r", "version": "1",
    "criteria": [
      ["id": "right", "description": "It works.", "weight": 0.7, "scoring": "llm_score"],
      ["id": "clear", "description": "It reads well.", "weight": 0.3, "scoring": "boolean"],
    ],
  ]
  static let booleanRubric: JSONValue = [
    "rubricId": "r", "version": 1,
    "criteria": [["id": "safe", "description": "Safe.", "weight": 1, "scoring": "boolean"]],
  ]
  static let document: JSONValue = [
    "version": 1,
    "gates": [
      ["id": "handed in", "kind": "submit-tool-call", "description": "As JSON.", "required": true],
      [
        "id": "same", "kind": "cid-equals",
        "spec": ["path": "artifacts.0.cid", "expected": "bafy"],
        "required": false,
      ],
    ],
    "assertions": [
      ["id": "said", "path": "summary", "op": "min-length", "value": 3],
      ["id": "shas", "path": "commits.*.sha", "op": "matches", "value": "^[0-9a-f]+$"],
    ],
    "rubric": rubric, "minComposite": 0.6, "sideEffects": ["files": "docs/"],
  ]

  static let refused: [(change: JSONValue, pointer: String, words: String)] = [
    (["minComposite": 0.5, "rubric": nil], "/c/minComposite", "no rubric"),
    (
      [
        "rubric": [
          "rubricId": "r", "version": 1,
          "criteria": [["id": "a", "description": "d", "weight": 0.9, "scoring": "llm_score"]],
        ]
      ], "/c/rubric/criteria", "sum to 0.9, not to 1"
    ),
    (
      ["assertions": [["id": "a", "path": "x", "op": "matches", "value": "("]]],
      "/c/assertions/0/value", "pattern"
    ),
    (
      ["assertions": [["id": "a", "path": "x", "op": "in-range", "value": [1]]]],
      "/c/assertions/0/value", "in-range takes"
    ),
    (
      ["assertions": [["id": "a", "path": "x", "op": "equals"]]], "/c/assertions/0/value",
      "required"
    ),
    (
      ["assertions": [["id": "a", "path": "x", "op": "in-range", "value": [5, 1]]]],
      "/c/assertions/0/value", "nothing is in this range: 5 is more than 1"
    ),
    (
      ["gates": [["id": "g", "kind": "schema-check", "spec": ["schemaCid": "nonsense"]]]],
      "/c/gates/0/spec/schemaCid", "is not the schema of this type's output"
    ),
    (
      ["assertions": [["id": "same", "path": "x", "op": "exists"]]], "/c/assertions/0/id",
      "used twice"
    ),
  ]

  @Test(arguments: refused)
  func whatCanNeverHoldIsRefusedWhenItIsGiven(
    change: JSONValue, pointer: String, words: String
  ) throws {
    var document = try #require(Self.document.objectValue)
    for (key, value) in try #require(change.objectValue) { document[key] = value }
    let criteria = try #require(SuccessCriteria(of: ["successCriteria": .object(document)]))
    let faults = criteria.faults(
      at: JSONPointer(tokens: ["c"]), outputSchemaCid: Sample.cid)
    #expect(faults.map(\.pointer.description) == [pointer])
    #expect(faults.first?.message.contains(words) == true, "\(faults)")
  }

  @Test func criteriaSurviveTheirOwnText() throws {
    let criteria = try #require(SuccessCriteria(of: ["successCriteria": Self.document]))
    #expect(criteria.faults(at: .root, outputSchemaCid: Sample.cid) == [])
    #expect(try SuccessCriteria.json.decode(SuccessCriteria.json.value(of: criteria)) == criteria)
  }

  static let output: JSONValue = [
    "summary": "Done.", "n": 5, "commits": [["sha": "0a"], ["sha": "zz"]],
    "grid": [["a": [1, 2]], ["a": [3]]],
  ]

  static let assertions: [(path: String, op: String, value: JSONValue?, holds: Bool)] = [
    ("summary", "exists", nil, true),
    ("nothing.at.all", "exists", nil, false),
    ("commits.*.sha", "exists", nil, true),
    ("commits.1.sha", "equals", "zz", true),
    ("commits.2.sha", "exists", nil, false),
    ("commits.*.sha", "matches", "^[0-9a-f]+$", false),
    ("commits.0.sha", "matches", "^[0-9a-f]+$", true),
    ("grid.*.a.*", "in-range", [1, 3], true),
    ("grid.*.a.*", "in-range", [1, 2], false),
    ("n", "in-range", ["min": 5], true),
    ("n", "in-range", [nil, 4], false),
    ("n", "equals", 5.0, true),
    ("summary", "min-length", 5, true),
    ("summary", "min-length", 6, false),
    ("commits", "min-length", 2, true),
    ("commits", "min-length", 3, false),
    ("n", "min-length", 0, false),
    ("summary.*", "exists", nil, false),
  ]

  @Test(arguments: assertions)
  func assertionsAreDecidedByUs(
    path: String, op: String, value: JSONValue?, holds: Bool
  ) throws {
    var text: JSONObject = ["id": "a", "path": .string(path), "op": .string(op)]
    text["value"] = value
    let assertion = try Assertion.json.decode(.object(text))
    #expect((assertion.failure(in: Self.output) == nil) == holds)
  }

  @Test func findingsStandInTheirOrderAndOneFailureFailsAll() throws {
    let criteria = try #require(SuccessCriteria(of: ["successCriteria": Self.document]))
    let evidence = SuccessCriteria.Evidence(
      inputCid: Sample.cid, outputSchemaCid: Sample.cid, hasValidOutput: true, isSubmitted: true)
    let output: JSONValue = [
      "summary": "Done.", "commits": [["sha": "0a"]],
      "scores": [["criterionId": "right", "score": 0.5], ["criterionId": "clear", "score": 1]],
    ]
    let checked = criteria.checked(output, evidence)
    #expect(checked.results.map(\.id) == ["handed in", "same", "said", "shas", "minComposite"])
    #expect(checked.results.map(\.status) == [.pass, .skip, .pass, .pass, .pass])
    #expect(checked.passed)
    var unsubmitted = evidence
    unsubmitted.isSubmitted = false
    #expect(!criteria.checked(output, unsubmitted).passed)
    let low: JSONValue = [
      "summary": "Done.", "commits": [["sha": "0a"]],
      "scores": [["criterionId": "right", "score": 0.4], ["criterionId": "clear", "score": 1]],
    ]
    #expect(criteria.checked(low, evidence).results.last?.status == .fail)
  }

  @Test(arguments: [(true, Verification.Status.fail), (false, .skip)])
  func aGateThatCannotBeSeenToHoldFailsIfItMust(
    isRequired: Bool, status: Verification.Status
  ) throws {
    let criteria = try #require(
      SuccessCriteria(of: [
        "successCriteria": [
          "version": 1,
          "gates": [
            [
              "id": "g", "kind": "schema-check", "spec": ["schemaCid": "other"],
              "required": .bool(isRequired),
            ]
          ],
        ]
      ]))
    let evidence = SuccessCriteria.Evidence(
      inputCid: Sample.cid, outputSchemaCid: Sample.cid, hasValidOutput: true, isSubmitted: true)
    let checked = criteria.checked(["summary": "Done."], evidence)
    #expect(checked.results.map(\.status) == [status])
    #expect(checked.passed == !isRequired)
  }

  static func spec(_ type: String, _ criteria: JSONValue) -> TaskSpec {
    var spec = Sample.spec()
    spec.taskType = type
    spec.input = ["successCriteria": criteria]
    return spec
  }

  /// Makes entries of a claim: each passes, but for the one that is named.
  static func entries(_ ids: [String], failing: String? = nil) -> JSONValue {
    .array(
      ids.map {
        [
          "id": .string($0), "kind": $0 == "elsewhere" ? "sideEffect" : "assertion",
          "status": $0 == failing ? "fail" : "pass",
        ]
      })
  }
  static let all = ["handed in", "same", "said", "shas", "right", "clear"]

  static let claims: [(verification: JSONValue, pointer: String?)] = [
    (nil, "/verification"),
    (["results": entries(all), "passed": true], nil),
    (["results": entries(all + ["minComposite", "elsewhere"]), "passed": true], nil),
    // The rubric as a whole is all its criteria.
    (["results": entries(["handed in", "same", "said", "shas", "r"]), "passed": true], nil),
    (
      [
        "results": entries(all), "passed": true, "inputCid": .string(Sample.cid.description),
      ], nil
    ),
    (
      [
        "results": entries(all), "passed": true,
        "inputCid": .string(ContentID(raw: [9]).description),
      ], "/verification/inputCid"
    ),
    (["results": entries(all, failing: "said"), "passed": true], "/verification/passed"),
    (["results": entries(all, failing: "said"), "passed": false], nil),
    (["results": [], "passed": true], "/verification/results"),
    (
      ["results": entries(["handed in"] + all.dropFirst(2)), "passed": true],
      "/verification/results"
    ),
    (["results": entries(all + ["sayd"]), "passed": true], "/verification/results/6/id"),
  ]

  @Test func aClaimIsToldWhatItLeavesOutAndWhatItMakesUp() throws {
    let criteria = try #require(SuccessCriteria(of: ["successCriteria": Self.document]))
    let claim: JSONValue = ["results": Self.entries(["handed in", "same", "sayd"])]
    let faults = criteria.faults(inEntriesOf: claim, .artifact, at: .root)
    #expect(
      faults.map(\.description) == [
        "/results/2/id: is none of the success criteria; nearest is \"said\"",
        "/results: has no entry for said, shas, right, clear",
      ])
    // What a judge scores need not stand in its verification, too.
    let judged = criteria.faults(
      inEntriesOf: ["results": Self.entries(["handed in", "same", "said", "shas"])], .judgment,
      at: .root)
    #expect(judged == [])
  }

  @Test(arguments: claims)
  func aVerificationIsRequiredAndMustNotContradictItself(
    verification: JSONValue, pointer: String?
  ) throws {
    let type = try #require(TaskTypeRegistry.builtIn["freeform"])
    let output: JSONValue = ["summary": "Done.", "verification": verification]
    let given: JSONValue = verification.isNull ? ["summary": "Done."] : output
    let faults = type.faults(inOutput: given, of: Self.spec("freeform", Self.document))
    #expect(faults.map(\.pointer.description) == (pointer.map { [$0] } ?? []))
  }

  static let judgments: [(scores: JSONValue, composite: JSONValue, pointer: String?)] = [
    ([["criterionId": "right", "score": 0.5], ["criterionId": "clear", "score": 1]], 0.65, nil),
    (
      [["criterionId": "right", "score": 0.333], ["criterionId": "clear", "score": 0]], 0.23, nil
    ),
    (
      [["criterionId": "right", "score": 0.5], ["criterionId": "clear", "score": 1]], 0.9,
      "/composite"
    ),
    ([["criterionId": "right", "score": 0.5]], 0.35, "/scores"),
    (
      [["criterionId": "right", "score": 0.5], ["criterionId": "clear", "score": 0.5]], 0.5,
      "/scores/1/score"
    ),
    (
      [
        ["criterionId": "right", "score": 1], ["criterionId": "clear", "score": 1],
        ["criterionId": "clean", "score": 1],
      ], 1, "/scores/2/criterionId"
    ),
    (
      [
        ["criterionId": "right", "score": 1], ["criterionId": "clear", "score": 1],
        ["criterionId": "right", "score": 1],
      ], 1, "/scores/2/criterionId"
    ),
  ]

  @Test(arguments: judgments)
  func aJudgesSumsAreCheckedByUs(
    scores: JSONValue, composite: JSONValue, pointer: String?
  ) throws {
    let type = try #require(TaskTypeRegistry.builtIn["assess_brief"])
    let output: JSONValue = ["scores": scores, "composite": composite, "verdict": "v"]
    let spec = Self.spec("assess_brief", ["version": 1, "rubric": Self.rubric])
    let faults = type.faults(inOutput: output, of: spec)
    #expect(faults.map(\.pointer.description) == (pointer.map { [$0] } ?? []), "\(faults)")
  }
}

import JSON
import Tasks
import Testing

/// Checks that outputs agree with what was judged, and with what the attempt has left.
@Suite struct OutputFactsTests {
  static let target = "01993c7e-0000-7000-8000-000000000001"
  static let pack = Artifact(
    id: "a1", attemptN: 1, kind: "file", title: "pack.md", contentType: "text/markdown",
    sizeBytes: 3, cid: Sample.cid, createdAt: Timestamp(milliseconds: 0),
    createdBy: Actor(kind: .supervisor, name: "test"))
  static let facts = OutputFacts(artifacts: [pack], variantLabel: "blue")

  private func pointers(
    _ type: String, input: JSONValue, output: JSONValue, _ change: JSONObject
  ) throws -> [String] {
    var spec = Sample.spec()
    (spec.taskType, spec.input) = (type, input)
    var members = try #require(output.objectValue)
    for (key, value) in change { members[key] = value }
    let type = try #require(TaskTypeRegistry.builtIn[type])
    let faults = type.faults(inOutput: .object(members), of: spec, beside: Self.facts)
    return faults.map(\.pointer.description)
  }

  static let judgments: [(change: JSONObject, pointers: [String])] = [
    ([:], []),
    (["targetTaskId": .string(target.uppercased())], []),
    (["targetTaskId": "01993c7e-0000-7000-8000-000000000002"], ["/targetTaskId"]),
    (["targetAttemptN": 7], ["/targetAttemptN"]),
    (["variantLabel": "WRONG"], ["/variantLabel"]),
  ]

  @Test(arguments: judgments)
  func aJudgmentIsOfWhatWasToBeJudged(change: JSONObject, pointers wanted: [String]) throws {
    let found = try pointers(
      "judge_eval_attempt", input: ["targetTaskId": .string(Self.target), "targetAttemptN": 2],
      output: [
        "targetTaskId": .string(Self.target), "targetAttemptN": 2, "variantLabel": "blue",
        "scores": [], "composite": 0, "verdict": "v",
      ], change)
    #expect(found == wanted)
  }

  static func entries(_ pairs: (String, Int)...) -> JSONValue {
    .array(pairs.map { ["entryId": .string($0.0), "rank": .integer($0.1), "rationale": "r"] })
  }

  static let packs: [(change: JSONObject, pointers: [String])] = [
    ([:], []),
    (["packId": .string(Sample.cid.description)], []),
    (["packCid": "bafkreibogus"], ["/packCid"]),
    (["packId": "nonexistent"], ["/packId"]),
    (["entries": entries(("a", 1), ("a", 2))], ["/entries/1/entryId"]),
    (["entries": entries(("a", 1), ("b", 1))], ["/entries/1/rank"]),
  ]

  @Test(arguments: packs)
  func aPackIsAnArtifactOfItsAttempt(change: JSONObject, pointers wanted: [String]) throws {
    let found = try pointers(
      "curate_pack", input: ["diaryId": "notes", "taskPrompt": "t"],
      output: [
        "packId": "pack.md", "packCid": .string(Sample.cid.description),
        "entries": Self.entries(("a", 1), ("b", 2)), "recipeParams": [:], "summary": "s",
      ], change)
    #expect(found == wanted)
  }

  static let renderings: [(input: JSONObject, change: JSONObject, pointers: [String])] = [
    ([:], [:], []),
    ([:], ["renderedPackId": "other.md"], ["/renderedPackId"]),
    ([:], ["renderedCid": .string(ContentID(raw: [9]).description)], ["/renderedCid"]),
    (
      [:], ["renderedPackId": nil, "renderedCid": .string(ContentID(raw: [9]).description)], []
    ),
    ([:], ["renderedPackId": nil, "renderedCid": "bafkreibogus"], ["/renderedCid"]),
    (["persist": true], ["renderedPackId": nil], ["/renderedPackId"]),
  ]

  @Test(arguments: renderings)
  func aRenderedPackIsKeptOrHasNoName(
    input: JSONObject, change: JSONObject, pointers wanted: [String]
  ) throws {
    var asked: JSONObject = ["packId": "pack.md"]
    for (key, value) in input { asked[key] = value }
    let found = try pointers(
      "render_pack", input: .object(asked),
      output: [
        "renderedPackId": "pack.md", "renderedCid": .string(Sample.cid.description),
        "renderMethod": "m", "byteSize": 3, "entriesRendered": 1, "summary": "s",
      ], change)
    #expect(found == wanted)
  }

  @Test func whatWasNotLookedAtIsHeldAgainstNobody() throws {
    let type = try #require(TaskTypeRegistry.builtIn["curate_pack"])
    let output: JSONValue = [
      "packId": "p", "packCid": "c", "entries": [], "recipeParams": [:], "summary": "s",
    ]
    #expect(type.faults(inOutput: output, of: Sample.spec()) == [])
  }
}

import JSON
import MCP
import TaskStore
import Tasks
import Testing

@testable import Tools

/// Checks what workers hand in against what they were given, and what a judge's record says.
struct WorkerOutputTests {
  static let work: JSONValue = [
    "branch": "b", "commits": [], "pullRequestUrl": nil, "diaryEntryIds": [], "summary": "s",
  ]

  private func withCrew(_ body: (House) throws -> Void) throws {
    try withHouse { house in
      try TypeTests().configure(house)
      // Workers' tools are not among those on by default.
      try body(House.reopened(house))
    }
  }

  private func create(_ house: House, _ type: JSONValue, _ more: JSONObject) throws -> JSONValue {
    var call: JSONObject = ["task_type": type, "profile": "crew"]
    for (key, value) in more { call[key] = value }
    return try #require(try house.call("tasks_create", call)["id"])
  }

  private func claim(_ house: House, _ task: JSONValue) throws -> JSONValue {
    let claimed = try house.call("tasks_claim", ["worker": "w"])
    #expect(claimed["task"]?["id"] == task, "\(claimed.text)")
    return try #require(claimed["leaseId"])
  }

  @Test func aJudgesRecordSaysWhichOutputWasJudged() throws {
    try withCrew { house in
      let made = try create(house, "fulfill_brief", ["input": ["brief": "x"]])
      let judge = try create(
        house, "assess_brief",
        [
          "depends_on": [made], "references": [["task_id": made, "role": "judged_work"]],
          "input": ["targetTaskId": made, "successCriteria": TypeTests.criteria],
        ])
      try house.call(
        "tasks_complete",
        ["task_id": made, "lease_id": try claim(house, made), "output": Self.work])
      _ = try claim(house, judge)
      let shown = try house.call("tasks_get", ["task_id": judge])
      let bound = try #require(shown["references"]?.arrayValue?.first)
      let attempts = try house.call("tasks_attempts_list", ["task_id": made])
      let cid = try #require(attempts["items"]?.arrayValue?.first?["outputCid"])
      #expect(bound["attemptN"] == 1 && bound["outputCid"] == cid, "\(shown.text)")
    }
  }

  @Test func aJudgmentOfAnotherVariantIsRefused() throws {
    try withCrew { house in
      let run = try create(
        house, "run_eval", ["input": ["scenario": ["prompt": "p"], "variantLabel": "blue"]])
      try house.call(
        "tasks_complete",
        [
          "task_id": run, "lease_id": try claim(house, run),
          "output": ["response": "r", "totalTokens": 1, "durationMs": 1],
        ])
      let judge = try create(
        house, "judge_eval_attempt",
        [
          "input": [
            "targetTaskId": run, "targetAttemptN": 1, "successCriteria": TypeTests.criteria,
          ]
        ])
      let lease = try claim(house, judge)
      var output: JSONObject = [
        "targetTaskId": run, "targetAttemptN": 1, "variantLabel": "red",
        "scores": [["criterionId": "a", "score": 1]], "composite": 1, "verdict": "v",
      ]
      let refusal = try house.refusal(
        "tasks_complete", ["task_id": judge, "lease_id": lease, "output": .object(output)])
      #expect(refusal.code == "output_invalid")
      #expect(refusal.faults.map(\.pointer.description) == ["/output/variantLabel"])
      output["variantLabel"] = "blue"
      let ended = try house.call(
        "tasks_complete", ["task_id": judge, "lease_id": lease, "output": .object(output)])
      #expect(ended["status"] == "completed")
    }
  }

  @Test func aPackIsWhatTheWorkerHasUploaded() throws {
    try withCrew { house in
      let task = try create(
        house, "curate_pack", ["input": ["diaryId": "notes", "taskPrompt": "t"]])
      let lease = try claim(house, task)
      func pack(_ cid: JSONValue) -> JSONObject {
        [
          "task_id": task, "lease_id": lease,
          "output": [
            "packId": "pack.md", "packCid": cid, "entries": [], "recipeParams": [:],
            "summary": "s",
          ],
        ]
      }
      let refusal = try house.refusal("tasks_complete", pack("bafkreibogus"))
      #expect(refusal.faults.map(\.pointer.description) == ["/output/packCid"])
      let kept = try house.call(
        "tasks_artifacts_upload",
        [
          "task_id": task, "attempt_n": 1, "kind": "file", "title": "pack.md", "text": "# Pack",
        ])
      let ended = try house.call("tasks_complete", pack(kept["cid"] ?? nil))
      #expect(ended["status"] == "completed", "\(ended.text)")
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Lets a real agent fulfil a brief, and judge by its own tools what came of that.
@Suite(.enabled(if: RealAgent.isAnyPresent, RealAgent.absence))
struct RealJudgeTests {
  private static let asked: JSONValue = [
    "version": 1,
    "rubric": [
      "rubricId": "r", "version": 1,
      "criteria": [
        ["id": "right", "description": "It works.", "weight": 0.6, "scoring": "llm_score"],
        ["id": "clear", "description": "It reads well.", "weight": 0.4, "scoring": "llm_score"],
      ],
    ],
  ]

  /// What the model wants: first as who does the work, then as who judges it.
  private static func turns(_ agent: RealAgent) -> [JSONValue] {
    let commit = "git -c user.name=A -c user.email=a@b commit -q --allow-empty -m 'Mend it'"
    let work: JSONValue = [
      "branch": "errand/work", "commits": [], "pullRequestUrl": nil, "diaryEntryIds": [],
      "summary": "Mended.",
    ]
    func verdict(_ composite: JSONValue) -> JSONValue {
      [
        "scores": [
          ["criterionId": "right", "score": 1], ["criterionId": "clear", "score": 0.5],
        ], "composite": composite, "verdict": "Good work.",
      ]
    }
    // Claude is not done before it has used the tool that it makes of the output's schema.
    func end(_ output: JSONValue) -> JSONValue {
      agent == .claude
        ? ["name": "StructuredOutput", "input": output]
        : agent.own("task_submit_output", ["output": output])
    }
    return [
      ["tool_calls": [agent.shell("echo mended > roof.txt && git add roof.txt && \(commit)")]],
      ["tool_calls": [end(work)]],
      ["text": "It is mended."],
      ["tool_calls": [agent.own("tasks_attempts_list", ["task_id": "work"])]],
      // Sums that are false are refused, and can be mended.
      ["tool_calls": [agent.own("task_submit_output", ["output": verdict(0.5)])]],
      ["tool_calls": [end(verdict(0.8))]],
      ["text": "It is judged."],
    ]
  }

  @Test(arguments: RealAgent.present)
  func itDoesTheWorkAndAnotherOfItsKindJudgesIt(_ agent: RealAgent) throws {
    try withAgent(agent, Self.turns(agent)) { desk in
      let work = try desk.run("Mend the roof.", ["--type", "fulfill_brief", "--name", "work"])
      #expect(work.standing == "completed", "\(work.task.text)")
      #expect(work.task["acceptedAttemptN"] == 1, "\(work.messages)")
      let branch = try Git.run(["log", "-1", "--format=%s", "errand/work"], in: desk.desk.folder)
      #expect(branch == "Mend it")

      let input: JSONValue = [
        "targetTaskId": work.task["id"] ?? .null, "successCriteria": Self.asked,
      ]
      let id = try desk.start(by: [
        "run", "--profile", agent.rawValue, "--type", "assess_brief", "--ref", "judged_work=work",
        "--input", input.text,
      ])
      let judged = try desk.end(of: id)
      #expect(judged.standing == "completed", "\(judged.task.text)")
      let seen = judged.messages(of: "tool_call_end").map(\.text)
      #expect(seen.contains { $0.contains("Mended.") }, "\(seen)")
      #expect(seen.contains { $0.contains("composite") }, "\(seen)")
      let attempts = try desk.desk.json(["get", id, "--json"])["attempts"]?.arrayValue
      let output = attempts?.last?["output"]
      #expect(
        output?["composite"] == 0.8 && output?["verdict"] == "Good work.", "\(output?.text ?? "")")
      try desk.expectNothingLeft(of: id)
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks typed work by calls of a client that knows only its own field's names: one program does
/// the work, another judges it.
@Suite struct TypedWorkTests {
  /// Hands in a branch as an event line.
  private static let maker = #"""
    cat > /dev/null
    echo '{"errand":"result","output":{"branch":"fix","commits":[],"pullRequestUrl":null,
    "diaryEntryIds":[],"summary":"Fixed.","verification":{"results":[
    {"id":"said","kind":"assertion","status":"pass"},
    {"id":"pushed","kind":"assertion","status":"pass"}],"passed":true}}}' | tr -d '\n'
    """#

  /// Fetches what it judges by itself, and answers in prose that ends in JSON.
  private static let judge = #"""
    id=$(sed -n 's/^Judge the work of task \([0-9a-f-]*\) .*/\1/p')
    "$PROGRAM" get "$id" --json | grep -q '"resultSummary":"Fixed."' && right=1 || right=0
    cat <<END
    I have looked at it.

    \`\`\`json
    {"scores": [{"criterionId": "right", "score": $right, "rationale": "It ended well."},
      {"criterionId": "clear", "score": 0.5}], "composite": 0.8, "verdict": "Good work."}
    \`\`\`
    END
    """#

  private static let asked: JSONValue = [
    "version": 1,
    "assertions": [
      ["id": "said", "path": "summary", "op": "matches", "value": "^Fixed"],
      ["id": "pushed", "path": "pullRequestUrl", "op": "matches", "value": "^https:"],
    ],
  ]

  private static let rubric: JSONValue = [
    "version": 1, "minComposite": 0.9,
    "rubric": [
      "rubricId": "r", "version": 1,
      "criteria": [
        ["id": "right", "description": "It works.", "weight": 0.6, "scoring": "llm_score"],
        ["id": "clear", "description": "It reads well.", "weight": 0.4, "scoring": "llm_score"],
      ],
    ],
  ]

  private func profile(
    _ name: String, _ adapter: String, _ script: String, _ folder: String
  ) throws -> JSONValue {
    let path = "\(folder)/\(name).sh"
    try writeFile(path, script)
    return [
      "name": .string(name), "adapter": .string(adapter), "executable": "/bin/sh",
      "arguments": [.string(path)],
      "env": [
        "PROGRAM": .string(try Program.errand()), "ERRAND_HOME": .string(folder + "/store"),
      ],
    ]
  }

  @Test func oneDoesTheWorkAndAnotherJudgesIt() throws {
    try withConversation { conversation, folder in
      try RealFileSystem().createDirectory(folder + "/config")
      let profiles: JSONValue = [
        "profiles": [
          try profile("maker", "command", Self.maker, folder),
          try profile("judge", "text", Self.judge, folder),
        ]
      ]
      try writeFile(folder + "/config/config.json", profiles.text)
      let work = try conversation.call(
        "tasks_create",
        [
          "taskType": "fulfill_brief", "profile": "maker", "teamId": "local", "diaryId": "d",
          "correlationId": "c", "input": ["brief": "Fix it.", "successCriteria": Self.asked],
        ])
      let id = try #require(work["id"])
      let ended = try conversation.end(of: try #require(id.stringValue))
      #expect(ended["status"] == "completed", "\(ended.text)")
      #expect(ended["acceptedAttemptN"] == 1)
      let line = ended["latestAttempt"]?.stringValue ?? ""
      #expect(line.hasSuffix("; criteria fail: pushed (the agent claims they hold)"), "\(line)")
      let attempts = try conversation.call("tasks_attempts_list", ["taskId": id])
      let attempt = try #require(attempts["items"]?.arrayValue?.first)
      // What it claims and what we find stand beside each other.
      #expect(attempt["output"]?["verification"]?["passed"] == true)
      #expect(attempt["checked"]?["passed"] == false)
      let verdict = try conversation.call(
        "tasks_create",
        [
          "taskType": "assess_brief", "profile": "judge", "correlationId": "c",
          "references": [
            ["taskId": id, "outputCid": attempt["outputCid"] ?? .null, "role": "judged_work"]
          ],
          "input": ["targetTaskId": id, "successCriteria": Self.rubric],
        ])
      // The output's own name says as well whose it is.
      let named = try conversation.call(
        "tasks_create",
        [
          "brief": "Look at it.", "profile": "judge",
          "references": [["outputCid": attempt["outputCid"] ?? .null]],
        ])
      #expect(named["references"]?.arrayValue?.first?["taskId"] == id, "\(named.text)")
      let judged = try conversation.end(of: try #require(verdict["id"]?.stringValue))
      #expect(judged["status"] == "completed", "\(judged.text)")
      #expect(judged["resultSummary"] == "Good work.")
      let judgments = try conversation.call(
        "tasks_attempts_list", ["taskId": verdict["id"] ?? .null, "fields": ["output", "checked"]])
      let judgment = try #require(judgments["items"]?.arrayValue?.first)
      #expect(judgment["output"]?["composite"] == 0.8)
      #expect(judgment["checked"]?["results"]?.arrayValue?.first?["status"] == "fail")
    }
  }
}

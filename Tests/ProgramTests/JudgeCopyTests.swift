import JSON
import Posix
import TestSupport
import Testing

/// Checks that the judge of an evaluation works on a copy of the conversation it judges, and knows
/// why where it cannot.
@Suite struct JudgeCopyTests {
  private static let criteria: JSONValue = [
    "version": 1,
    "rubric": [
      "rubricId": "r", "version": 1,
      "criteria": [
        ["id": "right", "description": "It is right.", "weight": 1, "scoring": "llm_score"]
      ],
    ],
  ]

  /// Answers with the verdict it is told by its environment, whatever it reads.
  private static let reader = #"""
    cat > /dev/null
    echo '```json'
    echo "$OUTPUT"
    echo '```'
    """#

  private func profiles(_ folder: String, judging target: JSONValue?) throws -> JSONValue {
    let response: JSONValue = ["response": "42", "totalTokens": 1, "durationMs": 1]
    let verdict: JSONValue = [
      "targetTaskId": target ?? .null, "targetAttemptN": 1, "variantLabel": "a",
      "scores": [["criterionId": "right", "score": 1]], "composite": 1, "verdict": "Right.",
    ]
    func profile(_ name: String, _ adapter: String, _ program: String, _ output: JSONValue)
      -> JSONValue
    {
      [
        "name": .string(name), "adapter": .string(adapter), "executable": .string(program),
        "env": ["OUTPUT": .string(output.text), "HOME": .string(folder)],
        "arguments": adapter == "text" ? [.string(folder + "/reader.sh")] : [],
      ]
    }
    let agent = folder + "/claude"
    return [
      "profiles": [
        profile("maker", "claude", agent, response), profile("judge", "claude", agent, verdict),
        profile("reader", "text", "/bin/sh", verdict),
      ]
    ]
  }

  private func judged(
    _ target: JSONValue, by profile: String, _ client: Conversation
  ) throws -> (standing: JSONValue?, attempt: JSONValue, words: String) {
    let made = try client.call(
      "tasks_create",
      [
        "task_type": "judge_eval_attempt", "profile": .string(profile),
        "input": [
          "targetTaskId": target, "targetAttemptN": 1, "successCriteria": Self.criteria,
        ],
      ])
    let id = try #require(made["id"])
    let ended = try client.end(of: try #require(id.stringValue))
    let attempts = try client.call("tasks_attempts_list", ["task_id": id])
    let messages = try client.call(
      "tasks_messages_list", ["task_id": id, "max_bytes": 40_000])["items"]
    return (
      ended["status"], attempts["items"]?.arrayValue?.first ?? .null, messages?.text ?? ""
    )
  }

  @Test func itIsACopyWhereTheAgentIsTheSameAndABriefingWhereItIsNot() throws {
    try withConversation { client, folder in
      try RealFileSystem().createDirectory(folder + "/config")
      let configuration = folder + "/config/config.json"
      try writeFile(folder + "/claude", RememberingAgent.script(), permissions: 0o755)
      try writeFile(folder + "/reader.sh", Self.reader)
      try writeFile(configuration, try profiles(folder, judging: nil).text)
      let work = try client.call(
        "tasks_create",
        [
          "task_type": "run_eval", "profile": "maker", "workspace": "none",
          "input": ["scenario": ["prompt": "What is it?"], "variantLabel": "a"],
        ])
      let id = try #require(work["id"])
      #expect(try client.end(of: try #require(id.stringValue))["status"] == "completed")
      try writeFile(configuration, try profiles(folder, judging: id).text)

      // The same agent goes on in a copy; what it judges stays as it was, in the store and at home.
      let files = try sessions(under: folder)
      let kept = try files.map { try RealFileSystem().read($0, limit: 1 << 20) }
      #expect(files.count == 2, "\(files)")
      let copy = try judged(id, by: "judge", client)
      #expect(copy.standing == "completed", "\(copy.words)")
      #expect(copy.words.contains("heard 2 in fork-"), "\(copy.words)")
      #expect(copy.words.contains("You are its judge now"))
      #expect(!copy.words.contains("<briefing-"))
      #expect(copy.attempt["session"]?["kind"] == "fork", "\(copy.attempt.text)")
      #expect(try files.map { try RealFileSystem().read($0, limit: 1 << 20) } == kept)

      let briefed = try judged(id, by: "reader", client)
      #expect(briefed.standing == "completed", "\(briefed.words)")
      #expect(briefed.words.contains("another agent led it"), "\(briefed.words)")
      #expect(briefed.words.contains("<briefing-") && briefed.words.contains("heard 1 in"))

      // With nothing of it left anywhere the judge is told so, and works on.
      for file in try sessions(under: folder) { try RealFileSystem().remove(file) }
      let alone = try judged(id, by: "judge", client)
      #expect(alone.standing == "completed", "\(alone.words)")
      #expect(alone.words.contains("its file is gone, and none was kept"), "\(alone.words)")
      #expect(alone.words.contains("heard 1 in conversation-"), "\(alone.words)")
      #expect(alone.attempt["session"]?["kind"] == "root", "\(alone.attempt.text)")
    }
  }

  /// Finds the files of conversations under their agent's own name for them.
  private func sessions(under folder: String) throws -> [String] {
    var found: [String] = []
    for name in try RealFileSystem().list(folder) {
      let path = Path.join(folder, name)
      switch try RealFileSystem().status(path, followingLinks: false)?.kind {
      case .directory: found += try sessions(under: path)
      case .file where name.hasPrefix("conversation-"): found.append(path)
      default: break
      }
    }
    return found
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Plays a client that was written for typed tasks elsewhere, in its own words and spellings:
/// create, read attempts and messages and artifacts, continue, have it judged.
@Suite struct OutsideClientTests {
  /// Ends in JSON after prose, and approves whatever it is shown.
  private static let judge = #"""
    cat > /dev/null
    echo 'I have read it.'
    echo '```json'
    echo '{"scores":[{"criterionId":"sound","score":1,"rationale":"It holds."}],"composite":1,"verdict":"approve"}'
    echo '```'
    """#

  private static func profiles(_ folder: String) throws -> String {
    let (agent, judge) = (folder + "/claude", folder + "/judge.sh")
    let note = #"echo "what I found" > "$ERRAND_ARTIFACTS/notes.md""#
    try writeFile(agent, RememberingAgent.script(extra: note), permissions: 0o755)
    try writeFile(judge, Self.judge)
    let profiles: JSONValue = [
      "defaultProfile": "claude",
      "profiles": [
        ["name": "claude", "adapter": "claude", "executable": .string(agent)],
        [
          "name": "judge", "adapter": "text", "executable": "/bin/sh",
          "arguments": [.string(judge)],
        ],
      ],
    ]
    return profiles.text
  }

  /// Checks that a result carries every one of these members.
  private func expect(_ members: [String], in result: JSONValue) {
    for member in members { #expect(result[member] != nil, "\(member): \(result.text)") }
  }

  private static let team = "5c1f8f5e-7f1a-4d6d-9a0e-0d6f3c1b2a01"
  private static let diary = "5c1f8f5e-7f1a-4d6d-9a0e-0d6f3c1b2a02"
  private static let correlation = "5c1f8f5e-7f1a-4d6d-9a0e-0d6f3c1b2a03"

  private func create(_ client: Conversation) throws -> JSONValue {
    let made = try client.call(
      "tasks_create",
      [
        "taskType": "freeform", "teamId": .string(Self.team), "diaryId": .string(Self.diary),
        "correlationId": .string(Self.correlation), "title": "Find out", "tags": ["research"],
        "maxAttempts": 1, "dispatchTimeoutSec": 120, "runningTimeoutSec": 600,
        "expiresInSec": 3600,
        "input": [
          "brief": "Find out.", "expectedOutput": "A few lines.", "constraints": ["No guesses."],
        ],
      ])
    expect(
      [
        "id", "taskType", "status", "input", "inputCid", "inputSchemaCid", "teamId", "diaryId",
        "correlationId", "outputKind", "maxAttempts", "queuedAt",
      ],
      in: try client.call(
        "tasks_get", ["id": made["id"] ?? .null, "teamId": .string(Self.team)]))
    return made["id"] ?? .null
  }

  private func end(_ task: JSONValue, _ client: Conversation) throws -> JSONValue {
    let wait: JSONValue = [
      "taskIds": [task], "until": "terminal", "timeoutSec": 45, "teamId": .string(Self.team),
    ]
    _ = try client.call("tasks_wait", wait)
    return try client.call("tasks_get", ["taskId": task, "teamId": .string(Self.team)])
  }

  @Test func itsScriptWorksUnchanged() throws {
    try withTemporaryDirectory { folder in
      try RealFileSystem().createDirectory(folder + "/config")
      try writeFile(folder + "/config/config.json", try Self.profiles(folder))
      let client = try Conversation(store: folder + "/store")
      defer {
        // A test that has failed must tell its own error, not that of its teardown.
        try? dismissRunner(of: folder + "/store")
      }
      let types = try client.call("tasks_schemas", ["taskType": "freeform"])
      expect(
        ["taskType", "outputKind", "inputSchemaCid", "inputSchema", "policy"],
        in: types["items"]?.arrayValue?.first ?? .null)
      let task = try create(client)
      let ended = try end(task, client)
      #expect(ended["status"] == "completed", "\(ended.text)")
      expect(["acceptedAttemptN", "completedAt", "usage", "resultSummary"], in: ended)
      try readsWhatCameOfIt(task, client)
      try goesOn(task, client)
      #expect(try client.finish() == .exited(code: 0))
    }
  }

  private func readsWhatCameOfIt(_ task: JSONValue, _ client: Conversation) throws {
    let team = JSONValue.string(Self.team)
    let attempts = try client.call("tasks_attempts_list", ["taskId": task, "teamId": team])
    let attempt = try #require(attempts["items"]?.arrayValue?.first)
    expect(
      ["taskId", "attemptN", "status", "claimedAt", "startedAt", "completedAt", "output", "usage"],
      in: attempt)
    #expect(attempt["outputCid"]?.stringValue?.hasPrefix("bag") == true)
    let page = try client.call(
      "tasks_messages_list",
      ["taskId": task, "attemptN": 1, "afterSeq": 0, "limit": 100, "teamId": team])
    let messages = page["items"]?.arrayValue ?? []
    #expect(messages.first?["seq"] == 1 && page["nextAfterSeq"] == messages.last?["seq"])
    for message in messages { expect(["seq", "timestamp", "kind", "payload"], in: message) }
    let listed = try client.call(
      "tasks_artifacts_list", ["taskId": task, "attemptN": 1, "teamId": team])
    let notes = listed["artifacts"]?.arrayValue?.first { $0["title"] == "notes.md" }
    expect(["id", "attemptN", "kind", "contentType", "sizeBytes", "cid"], in: notes ?? .null)
    let text = try client.content(
      of: "tasks_artifacts_download",
      ["taskId": task, "attemptN": 1, "cid": notes?["cid"] ?? .null, "teamId": team])
    #expect(text == "what I found\n")
  }

  /// Continues the work, and has what came of that judged.
  private func goesOn(_ task: JSONValue, _ client: Conversation) throws {
    let team = JSONValue.string(Self.team)
    let next = try client.call(
      "tasks_continue",
      [
        "fromTaskId": task, "fromAttemptN": 1, "brief": "And then?", "mode": "extend",
        "teamId": team,
      ])
    let ended = try end(next["id"] ?? .null, client)
    #expect(ended["status"] == "completed" && ended["resultSummary"] == "heard 2", "\(ended.text)")
    #expect(ended["correlationId"] == .string(Self.correlation) && ended["teamId"] == team)
    let attempts = try client.call(
      "tasks_attempts_list", ["taskId": next["id"] ?? .null, "acceptedOnly": true, "teamId": team])
    let cid = attempts["items"]?.arrayValue?.first?["outputCid"] ?? .null
    let criteria: JSONValue = [
      "version": 1,
      "rubric": [
        "rubricId": "r", "version": 1,
        "criteria": [
          ["id": "sound", "description": "It holds.", "weight": 1, "scoring": "boolean"]
        ],
      ],
    ]
    let judgment = try client.call(
      "tasks_create",
      [
        "taskType": "pr_review", "profile": "judge", "teamId": team,
        "correlationId": .string(Self.correlation),
        "references": [
          ["taskId": next["id"] ?? .null, "outputCid": cid, "role": "judged_work"]
        ],
        "input": [
          "subject": ["title": "What was found", "summary": "A few lines."],
          "successCriteria": criteria,
        ],
      ])
    let judged = try end(judgment["id"] ?? .null, client)
    #expect(judged["status"] == "completed" && judged["outputKind"] == "judgment", "\(judged.text)")
    #expect(judged["resultSummary"] == "approve")
  }
}

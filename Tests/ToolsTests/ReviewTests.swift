import JSON
import MCP
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks verdicts, retries, changes and remarks as clients and people make them.
struct ReviewTests {
  func done(_ house: House, _ brief: String = "true") throws -> TaskRecord {
    try house.end(house.start(house.task(brief)), output: ["summary": "x"], summary: "x")
  }

  @Test func aVerdictIsStoredAndShown() throws {
    try withHouse { house in
      let id: JSONValue = .string(try done(house).id.description)
      let rejected = try house.call(
        "tasks_verify",
        ["taskId": id, "accepted": false, "comments": "No test.", "reviewer": "ann"])
      #expect(rejected["status"] == "completed")
      #expect(rejected["acceptedAttemptN"] == nil)
      #expect(rejected["review"]?["state"] == "rejected")
      #expect(rejected["review"]?["comments"] == "No test.")
      let accepted = try house.call("tasks_verify", ["task_id": id, "accepted": true])
      #expect(accepted["acceptedAttemptN"] == 1)
      let counting = try house.call(
        "tasks_attempts_list", ["task_id": id, "accepted_only": true])
      #expect(counting["items"]?.arrayValue?.count == 1)
    }
  }

  @Test func aRejectionWithFeedbackSendsTheTaskBackAndTheNextAttemptIsTold() throws {
    try withHouse { house in
      let task = try done(house)
      let before = house.runners.number
      let answer = try house.call(
        "tasks_verify",
        [
          "task_id": .string(task.spec.name), "accepted": false, "comments": "Add a test.",
          "retry_with_feedback": true,
        ])
      #expect(answer["status"] == "queued" && answer["retryCount"] == 1)
      #expect(house.runners.number > before)
      let record = try house.store().task(.id(task.id))
      #expect(record.feedback == "Add a test.")
      let type = try house.store().type(of: record.spec)
      let prompt = Prompt.render(record.spec, type, feedback: record.feedback)
      #expect(prompt.hasSuffix("sent back\n\nAdd a test."))
      let again = try house.end(house.start(record), output: ["summary": "y"])
      #expect(again.acceptedAttemptN == 2)
    }
  }

  @Test func whatAQuotaStoppedGoesOnAsItWas() throws {
    try withHouse { house in
      let pause = Settlement.Pause(
        AttemptError(.agentQuota, "Used up."), resumeAt: .now.adding(milliseconds: 3_600_000))
      let task = try house.end(house.start(house.task()), .paused(pause))
      let id: JSONValue = .string(task.id.description)
      let refused = try house.refusal(
        "tasks_retry", ["task_id": id, "reason": "now", "brief": "another"])
      #expect(refused.faults.map { "\($0.pointer)" } == ["/brief"])
      let before = house.runners.number
      let answer = try house.call("tasks_retry", ["task_id": id, "reason": "It is back."])
      #expect(answer["status"] == "queued" && answer["retryCount"] == nil)
      #expect(house.runners.number > before)
    }
  }

  @Test func aRetryKeepsWhatWasAndTakesWhatIsNew() throws {
    try withHouse { house in
      let error = AttemptError(.timeout, "Too long.")
      let task = try house.end(house.start(house.task()), .failed(error))
      let answer = try house.call(
        "tasks_retry",
        ["task_id": .string(task.spec.name), "reason": "more time", "brief": "sleep 1"])
      #expect(answer["status"] == "queued" && answer["attemptCount"] == 1)
      #expect(answer["input"] == ["brief": "sleep 1"])
      #expect(answer["inputCid"] != .string(task.spec.inputCid.description))
      #expect(try house.store().task(.id(task.id)).feedback == "more time")
      // What waits already is not sent back once more.
      let refusal = try house.refusal(
        "tasks_retry", ["task_id": .string(task.spec.name), "reason": "x"])
      #expect(refusal.code == "not_ended")
    }
  }

  @Test func whatIsBeingTriedAgainIsJudgedLater() throws {
    try withHouse { house in
      let id: JSONValue = .string(try done(house).id.description)
      _ = try house.call("tasks_retry", ["task_id": id, "reason": "x"])
      let refusal = try house.refusal("tasks_verify", ["task_id": id, "accepted": true])
      #expect(refusal.code == "not_ended", "\(refusal.text)")
    }
  }

  @Test func aChatClientNeedsLeaveToRunACommandAgain() throws {
    try withHouse { house in
      let task = try done(house)
      let call: JSONObject = ["task_id": .string(task.spec.name), "reason": "x"]
      let refusal = try house.refusal("tasks_retry", call, as: House.client)
      #expect(refusal.code == "commands_not_allowed")
      let sentBack: JSONObject = [
        "task_id": .string(task.spec.name), "accepted": false, "comments": "x",
        "retry_with_feedback": true,
      ]
      #expect(
        try house.refusal("tasks_verify", sentBack, as: House.client).code
          == "commands_not_allowed")
    }
  }

  @Test func checksAreCommandsAndNeedLeaveToo() throws {
    let checks: JSONValue = [["swift", "test"]]
    try withHouse { house in
      let asked: JSONObject = ["brief": "x", "checks": checks, "profile": "shell"]
      let stored = try house.call("tasks_create", asked)
      let record = try house.store().task(.name(stored["name"]?.stringValue ?? ""))
      #expect(record.spec.checks == [["swift", "test"]])
      for wrong: JSONValue in [[[]], ["swift test"]] {
        let refusal = try house.refusal("tasks_create", ["brief": "x", "checks": wrong])
        #expect(refusal.code == "invalid_arguments" && "\(refusal)".contains("checks"))
      }
    }
    try withHouse { house in
      let refusal = try house.refusal(
        "tasks_create", ["brief": "x", "checks": checks], as: House.client)
      #expect(refusal.code == "commands_not_allowed", "\(refusal)")
    }
  }

  static let refused: [(tool: String, arguments: JSONObject, code: String)] = [
    ("tasks_verify", ["accepted": true], "nothing_to_review"),
    (
      "tasks_verify", ["accepted": true, "comments": "x", "retry_with_feedback": true],
      "invalid_arguments"
    ),
    ("tasks_verify", ["accepted": false, "retry_with_feedback": true], "invalid_arguments"),
    ("tasks_retry", ["reason": "x"], "not_ended"),
    ("tasks_update", [:], "invalid_arguments"),
    ("tasks_update", ["title": "x", "revision": 7], "conflict"),
    ("tasks_update", ["profile": "no-such"], "profile_unknown"),
  ]

  @Test(arguments: refused)
  func whatCannotBeDoneIsRefused(tool: String, arguments: JSONObject, code: String) throws {
    try withHouse { house in
      var arguments = arguments
      arguments["task_id"] = .string(try house.task().spec.name)
      #expect(try house.refusal(tool, arguments).code == code)
    }
  }

  @Test func aTaskIsCalledAndOrderedOtherwiseAndRemarkedUpon() throws {
    try withHouse { house in
      let id: JSONValue = .string(try house.task().id.description)
      let updated = try house.call(
        "tasks_update",
        ["task_id": id, "title": "New", "tags": ["a"], "priority": 0, "revision": 1])
      #expect(updated["title"] == "New" && updated["tags"] == ["a"] && updated["priority"] == 0)
      #expect(updated["revision"] == 2)
      _ = try house.call("tasks_comment", ["task_id": id, "text": "see\u{1B}[31m ticket"])
      let shown = try house.call("tasks_get", ["task_id": id])
      let comment = try #require(shown["comments"]?.arrayValue?.first)
      #expect(comment["author"] == "ann" && comment["text"] == "see ticket")
    }
  }
}

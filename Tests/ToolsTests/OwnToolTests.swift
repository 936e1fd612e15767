import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what an agent may do for its attempt: report, ask, hand in, and add to its task.
struct OwnToolTests {
  @Test func aReportIsWhatTheTaskIsSaidToBeDoing() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let agent = try house.inside(task)
      try agent.call("task_report", ["progress": "2 of 7\nfiles", "link": "https://x.test/a"])
      try agent.call("task_report", ["progress": "3 of 7 files"])
      let shown = try house.call("tasks_get", ["task_id": .string(task.spec.name)])
      #expect(shown["statusMessage"] == "3 of 7 files")
      let kept = try house.store().task(.id(task.id)).progress
      #expect(kept.map(\.text) == ["2 of 7 files", "3 of 7 files"])
      #expect(kept.map(\.number) == [1, 2])
    }
  }

  @Test func anOutputIsTakenOnceItFitsAndTheLastOneCounts() throws {
    try withHouse { house in
      let criteria: JSONValue = [
        "version": 1, "assertions": [["id": "said", "path": "summary", "op": "exists"]],
      ]
      let task = try house.start(
        try house.task("x", ["input": ["successCriteria": criteria]]))
      let agent = try house.inside(task)
      let refused = try agent.refusal("task_submit_output", ["output": ["summary": "did it"]])
      #expect(refused.code == "output_invalid")
      #expect(refused.faults.map { "\($0.pointer)" } == ["/output/verification"])
      for word in ["first", "second"] {
        try agent.call(
          "task_submit_output",
          [
            "output": [
              "summary": .string(word),
              "verification": [
                "passed": true,
                "results": [["id": "said", "kind": "assertion", "status": "pass"]],
              ],
            ]
          ])
      }
      let output = try house.store().task(.id(task.id)).latestAttempt?.output
      #expect(output?["summary"] == "second")
    }
  }

  @Test func whatAnOutputLacksIsNotMadeUp() throws {
    try withHouse { house in
      let agent = try house.inside(try house.start(try house.task()))
      let refused = try agent.refusal("task_submit_output", ["output": ["bad": 1]])
      #expect(refused.faults.map { "\($0)" } == ["/output/summary: required"])
    }
  }

  @Test func aQuestionWaitsForItsAnswer() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.own(task)
      let agent = try house.inside(task)
      let name = JSONValue.string(task.spec.name)
      let person = try Thread.start(name: "person") {
        do {
          let isAsking = try eventually {
            try house.store().task(.id(task.id)).status == .inputRequired
          }
          #expect(isAsking)
          let shown = try house.call("tasks_get", ["task_id": name])
          #expect(shown["pendingRequests"]?.arrayValue?.first?["question"] == "Which one?")
          try house.call("tasks_respond", ["task_id": name, "option": "RED"])
        } catch { Issue.record(error) }
      }
      let told = try agent.call(
        "task_ask", ["question": "Which one?", "options": ["red", "blue"]])
      person.join()
      #expect(told["outcome"] == "answered")
      #expect(told["answer"] == "red")
      #expect(try house.store().task(.id(task.id)).status == .running)
    }
  }

  @Test func whoLosesPatienceWaitsOnTheSameQuestion() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.own(task)
      let agent = try house.inside(task, patience: 0)
      let asked: JSONObject = ["question": "How many?", "schema": ["type": "integer"]]
      let first = try agent.call("task_ask", asked)
      #expect(first["outcome"] == "waiting")
      #expect(try agent.call("task_ask", asked)["requestId"] == first["requestId"])
      try house.call("tasks_respond", ["task_id": .string(task.spec.name), "answer": "7"])
      let id = try #require(first["requestId"])
      #expect(try agent.call("task_ask", ["request_id": id])["answer"] == 7)
      #expect(try house.store().task(.id(task.id)).requests.count == 1)
    }
  }

  @Test(
    arguments: [
      (["question": "a", "schema": ["type": "nothing"]], "/schema"),
      (["question": "a", "schema": [:], "options": ["b"]], "/schema"),
      (
        ["question": "a", "schema": ["title": .string(String(repeating: "x", count: 17_000))]],
        "/schema"
      ),
      (["request_id": "q9"], "/request_id"), ([:], "/question"),
    ] as [(JSONObject, String)])
  func whatCannotBeAskedIsNamed(_ arguments: JSONObject, _ place: String) throws {
    try withHouse { house in
      let agent = try house.inside(try house.start(try house.task()))
      #expect(try agent.refusal("task_ask", arguments).faults.map { "\($0.pointer)" } == [place])
    }
  }

  @Test func noSecretOfTheTaskIsStored() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.store().writeSecrets(task.id, ["KEY": "s3cret-value-of-the-task"])
      let agent = try house.inside(task, patience: 0)
      let words = JSONValue.string("with s3cret-value-of-the-task in it")
      try agent.call("task_report", ["progress": words])
      try agent.call("task_ask", ["question": words, "schema": ["title": words]])
      try agent.call(
        "tasks_artifacts_upload",
        ["task_id": .string(task.spec.name), "kind": "report", "text": "x", "title": words])
      try agent.call("task_submit_output", ["output": ["summary": words]])
      let stored = try house.store().task(.id(task.id))
      #expect(!"\(stored)".contains("s3cret-value"))
      #expect(stored.latestAttempt?.output?["summary"]?.stringValue?.contains("in it") == true)
    }
  }

  @Test func onlyItsOwnTaskIsAddedToAndNothingElseIsChanged() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let other = try house.task()
      let agent = try house.inside(task)
      let file: JSONObject = ["kind": "report", "text": "all is well", "title": "r.txt"]
      var own = file
      own["task_id"] = .string(task.spec.name)
      try agent.call("tasks_artifacts_upload", own)
      let kept = try house.store().task(.id(task.id)).artifacts
      #expect(kept.map(\.createdBy.kind) == [.attempt])
      var foreign = file
      foreign["task_id"] = .string(other.spec.name)
      #expect(try agent.refusal("tasks_artifacts_upload", foreign).code == "attempt_scope")
      let place: JSONObject = ["task_id": .string(task.spec.name)]
      for tool in ["tasks_cancel", "tasks_respond"] {
        var arguments = place
        if tool == "tasks_respond" { arguments["message"] = "hello" }
        #expect(try agent.refusal(tool, arguments).code == "attempt_scope", "\(tool)")
      }
    }
  }

  @Test func whatWasHandedInIsKeptThoughItsSupervisorDied() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let agent = try house.inside(task)
      try agent.call("task_submit_output", ["output": ["summary": "nearly done"]])
      // The same again is no other.
      try agent.call("task_submit_output", ["output": ["summary": "nearly done"]])
      let ended = try house.end(task, .failed(AttemptError(.interrupted, "It died.")))
      #expect(ended.latestAttempt?.output == ["summary": "nearly done"])
      #expect(ended.progress.count == 1)
    }
  }

  @Test func onceItIsToBeCancelledNothingIsTakenEither() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let agent = try house.inside(task)
      try house.tell(task, .cancelRequested(reason: nil))
      #expect(try agent.refusal("tasks_create", ["brief": "x"]).code == "attempt_over")
    }
  }

  @Test func afterTheEndNothingIsTaken() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let agent = try house.inside(task)
      try house.end(task)
      for (tool, arguments) in [
        ("task_report", ["progress": "late"]), ("task_ask", ["question": "late?"]),
        ("task_submit_output", ["output": ["summary": "late"]]), ("tasks_create", ["brief": "x"]),
        (
          "tasks_artifacts_upload",
          ["task_id": .string(task.spec.name), "kind": "report", "text": "late"]
        ),
      ] as [(String, JSONObject)] {
        #expect(try agent.refusal(tool, arguments).code == "attempt_over", "\(tool)")
      }
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks tasks for workers outside the program, over the wire and at the terminal.
@Suite struct WorkerTests {
  private static let profiles = """
    {"profiles":[{"name":"crew","adapter":"worker"},{"name":"others","adapter":"worker"}]}
    """

  /// Lends a server that offers the worker's tools beside the usual ones.
  private func withCrew(_ body: (Conversation, String) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      try RealFileSystem().createDirectory(folder + "/config")
      try RealFileSystem().createDirectory(folder + "/work")
      try writeFile(folder + "/config/config.json", Self.profiles)
      let server = try Conversation(
        store: folder + "/store", arguments: ["--toolsets", "tasks,artifacts,worker"])
      defer {
        // A test that has failed must tell its own error, not that of its teardown.
        try? dismissRunner(of: folder + "/store")
      }
      try body(server, folder)
      #expect(try server.finish() == .exited(code: 0))
    }
  }

  private func create(
    _ server: Conversation, _ name: String, _ more: JSONObject = [:]
  ) throws -> JSONValue {
    var arguments: JSONObject = [
      "brief": "Count the words.", "profile": "crew", "name": .string(name), "workspace": "none",
    ]
    for (key, value) in more { arguments[key] = value }
    return try server.call("tasks_create", .object(arguments))
  }

  private func claim(
    _ server: Conversation, _ worker: String = "ann", _ more: JSONObject = [:]
  ) throws -> (name: String?, lease: JSONValue) {
    var arguments: JSONObject = ["worker": .string(worker), "profile": "crew"]
    for (key, value) in more { arguments[key] = value }
    let answer = try server.call("tasks_claim", .object(arguments))
    return (answer["task"]?["name"]?.stringValue, answer["leaseId"] ?? .null)
  }

  @Test func aWorkerTakesATaskSaysWhatItDoesAndHandsItIn() throws {
    try withCrew { server, _ in
      let made = try create(
        server, "count",
        ["brief": "Count the words of README.md.", "required_tools": [], "max_attempts": 2])
      #expect(made["status"] == "queued" && made["maxAttempts"] == 2)
      let waiting = try server.call("tasks_get", ["task_id": "count"])
      #expect(waiting["statusReason"] == "worker_unavailable", "\(waiting.text)")

      let claimed = try server.call("tasks_claim", ["worker": "ann", "profile": "crew"])
      let lease = try #require(claimed["leaseId"])
      #expect(claimed["task"]?["status"] == "running")
      #expect(claimed["prompt"]?.stringValue?.contains("README.md") == true)
      #expect(try claim(server).name == nil, "it is taken")

      let said: JSONValue = [
        ["kind": "text", "payload": ["text": "I count."]],
        ["kind": "tool_call_start", "payload": ["callId": "1", "tool": "wc"]],
        ["kind": "tool_call_end", "payload": ["callId": "1", "tool": "wc", "ok": true]],
      ]
      let kept = try server.call(
        "tasks_messages_append", ["task_id": "count", "lease_id": lease, "messages": said])
      #expect(kept["nextSeq"] == 3)
      let messages = try server.call("tasks_messages_list", ["task_id": "count"])["items"]
      #expect(
        messages?.arrayValue?.map { $0["kind"] } == ["text", "tool_call_start", "tool_call_end"])

      for output in [["summary": 5], ["x": 1]] as [JSONValue] {
        let refused = try server.refusal(
          "tasks_complete", ["task_id": "count", "lease_id": lease, "output": output])
        #expect(refused.hasPrefix("[output_invalid] ") && refused.contains("/output/summary: "))
      }
      let done = try server.call(
        "tasks_complete",
        [
          "task_id": "count", "lease_id": lease, "output": ["summary": "42 words"],
          "usage": ["input_tokens": 5, "cost_usd": 0.25],
        ])
      #expect(done["status"] == "completed", "\(done.text)")
      let ended = try server.call("tasks_get", ["task_id": "count"])
      #expect(ended["resultSummary"] == "42 words" && ended["usage"]?["costUsd"] == 0.25)
      let attempt = try server.call("tasks_attempts_list", ["task_id": "count"])["items"]?
        .arrayValue?.first
      #expect(attempt?["worker"] == "ann" && attempt?["outputCid"] != nil)
      #expect(attempt?["leaseId"] == nil, "the lease stays with its holder")
    }
  }

  @Test func aLongBriefIsReadOnInPages() throws {
    try withCrew { server, _ in
      let lines = (0..<2_350).map { "Line \($0): count the wörds of “this” one.\n" }
      let brief = lines.joined()
      #expect(brief.utf8.count > 100_000)
      _ = try create(server, "long", ["brief": .string(brief)])
      let claimed = try server.call("tasks_claim", ["worker": "ann", "profile": "crew"])
      #expect(claimed["truncated"] == true && claimed.bytes.count <= 8_000)
      let cid = try #require(claimed["promptCid"])
      #expect(claimed["hint"]?.stringValue?.contains("tasks_artifacts_download") == true)
      var told = String(try #require(claimed["prompt"]?.stringValue).dropLast())
      var next = claimed["nextOffset"]
      for _ in 0..<10 {
        guard let offset = next else { break }
        let page = try server.result(
          of: "tasks_artifacts_download",
          ["task_id": "long", "cid": cid, "offset": offset, "max_bytes": 40_000])
        let blocks = page["content"]?.arrayValue ?? []
        told += blocks.first?["text"]?.stringValue ?? ""
        let note = try JSONValue.parse(blocks.last?["text"]?.stringValue ?? "")
        next = note["nextOffset"]
      }
      #expect(told == brief)
      // Once it is handed in nobody asks for it any more.
      let lease = try #require(claimed["leaseId"])
      _ = try server.call(
        "tasks_complete", ["task_id": "long", "lease_id": lease, "output": ["summary": "x"]])
      let refused = try server.refusal("tasks_artifacts_download", ["task_id": "long", "cid": cid])
      #expect(refused.hasPrefix("[not_found]"), "\(refused)")
    }
  }

  @Test func aSummaryBesideTheOutputIsPartOfIt() throws {
    try withCrew { server, _ in
      _ = try create(server, "count")
      let (_, lease) = try claim(server)
      let done = try server.call(
        "tasks_complete",
        ["task_id": "count", "lease_id": lease, "output": ["x": 1], "summary": "42 words"])
      #expect(done["resultSummary"] == "42 words", "\(done.text)")
    }
  }

  @Test(arguments: [("zz", "profile_unknown"), ("shell", "profile_unsuitable")])
  func whoCanNeverGetATaskIsTold(_ profile: String, _ code: String) throws {
    try withCrew { server, _ in
      let refused = try server.refusal(
        "tasks_claim", ["worker": "ann", "profile": .string(profile)])
      #expect(refused.hasPrefix("[\(code)] "), "\(refused)")
    }
  }

  @Test func aLongPromptIsCutToTheBudget() throws {
    try withCrew { server, _ in
      let brief = String(repeating: "word ", count: 12_000)
      _ = try create(server, "count", ["brief": .string(brief)])
      let claimed = try server.call("tasks_claim", ["worker": "ann", "profile": "crew"])
      #expect(claimed["leaseId"] != nil)
      #expect(claimed.bytes.count <= 8_000, "\(claimed.bytes.count)")
      #expect(claimed["hint"]?.stringValue?.contains("cut") == true)
    }
  }

  @Test func withoutAnOutputNothingIsDone() throws {
    try withCrew { server, _ in
      _ = try create(server, "count")
      let (_, lease) = try claim(server)
      let refused = try server.refusal("tasks_complete", ["task_id": "count", "lease_id": lease])
      #expect(refused.contains("/output: "), "\(refused)")
      #expect(try server.call("tasks_get", ["task_id": "count"])["status"] == "running")
      let failed = try server.call(
        "tasks_fail",
        [
          "task_id": "count", "lease_id": lease, "message": "There is no README.md.",
          "reason": "workspace_error",
        ])
      #expect(failed["status"] == "failed")
      #expect(
        try server.call("tasks_get", ["task_id": "count"])["statusReason"] == "workspace_error")
    }
  }

  /// Every write that a worker may make, with what it takes beside task and lease.
  static let writes: [(tool: String, more: JSONObject)] = [
    ("tasks_heartbeat", [:]),
    (
      "tasks_messages_append",
      ["messages": [["kind": "text", "payload": ["text": "Late."]]]]
    ),
    ("tasks_complete", ["output": ["summary": "Late."]]),
    ("tasks_fail", ["message": "Late."]),
    ("tasks_abort", ["reason": "Late."]),
    ("runtime_sessions_upload", ["session_id": "s", "text": "Late."]),
  ]

  private func expectAllRefused(
    _ server: Conversation, _ task: JSONValue, _ lease: JSONValue
  ) throws {
    let before = try server.call("tasks_get", ["task_id": task])["revision"]
    for (tool, more) in Self.writes {
      var arguments: JSONObject = ["task_id": task, "lease_id": lease]
      for (key, value) in more { arguments[key] = value }
      let refused = try server.refusal(tool, .object(arguments))
      #expect(refused.hasPrefix("[lease_lost] "), "\(tool): \(refused)")
    }
    // Nor is anything added to what the lost attempt left.
    let upload = try server.refusal(
      "tasks_artifacts_upload", ["task_id": task, "attempt_n": 1, "title": "t", "text": "Late."])
    #expect(upload.hasPrefix("[lease_lost] "), "\(upload)")
    #expect(try server.call("tasks_get", ["task_id": task])["revision"] == before)
  }

  @Test func whatIsGivenBackIsAnothersAndLateWordsAreRefused() throws {
    try withCrew { server, _ in
      _ = try create(server, "count", ["max_attempts": 2])
      let (_, first) = try claim(server, "ann")
      let back = try server.call(
        "tasks_abort", ["task_id": "count", "lease_id": first, "reason": "Going home."])
      #expect(back["status"] == "queued")
      let (name, second) = try claim(server, "ben")
      #expect(name == "count" && second != first)
      try expectAllRefused(server, "count", first)
      let over = try server.call(
        "tasks_abort", ["task_id": "count", "lease_id": second, "reason": "Me, too."])
      #expect(over["status"] == "failed", "no attempt remains")
      try expectAllRefused(server, "count", second)
    }
  }

  @Test func aCancelledTaskIsTakenFromItsWorkerAtOnce() throws {
    try withCrew { server, _ in
      _ = try create(server, "count")
      let (_, lease) = try claim(server)
      let ended = try server.call("tasks_cancel", ["task_id": "count"])
      #expect(ended.text.contains(#""status":"cancelled""#), "\(ended.text)")
      try expectAllRefused(server, "count", lease)
    }
  }

  @Test func aSilentWorkerLosesItsTaskThoughNobodyAsks() throws {
    try withCrew { server, _ in
      let id = try create(server, "count", ["max_attempts": 2])["id"]
      let (_, lease) = try claim(server, "ann", ["lease_sec": 1])
      let waited = try server.call(
        "tasks_wait", ["task_ids": [id ?? .null], "until": "change", "timeout_sec": 40])
      #expect(waited["changed"]?.arrayValue?.first?["status"] == "queued", "\(waited.text)")
      try expectAllRefused(server, "count", lease)
      #expect(try claim(server, "ben").name == "count")
    }
  }

  @Test func aConversationIsLeftForWhoeverGoesOn() throws {
    try withCrew { server, _ in
      _ = try create(server, "count", ["max_attempts": 2])
      let (_, first) = try claim(server)
      #expect(try server.call("runtime_sessions_get", ["task_id": "count"])["session"] == nil)
      _ = try server.call(
        "runtime_sessions_upload",
        ["task_id": "count", "lease_id": first, "session_id": "s-1", "text": "Hello."])
      _ = try server.call(
        "tasks_abort", ["task_id": "count", "lease_id": first, "reason": "Enough."])
      let (_, second) = try claim(server, "ben")
      let found = try server.call("runtime_sessions_get", ["task_id": "count"])["session"]
      #expect(found?["title"] == "s-1" && found?["attemptN"] == 1, "\(found?.text ?? "")")
      let text = try server.content(of: "runtime_sessions_download", ["task_id": "count"])
      #expect(text == "Hello.")
      // So it is for a task that goes on with this one.
      _ = try server.call(
        "runtime_sessions_upload",
        ["task_id": "count", "lease_id": second, "session_id": "s-2", "text": "And more."])
      _ = try server.call(
        "tasks_complete",
        ["task_id": "count", "lease_id": second, "output": ["summary": "Counted."]])
      let next = try server.call(
        "tasks_continue", ["from_task_id": "count", "brief": "Count on."])
      let id = try #require(next["id"])
      let taken = try server.call("runtime_sessions_get", ["task_id": id])["session"]
      #expect(taken?["title"] == "s-2" && taken?["attemptN"] == 2, "\(taken?.text ?? "")")
      let more = try server.content(of: "runtime_sessions_download", ["task_id": id])
      #expect(more == "And more.")
    }
  }

  @Test func whatIsSaidOfWorkersIsRefusedWhereWeRunTheTaskOurselves() throws {
    try withCommandDesk { desk in
      for words in [
        ["--max-attempts", "2"], ["--require-tool", "docker"], ["--allow-profile", "crew"],
        ["--require-trust", "agentSigned"],
      ] {
        let outcome = try desk.errand(["create", "-p", "shell", "true"] + words)
        #expect(outcome.status == .exited(code: 2))
        #expect(outcome.errorText.contains("is for profiles of adapter worker"), "\(words)")
        #expect(outcome.errorText.contains(words[0]), "\(outcome.errorText)")
      }
      #expect(try desk.json(["list", "--json"])["total"] == 0)
    }
  }

  @Test func aTaskWithChecksIsNotGivenToWorkersLater() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, Self.profiles)
      let first = try desk.errand([
        "run", "-p", "shell", "-n", "checked", "--check", "true", "--watch", "true",
      ])
      #expect(first.status == .exited(code: 0), "\(first.errorText)")
      let refused = try desk.errand(["retry", "checked", "--profile", "crew"])
      #expect(refused.status == .exited(code: 2))
      #expect(refused.errorText.contains("crew is for outside workers"), "\(refused.errorText)")
      #expect(try desk.json(["get", "checked", "--json"])["attemptCount"] == 1)
    }
  }

  @Test func theTerminalLendsTasksAsTheToolsDo() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, Self.profiles)
      #expect(
        try desk.errand(["worker", "claim", "--worker", "ann"]).status == .exited(code: 75))
      _ = try desk.json([
        "create", "-p", "crew", "-n", "count", "--max-attempts", "2", "--json", "Count.",
      ])
      let claim = try desk.errand(["worker", "claim", "--worker", "ann", "-q"])
      let words = claim.text.split(whereSeparator: \.isWhitespace).map(String.init)
      #expect(words.first == "count" && words.count == 2, "\(claim.text)")
      let lease = ["--lease", words.last ?? ""]
      #expect(
        try desk.errand(["worker", "heartbeat", "count"] + lease).text.hasPrefix("yours until "))
      #expect(
        try desk.errand(["worker", "say", "count", "Half way."] + lease).status
          == .exited(code: 0))
      #expect(try desk.errand(["logs", "count", "-q"]).text == "Half way.\n")
      try writeFile(desk.folder + "/talk", "Hello.")
      #expect(
        try desk.errand(["worker", "keep-session", "count", "talk", "--id", "s-1"] + lease).status
          == .exited(code: 0))
      #expect(
        try desk.errand(["worker", "session", "count", "-o", "again"]).status == .exited(code: 0))
      #expect(try readText(desk.folder + "/again") == "Hello.")
      let wrong = try desk.errand(
        ["worker", "complete", "count", "--lease", "x", "--output", #"{"summary":"7"}"#])
      #expect(wrong.status == .exited(code: 2) && wrong.errorText.contains("this lease"))
      let done = try desk.errand(
        ["worker", "complete", "count", "--output", #"{"summary":"7"}"#] + lease)
      #expect(done.text == "count: completed\n", "\(done.text)\(done.errorText)")
    }
  }
}

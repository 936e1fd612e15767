import JSON
import Posix
import TestSupport
import Testing

/// Runs the patterns of the front page, word by word as a person would paste them.
struct PatternTests {
  /// Gives the commands under a comment that begins so, up to the next comment.
  private static func commands(_ pattern: String) throws -> String {
    let readme = try readText(CommandReadmeTests.root + "/README.md")
    let part = try #require(readme.split(separator: "## Patterns\n").last)
    let block = try #require(part.split(separator: "```sh\n").dropFirst().first)
    let lines = try #require(block.split(separator: "```\n").first).split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("# \(pattern)") }, "\(pattern)")
    return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.joined(separator: "\n")
  }

  /// Runs a pattern in an empty directory, with `errand` on the PATH; gives what it printed.
  private func run(_ pattern: String, _ body: (CommandDesk) throws -> Void) throws {
    try withCommandDesk { desk in
      let path = try Program.buildDirectory() + ":" + (desk.environment["PATH"] ?? "")
      let outcome = try Program.run(
        ["-e", "-c", try Self.commands(pattern)], executable: "/bin/sh",
        environment: desk.environment.merging(["PATH": path]) { _, new in new },
        directory: desk.folder, within: .seconds(60))
      try #require(
        outcome.status == .exited(code: 0), "\(pattern): \(outcome.text)\(outcome.errorText)")
      try body(desk)
    }
  }

  @Test func parallelTasksAllEndWell() throws {
    try run("parallel") { desk in
      for part in ["api", "web", "docs"] {
        let task = try desk.shown("check-\(part)")
        #expect(task["resultSummary"] == .string("\(part) is fine"))
      }
    }
  }

  @Test func eachStageOfAPipelineStartsOnceTheOneBeforeHasCompleted() throws {
    try run("pipeline") { desk in
      let (test, ship) = (try desk.shown("test"), try desk.shown("ship"))
      #expect(test["resultSummary"] == "built" && ship["resultSummary"] == "shipped")
      #expect(try desk.starts("test", after: "build"))
      #expect(try desk.starts("ship", after: "test"))
    }
  }

  @Test func whatWasFannedOutIsPutTogetherWhenAllOfItIsThere() throws {
    try run("fan-out") { desk in
      let sum = try desk.errand(["get", "sum"]).text
      #expect(sum.contains("1\n2\n3"), "\(sum)")
      for number in 1...3 { #expect(try desk.starts("sum", after: "part-\(number)")) }
    }
  }

  @Test func workGoesBackUntilItsJudgeIsContent() throws {
    try run("review loop") { desk in
      let draft = try desk.shown("draft")
      #expect(draft["attemptCount"] == 3 && draft["retryCount"] == 2)
      #expect(draft["acceptedAttemptN"] == 3)
      #expect(draft["review"]?["state"] == "accepted")
      let judges = try desk.json(["list", "--json", "--query", "-ge 3"])
      #expect(judges["counts"] == ["completed": 1, "failed": 2], "\(judges.text)")
    }
  }

  @Test func tasksOfOnePatternRunSideBySide() throws {
    try withCommandDesk { desk in
      // Each ends only when it has seen the other: one after the other they never would.
      let meet = { (own: String, other: String) in
        ["create", "-q", "-p", "shell", "-n", own, "--workspace", "none"]
          + [
            "touch \(desk.folder)/\(own); until [ -e \(desk.folder)/\(other) ]; do sleep 0.02; done"
          ]
      }
      _ = try desk.errand(meet("one", "other"))
      _ = try desk.errand(meet("other", "one"))
      let waited = try desk.errand(["wait", "one", "other", "--timeout", "30"])
      #expect(waited.status == .exited(code: 0), "\(waited.text)")
    }
  }
}

extension CommandDesk {
  fileprivate func shown(_ task: String) throws -> JSONValue {
    try json(["get", task, "--json"])
  }

  private func moment(_ key: String, of task: String) throws -> Int64 {
    let time = try shown(task)[key]?.stringValue
    return try #require(time.flatMap { Timestamp(rfc3339: $0) }).milliseconds
  }

  /// Tells whether a task started only when another had ended.
  fileprivate func starts(_ task: String, after other: String) throws -> Bool {
    try moment("startedAt", of: task) >= moment("completedAt", of: other)
  }
}

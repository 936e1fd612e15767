import JSON
import Posix
import TestSupport
import Testing

/// Checks that each limit is reached, names itself and its cure, and that the rest goes on.
struct LimitTests {
  private static func limit(_ desk: CommandDesk, _ limits: String) throws {
    try writeFile(desk.configuration, #"{"limits": {\#(limits)}}"#)
  }

  @Test func theQueueIsBounded() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, #"{"maxParallel": 1, "limits": {"queued": 2}}"#)
      _ = try desk.errand(["create", "--profile", "shell", "--name", "long", "sleep 300"])
      try #require(
        try eventually { try desk.json(["get", "long", "--json"])["status"] == "running" })
      for number in 1...2 {
        let made = try desk.errand(["create", "--profile", "shell", "echo \(number)"])
        #expect(made.status == .exited(code: 0), "\(made.errorText)")
      }
      let refused = try desk.errand(["create", "--profile", "shell", "true"])
      #expect(refused.status == .exited(code: 75))
      #expect(refused.errorText.contains("2 tasks wait already"))
      #expect(refused.errorText.contains("Next: ") && refused.errorText.contains("limits.queued"))
      #expect(try desk.errand(["cancel", "long"]).status == .exited(code: 0))
    }
  }

  @Test func fewOpenFilesAreEnough() throws {
    try withCommandDesk { desk in
      let script = "ulimit -n 64 && exec \"$E\" run --profile shell --watch -q 'ulimit -n'"
      let outcome = try Program.run(
        ["-c", script], executable: "/bin/sh",
        environment: desk.environment.merging(["E": try Program.errand()]) { $1 },
        directory: desk.folder, within: .seconds(60))
      #expect(outcome.status == .exited(code: 0), "\(outcome.text)\(outcome.errorText)")
      let shown = try desk.json(["list", "--json"]).text
      #expect(shown.contains("completed"), "\(shown)")
    }
  }

  @Test(arguments: ["subtasks", "depth"])
  func tasksMadeByTasksAreBounded(_ limit: String) throws {
    try withCommandDesk { desk in
      try Self.limit(desk, #""\#(limit)": 2"#)
      _ = try desk.task("true", name: "root")
      var parent = "root"
      func make(_ name: String) throws -> Program.Outcome {
        try desk.errand([
          "create", "--profile", "shell", "--name", name, "--parent", parent, "true",
        ])
      }
      for name in ["first", "second"] {
        #expect(try make(name).status == .exited(code: 0))
        if limit == "depth" { parent = name }
      }
      let refused = try make("third")
      #expect(refused.status == .exited(code: 75))
      #expect(refused.errorText.contains("limits.\(limit)"), "\(refused.errorText)")
      #expect(refused.errorText.contains("Next: Do the"))
    }
  }

  @Test func whatAnAgentSaysAndLeavesIsBounded() throws {
    try withCommandDesk { desk in
      try Self.limit(
        desk,
        #""messagesMiB": 1, "transcriptMiB": 1, "errorsMiB": 1, "artifactFiles": 2, "artifactMiB": 1"#
      )
      _ = try desk.task(
        """
        cd "$ERRAND_ARTIFACTS"
        echo a > a; echo b > b; echo c > c; head -c 2000000 /dev/zero > big
        head -c 3000000 /dev/zero | tr '\\0' 'x' | fold -w 1000 | tee /dev/stderr
        """, name: "loud")
      let folder = try Self.attempt(desk)
      let files = RealFileSystem()
      for (name, mark) in [
        ("transcript.jsonl", "the limit]"), ("stderr.log", "the limit]"),
        ("messages-000002.jsonl", "limits.messagesMiB"),
      ] {
        let path = folder + "/" + name
        #expect(try files.size(path) < (1 << 20) + 65_536, "\(name)")
        #expect(try readText(path).contains(mark), "\(name) does not say that it was cut")
      }
      let shown = try desk.json(["get", "loud", "--json"])
      #expect(shown["status"] == "completed", "a limit ends no task")
      let kept = try desk.json(["artifacts", "list", "loud", "--json"])["artifacts"]
      #expect(kept?.arrayValue?.count == 2)
    }
  }

  @Test func eachFileLeftOutIsNamedWithItsLimit() throws {
    try withCommandDesk { desk in
      try Self.limit(desk, #""artifactFiles": 3, "artifactMiB": 1, "artifactsMiB": 2"#)
      _ = try desk.task(
        """
        cd "$ERRAND_ARTIFACTS"
        head -c 1100000 /dev/zero > a
        for name in b c d; do head -c 900000 /dev/zero > $name; done
        for name in e f; do echo $name > $name; done
        """, name: "heavy")
      let kept = try desk.json(["artifacts", "list", "heavy", "--json"])["artifacts"]
      #expect(kept?.arrayValue?.compactMap { $0["title"] } == ["b", "c", "e"])
      let said = try desk.errand(["logs", "heavy"]).text
      for words in [
        "a was left out: it is larger than 1 MiB (limits.artifactMiB)",
        "d was left out: all files together are larger than 2 MiB (limits.artifactsMiB)",
        "f was left out: there are more than 3 files (limits.artifactFiles)",
      ] {
        #expect(said.contains(words), "\(said)")
      }
    }
  }

  private static func attempt(_ desk: CommandDesk) throws -> String {
    let files = RealFileSystem()
    var path = desk.store + "/tasks"
    for _ in 0..<2 { path += "/" + (try #require(files.list(path).first)) }
    return path + "/attempts/1"
  }
}

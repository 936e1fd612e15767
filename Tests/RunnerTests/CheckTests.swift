import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks what runs after an agent's claim: how it is judged, kept, bounded and handed back.
@Suite struct CheckTests {
  private func sh(_ script: String) -> [String] { ["/bin/sh", "-c", script] }

  @Test func passingChecksLeaveTheClaimAndTheirEvidence() throws {
    try withStage { stage in
      try RealFileSystem().createDirectory(stage.base + "/work")
      let setUp = "git init -q . && git -c user.name=n -c user.email=e@x commit -qm x --allow-empty"
      _ = try Program.run(
        ["-c", setUp], executable: "/bin/sh", environment: stage.environment,
        directory: stage.base + "/work")
      let ended = try stage.run("echo done > made", directory: stage.base + "/work") {
        $0.checks = [sh("cat made; echo oops >&2"), ["test", "-e", "made"]]
      }
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      let checks = try #require(ended.latestAttempt?.checks)
      #expect(checks.map(\.status) == [.passed, .passed])
      #expect(checks.allSatisfy { $0.exit?.code == 0 && $0.revision?.count == 40 })
      let cid = try #require(checks[0].outputCid)
      let kept = try stage.store.blobs.read(cid, offset: 0, count: 100)
      #expect(
        Set(String(decoding: kept, as: UTF8.self).split(separator: "\n")) == ["done", "oops"])
      #expect(ended.artifacts.contains { $0.cid == cid && $0.title == "check-1.log" })
      // What printed nothing left nothing.
      #expect(checks[1].outputCid == nil)
    }
  }

  static let failing: [(argv: [String], status: CheckEvidence.Status, words: String)] = [
    (["/bin/sh", "-c", "echo three; exit 3"], .failed, "failed with exit code 3"),
    (["/bin/sh", "-c", "kill -9 $$"], .failed, "by signal 9"),
    (["no-such-program-at-all"], .unstarted, "could not be started"),
    (["sleep", "60"], .timedOut, "its limit"),
  ]

  @Test(arguments: failing)
  func aCheckThatDoesNotPassOverrulesTheClaim(
    argv: [String], status: CheckEvidence.Status, words: String
  ) throws {
    try withStage(["timeouts": ["check": 1]]) { stage in
      let ended = try stage.run("echo done") { $0.checks = [argv, sh("true")] }
      #expect(ended.status == .failed && ended.error?.code == .checkFailed)
      #expect(ended.statusMessage?.contains(words) == true, "\(ended.statusMessage ?? "")")
      // The others ran all the same, and the claim is still there to be read.
      #expect(ended.latestAttempt?.checks.map(\.status) == [status, .passed])
      #expect(ended.latestAttempt?.output?["summary"] == "done")
    }
  }

  @Test func whatACheckLeavesIsKeptBesideWhatTheAgentLeftEachOnce() throws {
    try withStage { stage in
      let ended = try stage.run(#"echo one > "$ERRAND_ARTIFACTS/one""#) {
        $0.checks = [sh(#"echo two > "$ERRAND_ARTIFACTS/two"; cat "$ERRAND_ARTIFACTS/one""#)]
      }
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(ended.artifacts.map(\.title).sorted() == ["check-1.log", "one", "two"])
    }
  }

  @Test func aCheckSeesNoSecretOfTheAgentsNorItsPass() throws {
    try withStage(["env": ["pass": ["SHARED"]]]) { stage in
      let given = try stage.store.storeEnvironment([
        "PATH": stage.environment["PATH"] ?? "", "LC_ALL": "C", "SHARED": "s", "AGENT_KEY": "k",
      ])
      let ended = try stage.run("env | cut -d= -f1 | sort | paste -sd' '") {
        $0.launch.environment = given
        $0.checks = [sh("env | cut -d= -f1 | sort | paste -sd' '")]
      }
      let cid = try #require(ended.latestAttempt?.checks.first?.outputCid)
      let checked = String(
        decoding: try stage.store.blobs.read(cid, offset: 0, count: 1000), as: UTF8.self)
      let seen = Set(checked.split { $0 == " " || $0 == "\n" }.map(String.init))
      let agents = Set((ended.resultSummary ?? "").split(separator: " ").map(String.init))
      #expect(agents.isSuperset(of: ["AGENT_KEY", "ERRAND_ATTEMPT_FILE"]), "\(agents)")
      #expect(agents.subtracting(seen) == ["AGENT_KEY", "ERRAND_ATTEMPT_FILE"], "\(seen)")
      #expect(seen.isSuperset(of: ["PATH", "LC_ALL", "SHARED", "TMPDIR", "ERRAND_ARTIFACTS"]))
    }
  }

  @Test func whatFailedByItselfIsNotChecked() throws {
    try withStage { stage in
      let ended = try stage.run("exit 1") { $0.checks = [sh("touch \(stage.base)/ran")] }
      #expect(ended.status == .failed && ended.error?.code != .checkFailed)
      #expect(ended.latestAttempt?.checks == [])
      #expect(try !RealFileSystem().exists(stage.base + "/ran"))
    }
  }

  @Test func aTaskIsCancelledWhileItsCheckRunsAndNothingIsLeft() throws {
    try withStage { stage in
      let pid = stage.base + "/pid"
      let task = try stage.create("true") { $0.checks = [sh("echo $$ > \(pid); exec sleep 600")] }
      let runner = try stage.startRunner()
      try stage.wait(forFile: pid)
      try stage.tell(task, .cancelRequested(reason: "enough"))
      let ended = try stage.wait(for: task)
      #expect(ended.status == .cancelled)
      let number = try #require(Int32(try readText(pid).filter(\.isNumber)))
      #expect(try ProcessTable.record(of: number) == nil)
      _ = consume runner
    }
  }

  @Test func whatACheckLeavesRunningIsEnded() throws {
    try withStage { stage in
      let pid = stage.base + "/pid"
      let ended = try stage.run("true") {
        $0.checks = [sh("(setsid sleep 600 & echo $! > \(pid))")]
      }
      #expect(ended.status == .completed && ended.latestAttempt?.survivors == [])
      let number = try #require(Int32(try readText(pid).filter(\.isNumber)))
      #expect(try ProcessTable.record(of: number) == nil)
    }
  }

  /// Plays an agent that may be told something after its turn, and does `then` when it is.
  private func converse(_ stage: Stage, _ then: String, _ checks: [[String]]) throws -> TaskRecord {
    let agent = stage.base + "/agent-acp"
    let script = """
      #!/bin/sh
      cd \(stage.base)
      say() { printf '%s\\n' "$1"; }
      text() {
        say '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":\
      {"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"'"$1"'"}}}}'
      }
      read -r greeting
      say '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{}}}'
      read -r opening
      say '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}'
      read -r prompt
      text first
      say '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"end_turn"}}'
      number=4
      while read -r more; do
        printf '%s\\n' "$more" >> told
        \(then)
        text second
        say '{"jsonrpc":"2.0","id":'$number',"result":{"stopReason":"end_turn"}}'
        number=$((number + 1))
      done

      """
    try writeFile(agent, script, permissions: 0o700)
    let task = try stage.create("freeform", ["brief": "Do it"]) {
      $0.launch = LaunchPlan(
        profile: "acp", adapter: .acp, executable: agent, environment: $0.launch.environment)
      $0.checks = checks
    }
    let runner = try stage.startRunner()
    let ended = try stage.wait(for: task)
    _ = consume runner
    return ended
  }

  @Test func anAgentHearsOnceOfChecksThatFailAndMayMendThem() throws {
    try withStage { stage in
      let look = sh("test -e \(stage.base)/mended || { echo not mended yet; exit 1; }")
      let ended = try converse(stage, "touch mended", [look])
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(ended.attemptCount == 1)
      #expect(ended.latestAttempt?.checks.map(\.status) == [.passed])
      let told = try readText(stage.base + "/told")
      #expect(told.contains("not mended yet") && told.contains("did not pass"))
      #expect(told.split(separator: "\n").count == 1)
    }
  }

  @Test func anAgentThatDoesNotMendThemFailsAfterOneMoreTurn() throws {
    try withStage { stage in
      let ended = try converse(stage, ":", [sh("exit 1")])
      #expect(ended.error?.code == .checkFailed)
      #expect(try readText(stage.base + "/told").split(separator: "\n").count == 1)
    }
  }

  @Test func anAgentWhoseChecksPassIsToldNothing() throws {
    try withStage { stage in
      let ended = try converse(stage, ":", [sh("echo x >> \(stage.base)/ran")])
      #expect(ended.status == .completed && ended.latestAttempt?.checks.count == 1)
      #expect(try !RealFileSystem().exists(stage.base + "/told"))
      #expect(try readText(stage.base + "/ran") == "x\n")
    }
  }
}

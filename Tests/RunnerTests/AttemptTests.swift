import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@Suite struct AttemptTests {
  @Test func aScriptThatEndsWellCompletesItsTask() throws {
    try withStage { stage in
      let task = try stage.run("echo hello; echo world; exit 0")
      #expect(task.status == .completed)
      let attempt = try #require(task.latestAttempt)
      #expect(attempt.status == .completed)
      #expect(attempt.exit == ProcessExit(code: 0))
      #expect(attempt.output?["summary"] == "hello\nworld")
      #expect(attempt.output?["exitCode"] == 0)
      #expect(attempt.output?["durationMs"]?.intValue ?? -1 >= 0)
      #expect(attempt.survivors.isEmpty)
      #expect(task.resultSummary == "hello world")
      let messages = try stage.messages(task)
      #expect(
        messages.first == .userMessage(text: "echo hello; echo world; exit 0", from: .brief))
      #expect(try stage.text(task) == "hello\nworld")
    }
  }

  @Test func anExitCodeFailsTheTaskWithTheLastErrorLine() throws {
    try withStage { stage in
      let task = try stage.run("echo partial; echo first >&2; echo 'no such thing' >&2; exit 3")
      #expect(task.status == .failed)
      #expect(task.error?.code == .agentCrashed)
      #expect(task.error?.message == "exit code 3: no such thing")
      #expect(task.latestAttempt?.exit == ProcessExit(code: 3))
      #expect(task.latestAttempt?.output?["summary"] == "partial")
    }
  }

  @Test func whatACommandComplainsOfIsAmongItsMessages() throws {
    try withStage { stage in
      let task = try stage.run(
        "echo one >&2; echo '\u{1B}[31mtwo' >&2; printf three >&2; exec 2>&-; echo said")
      #expect(task.status == .completed && task.resultSummary == "said")
      var told: [String] = []
      for case .info(let text, let data) in try stage.messages(task) {
        if data?["stream"] == "stderr" { told.append(text) }
      }
      #expect(told.joined(separator: "\n") == "one\ntwo\nthree")
    }
  }

  @Test func aSilentProgramHasASummaryAsWell() throws {
    try withStage { stage in
      let task = try stage.run("exit 0")
      #expect(task.latestAttempt?.output?["summary"] == "It wrote nothing; exit code 0.")
    }
  }

  @Test func aSignalFailsTheTaskAndIsNamed() throws {
    try withStage { stage in
      let task = try stage.run("kill -SEGV $$")
      #expect(task.error?.code == .agentCrashed)
      #expect(task.latestAttempt?.exit?.signal == 11)
      #expect(task.error?.message.contains("SIGSEGV") == true)
    }
  }

  @Test func aReportedErrorGivesTheReason() throws {
    try withStage { stage in
      let task = try stage.run(
        #"echo '{"errand":"error","code":"agent_quota","message":"no more"}'; exit 1"#)
      #expect(task.error?.code == .agentQuota)
      #expect(task.error?.message == "no more")
    }
  }

  @Test func anArgvIsRunWithItsInput() throws {
    try withStage { stage in
      let task = try stage.create(
        "command", ["argv": ["tr", "a-z", "A-Z"], "stdin": "shout", "env": ["X": "1"]])
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: task).latestAttempt?.output?["summary"] == "SHOUT")
      _ = consume runner
    }
  }

  @Test func aMissingProgramFailsTheTask() throws {
    try withStage { stage in
      let task = try stage.create("command", ["argv": ["no-such-program-here"]])
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .agentMissing)
      #expect(ended.latestAttempt?.startedAt == nil)
      _ = consume runner
    }
  }

  @Test func aDirectoryReplacedMeanwhileIsNotEntered() throws {
    try withStage { stage in
      let link = stage.base + "/link"
      let outcome = try Program.run(["-s", "/", link], executable: "/bin/ln")
      #expect(outcome.status.isSuccess)
      let task = try stage.run("pwd", directory: link)
      #expect(task.error?.code == .workspaceError)
    }
  }

  @Test func theAgentSeesItsAttemptAndNothingOfOurs() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        echo "$ERRAND_TASK_ID $ERRAND_ATTEMPT_N $ERRAND_ATTEMPT"
        test -w "$TMPDIR" && test -w "$ERRAND_ARTIFACTS" && echo writable
        env | cut -d= -f1 | grep -v -E '^(PATH|PWD|OLDPWD|SHLVL|_|TMPDIR|ERRAND_.*)$'
        ls /proc/self/fd | tr '\\n' ' '
        """)
      let text = try stage.text(task)
      let lines = text.split(separator: "\n")
      #expect(lines.first ?? "" == "\(task.id) 1 \(task.id)/1")
      #expect(lines.dropFirst().first == "writable")
      // Descriptor 3 is the one by which `ls` reads the folder.
      #expect(lines.count == 3 && lines.last == "0 1 2 3 ", "\(text)")
    }
  }

  @Test func aTaskWithoutADirectoryWorksInAScratchFolder() throws {
    try withStage { stage in
      let task = try stage.run("pwd; echo x > here")
      let folder = stage.attemptFolder(task) + "/work"
      #expect(try stage.text(task) == folder)
      #expect(task.latestAttempt?.workspace?.path == folder)
    }
  }

  @Test func eventLinesBecomeMessagesUsageAndResult() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        echo '{"errand":"tool_start","callId":"1","tool":"make"}'
        echo '{"errand":"tool_end","callId":"1","ok":true,"durationMs":5}'
        echo '{"errand":"usage","inputTokens":7,"turns":1,"costUsd":0.25}'
        echo '{"errand":"usage","inputTokens":3,"turns":1}'
        echo '{"errand":"result","summary":"the claim"}'
        echo afterwards
        """)
      let usage = try #require(task.latestAttempt?.usage)
      #expect(usage == Usage(inputTokens: 10, toolCalls: 1, turns: 2, costUsd: 0.25))
      #expect(task.latestAttempt?.output?["summary"] == "the claim")
      #expect(
        try stage.messages(task).contains(
          .toolCallStart(callId: "1", tool: "make", title: nil, arguments: nil)))
    }
  }

  @Test func secretsReachTheAgentAndAreForgottenAtTheEnd() throws {
    try withStage { stage in
      let id = try #require(TaskID("01890000-0000-7000-8000-000000000001"))
      try stage.store.writeSecrets(id, ["KEY": "s3cret-value"])
      let cid = ContentID(json: try JSONValue.object([:]).canonical)
      var spec = TaskSpec(
        name: "secretive", title: "t", taskType: "command",
        input: ["script": "test \"$KEY\" = s3cret-value && echo known $KEY; echo $KEY >&2"],
        inputCid: cid,
        inputSchemaCid: cid,
        launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
      spec.launch.secretNames = ["KEY"]
      let task = try stage.store.create(spec, id: id, by: Stage.actor, nameIsGiven: true).record
      try stage.store.sync()
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(try stage.text(ended) == "known [secret KEY]")
      for name in ["transcript.jsonl", "stderr.log"] {
        let bytes = try RealFileSystem().read(stage.attemptFolder(ended) + "/" + name)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("[secret KEY]\n") && !text.contains("s3cret"), "\(name): \(text)")
      }
      #expect(try eventually { try stage.store.secrets(of: id).isEmpty })
      _ = consume runner
    }
  }
}

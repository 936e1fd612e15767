import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@Suite struct StreamTests {
  @Test func fiftyMegabytesOnOneLineAreBoundedInMemoryAndStore() throws {
    try withStage { stage in
      // The script looks at its supervisor's memory after the line.
      let task = try stage.run(
        """
        head -c 52428800 /dev/zero | tr '\\0' x
        grep VmHWM /proc/$PPID/status | tr -dc 0-9 > \(stage.base)/peak
        echo; echo end
        """, within: .seconds(120))
      #expect(task.status == .completed)
      let text = try stage.text(task)
      #expect(text.contains("of 52428800 bytes kept]"))
      #expect(text.hasSuffix("end"))
      let peak = try RealFileSystem().read(stage.base + "/peak")
      let kilobytes = try #require(Int(String(decoding: peak, as: UTF8.self)))
      // With all of the line in memory there would be more than 72,000.
      #expect(kilobytes < 68_000, "\(kilobytes) kB")
      let transcript = try RealFileSystem().size(stage.attemptFolder(task) + "/transcript.jsonl")
      #expect(transcript == 52_428_800 + 5)
    }
  }

  @Test func invalidBytesAndEscapesAreStoredHarmless() throws {
    try withStage { stage in
      let task = try stage.run(#"printf 'a\377b\033[31mred\033[0m\n'"#)
      #expect(try stage.text(task) == "a\u{FFFD}bred")
    }
  }

  @Test func nothingIsLostBetweenLinesOfEverySize() throws {
    try withStage { stage in
      let task = try stage.run("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done")
      let expected = (1...3000).map { "line \($0)" }.joined(separator: "\n")
      #expect(try stage.text(task) == expected)
    }
  }

  @Test func aPieceWithoutANewlineIsKept() throws {
    try withStage { stage in
      let task = try stage.run("printf 'no newline'")
      #expect(try stage.text(task) == "no newline")
    }
  }

  @Test func aLineIsVisibleWhileTheAgentRuns() throws {
    try withStage { stage in
      let task = try stage.create("echo early; sleep 600")
      let runner = try stage.startRunner()
      let running = try stage.wait(for: task) { $0.status == .running }
      #expect(try eventually { try stage.text(running) == "early" })
      _ = consume runner
    }
  }

  @Test func aPromptOfMegabytesReachesAnAgentThatReadsSlowly() throws {
    try withStage { stage in
      let brief = String(repeating: "0123456789", count: 200_000)
      let agent = stage.base + "/agent"
      try writeFile(agent, "#!/bin/sh\nsleep 0.2\nwc -c\n", permissions: 0o700)
      let task = try stage.create("freeform", ["brief": .string(brief)]) {
        $0.launch = LaunchPlan(
          profile: "mine", adapter: .command, executable: agent,
          environment: $0.launch.environment)
      }
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(try stage.text(ended).trimmingPrefix { $0 == " " } == "2000000")
      _ = consume runner
    }
  }

  @Test func anAgentThatIgnoresItsInputIsNoTrouble() throws {
    try withStage { stage in
      let brief = String(repeating: "x", count: 500_000)
      let task = try stage.create("freeform", ["brief": .string(brief)]) {
        $0.launch = LaunchPlan(
          profile: "mine", adapter: .command, executable: "/bin/echo", arguments: ["hi"],
          environment: $0.launch.environment)
      }
      let runner = try stage.startRunner()
      #expect(try stage.wait(for: task).status == .completed)
      _ = consume runner
    }
  }

  @Test func errorOutputIsKeptApart() throws {
    try withStage { stage in
      let task = try stage.run("echo out; echo err >&2")
      #expect(try stage.text(task) == "out")
      let errors = try RealFileSystem().read(stage.attemptFolder(task) + "/stderr.log")
      #expect(String(decoding: errors, as: UTF8.self) == "err\n")
    }
  }
}

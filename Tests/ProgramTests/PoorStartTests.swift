import JSON
import Posix
import TestSupport
import Testing

/// Checks that the program is itself also where it was started with less than usual.
struct PoorStartTests {
  /// Runs a script with `$E` as errand, where one command's fate must not be another's.
  private func run(_ script: String, _ desk: CommandDesk) throws -> Program.Outcome {
    try Program.run(
      ["-c", script], executable: "/bin/sh",
      environment: desk.environment.merging(["E": try Program.errand()]) { $1 },
      directory: desk.folder, within: .seconds(60))
  }

  @Test(arguments: ["<&- 2>&-", "<&- >&- 2>&-", ">&-"])
  func withoutStandardStreamsATaskIsSeenToItsEnd(_ closing: String) throws {
    try withCommandDesk { desk in
      let go = desk.folder + "/go"
      let outcome = try run(
        """
        (while ! "$E" list -q 2>/dev/null | grep -q .; do sleep 0.02; done; touch \(go)) &
        "$E" run -p shell -n task -w 'while [ ! -e \(go) ]; do sleep 0.02; done; exit 7' \(closing)
        echo "ended with $?" > ended; wait
        """, desk)
      #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
      #expect(try readText(desk.folder + "/ended") == "ended with 1\n")
      let task = try desk.json(["get", "task", "--json"])
      #expect(task["status"] == "failed", "\(task.text)")
      #expect(task.text.contains("exit code 7"), "\(task.text)")
      #expect(try desk.errand(["doctor", "--verify"]).status == .exited(code: 0))
    }
  }

  @Test func aFileThatMayNotGrowIsToldAndNothingIsLost() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "first")
      try dismissRunner(of: desk.store)
      let outcome = try run(
        """
        ulimit -f 1
        "$E" create -p shell -n second true; echo "create: $?"
        "$E" get first >/dev/null; echo "get: $?"
        """, desk)
      #expect(outcome.text == "create: 75\nget: 0\n", "\(outcome.text) \(outcome.errorText)")
      #expect(outcome.errorText.contains("cannot be written"), "\(outcome.errorText)")
      #expect(outcome.errorText.contains("File too large"), "\(outcome.errorText)")
      #expect(try desk.errand(["doctor", "--verify"]).status == .exited(code: 0))
      #expect(try desk.errand(["create", "-p", "shell", "-n", "second", "true"]).status.isSuccess)
    }
  }

  @Test func whatAnAgentMayNotWriteIsNamedByTheSupervisorThatOutlivesIt() throws {
    try withCommandDesk { desk in
      let outcome = try run(
        """
        ulimit -f 64
        "$E" run -p shell -n task -w 'seq 40000'; echo "ended with $?"
        """, desk)
      #expect(outcome.text.contains("ended with 1\n"), "\(outcome.text) \(outcome.errorText)")
      let task = try desk.errand(["get", "task"]).text
      #expect(task.contains("File too large") && !task.contains("supervisor died"), "\(task)")
    }
  }

  @Test func anAgentIsStillEndedByTheLimitItsOwnerOutlives() throws {
    try withCommandDesk { desk in
      _ = try desk.task(
        "(ulimit -f 1; head -c 100000 /dev/zero > big); echo \"head: $?\"", name: "task")
      let task = try desk.errand(["get", "task"]).text
      #expect(task.contains("head: \(128 + Signal.fileSize.rawValue)"), "\(task)")
    }
  }
}

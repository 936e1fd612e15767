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

  /// Tells whether a user who runs nothing else may be given so many processes, and more later.
  private static let mayCountProcesses =
    DiskTests.mayBecomeAnother
    && ["prlimit", "pgrep"].allSatisfy {
      Environment.which($0, path: Environment.value("PATH")) != nil
    }

  @Test(.enabled(if: mayCountProcesses, "needs root, setpriv, prlimit and pgrep"))
  func tasksWaitUntilTheSystemHasRoomForTheirProcesses() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "first")
      try dismissRunner(of: desk.store)
      let outcome = try run(
        """
        mkdir other; chown -R 64987:64987 ..
        another() { exec setpriv --reuid=64987 --regid=64987 --clear-groups -- "$@"; }
        errand() { (another "$E" "$@"); }
        allow() { (another prlimit --pid "$1" --nproc="$2":500); }
        (another prlimit --nproc=1:500 "$E" runner) 2>told & runner=$!
        until [ -e "$ERRAND_HOME/run/runner.json" ]; do sleep 0.02; done
        errand create -p shell -n unwanted true >/dev/null
        until grep -q 'no supervisor can be started' told; do sleep 0.02; done
        errand cancel unwanted >/dev/null; errand wait unwanted >/dev/null
        errand list --status cancelled | grep -o unwanted | head -n 1
        errand create -p shell -n one 'echo hello' >/dev/null
        until errand list --status dispatched | grep -q one; do sleep 0.02; done
        errand create -p shell -n two -d other true >/dev/null
        errand list --status queued | grep -o "^[a-z]*"
        allow $runner 2
        until supervisor=$(pgrep -P $runner); do sleep 0.02; done
        until errand logs one | grep -q 'It is tried again'; do sleep 0.02; done
        allow $supervisor 500
        allow $runner 500
        errand wait one two >/dev/null; echo "ended with $?"
        kill $runner; wait
        """, desk)
      #expect(
        outcome.text == "unwanted\ntwo\nended with 0\n", "\(outcome.text) \(outcome.errorText)")
    }
  }

  /// Tells whether a script may be run in a user's name space of its own, with limits of its own.
  private static let mayLimitWatches: Bool = {
    guard let unshare = Environment.which("unshare", path: Environment.value("PATH")) else {
      return false
    }
    let outcome = try? Program.run(
      ["-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_instances"], executable: unshare)
    return outcome?.status.isSuccess == true
  }()

  @Test(.enabled(if: mayLimitWatches, "needs a user name space"))
  func whereNothingCanBeWatchedTasksRunAllTheSame() throws {
    try withCommandDesk { desk in
      let outcome = try run(
        """
        exec unshare -Ur sh -c '
        echo 0 > /proc/sys/user/max_inotify_instances
        "$E" run -p shell -n task -w "echo hello"; echo "ended with $?"
        "$E" create -p shell -n endless "sleep 1000" >/dev/null
        until "$E" list --status running | grep -q endless; do sleep 0.02; done
        "$E" cancel endless >/dev/null; "$E" wait endless >/dev/null
        "$E" list --status cancelled | grep -o endless'
        """, desk)
      #expect(
        outcome.text.hasSuffix("ended with 0\nendless\n"), "\(outcome.text) \(outcome.errorText)")
    }
  }
}

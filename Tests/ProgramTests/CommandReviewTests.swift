import JSON
import Posix
import TestSupport
import Testing

/// Checks review and retry at the terminal, on tasks that really run.
struct CommandReviewTests {
  @Test func whatACheckFoundDecidesAndIsShown() throws {
    try withCommandDesk { desk in
      let good = ["run", "--profile", "shell", "--watch", "--name", "good", "--check", "test -e x"]
      #expect(try desk.errand(good + ["touch x"]).status == .exited(code: 0))
      let page = try desk.errand(["get", "good"]).text
      #expect(page.contains("check passed, exit code 0: test -e x"), "\(page)")
      let bad = ["run", "--profile", "shell", "--watch", "--name", "bad", "--check", "exit 4"]
      #expect(try desk.errand(bad + ["true"]).status == .exited(code: 1))
      let task = try desk.json(["get", "bad", "--json"])
      #expect(task["statusReason"] == "check_failed")
      #expect(try desk.errand(["get", "bad"]).text.contains("check failed, exit code 4"))
    }
  }

  @Test func aRejectedTaskIsSentBackAndItsSecondAttemptAccepted() throws {
    try withCommandDesk { desk in
      // It fails to please the first time and works the second.
      _ = try desk.task("test -e again && echo better || { touch again; echo bad; }", name: "work")
      let rejected = try desk.errand(["reject", "work", "--retry", "-m", "do better"])
      #expect(rejected.status == .exited(code: 0), "\(rejected.errorText)")
      #expect(try desk.errand(["wait", "work"]).status == .exited(code: 0))
      let task = try desk.json(["get", "work", "--json"])
      #expect(task["attemptCount"] == 2 && task["retryCount"] == 1)
      #expect(task["acceptedAttemptN"] == 2 && task["resultSummary"] == "better")
      // A shell gets its script again and is told nothing else.
      #expect(try !desk.errand(["logs", "work"]).text.contains("do better"))
      #expect(try desk.errand(["accept", "work"]).text.contains("accepted"))
      _ = try desk.errand(["comment", "work", "well done"])
      _ = try desk.errand(["update", "work", "--result", "The fix is in."])
      #expect(try desk.json(["get", "work", "--json"])["resultSummary"] == "The fix is in.")
      let page = try desk.errand(["get", "work"]).text
      #expect(page.contains("accepted") && page.contains("well done"))
      #expect(try desk.errand(["retry", "work", "-q"]).status == .exited(code: 0))
      #expect(try desk.errand(["wait", "work"]).status == .exited(code: 0))
      #expect(try desk.json(["get", "work", "--json"])["acceptedAttemptN"] == 2)
    }
  }
}

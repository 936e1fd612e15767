import JSON
import Posix
import TestSupport
import Testing

/// Checks that every process of ours means the same store and the same configuration.
struct CommandPlaceTests {
  @Test(arguments: [
    ("ERRAND_HOME", "places/store", "places/store"), ("ERRAND_HOME", "~/deep", "../home/deep"),
  ])
  func aTaskRunsInTheStoreThatWasMeant(_ name: String, _ value: String, _ place: String) throws {
    try withCommandDesk { desk in
      let store = Path.join(desk.folder, place)
      defer {
        // The runner that serves the place was started by this test; its own end is not its matter.
        try? dismissRunner(of: try Environment.realPath(store))
      }
      try writeFile(
        desk.configuration, #"{"profiles":[{"name":"mine","adapter":"shell"}]}"#)
      let outcome = try desk.errand(
        ["run", "--profile", "mine", "--watch", "echo done"],
        environment: [name: value, "ERRAND_CONFIG": "../settings/config.json"])
      #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
      #expect(try RealFileSystem().exists(Path.join(store, "journal")))
    }
  }

  @Test func anAncestorOfAnotherStoresAttemptPutsACommandIntoItsScope() throws {
    try withCommandDesk { desk in
      let errand = try Program.errand()
      let script = "unset ERRAND_ATTEMPT; \(errand) create --profile shell true; exit $?"
      let outcome = try Program.run(
        ["-c", script], executable: "/bin/sh",
        environment: desk.environment.merging(["ERRAND_ATTEMPT": "other/1"]) { _, new in new },
        directory: desk.folder)
      #expect(outcome.status == .exited(code: 2), "\(outcome.text)")
      #expect(outcome.errorText.contains("other/1"), "\(outcome.errorText)")
    }
  }

  /// What an agent says of itself is not believed where its ancestors say more.
  @Test(arguments: ["runner --no-console", "doctor --fix", "schedule install --with cron"])
  func whatIsAPersonsAloneIsRefusedBelowAnAttempt(_ words: String) throws {
    try withCommandDesk { desk in
      let script = "unset ERRAND_ATTEMPT; \(try Program.errand()) \(words); exit $?"
      let outcome = try Program.run(
        ["-c", script], executable: "/bin/sh",
        environment: desk.environment.merging(["ERRAND_ATTEMPT": "other/1"]) { _, new in new },
        directory: desk.folder)
      #expect(outcome.status == .exited(code: 2), "\(outcome.text) \(outcome.errorText)")
      #expect(outcome.errorText.contains("inside an attempt"), "\(outcome.errorText)")
    }
  }

  @Test func whatAnAgentLetsGoOfIsStillInsideItsAttempt() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "victim")
      let script = """
        env -i PATH="$PATH" ERRAND_HOME='\(desk.store)' \
          setsid -f \(try Program.errand()) comment victim x >said 2>&1
        for try in $(seq 600); do [ -s said ] && break; sleep 0.1; done; cat said
        """
      let outcome = try desk.errand(["run", "--profile", "shell", "--watch", script])
      #expect(outcome.text.contains("inside the attempt"), "\(outcome.text)")
      #expect(try desk.json(["get", "victim", "--json"])["comments"] == nil)
    }
  }

  @Test func whatAnAgentMakesKeepsToTheConfigurationOfItsRunner() throws {
    try withCommandDesk { desk in
      try writeFile(
        desk.configuration,
        #"{"limits":{"subtasks":1},"profiles":[{"name":"mine","adapter":"shell"}]}"#)
      let errand = try Program.errand()
      let script = """
        unset ERRAND_CONFIG; \(errand) create -p mine -n one true
        ERRAND_CONFIG=/none \(errand) create -p mine -n two true; echo "two: $?"
        """
      let outcome = try desk.errand(["run", "--profile", "mine", "--watch", script])
      #expect(outcome.text.contains("two: 75"), "\(outcome.text)")
      #expect(try desk.json(["get", "one", "--json"])["profile"] == "mine")
      #expect(try desk.errand(["get", "two"]).status == .exited(code: 3))
    }
  }

  @Test func theDoctorNamesACommandAsDefault() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, #"{"defaultProfile":"shell"}"#)
      let outcome = try desk.errand(["doctor"])
      #expect(outcome.status == .exited(code: 1))
      #expect(outcome.text.contains("defaultProfile"), "\(outcome.text)")
    }
  }

  @Test func settlingAtThePromptTellsHowEachTaskStands() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "done")
      let outcome = try desk.errand(["settle", "done"])
      #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
      #expect(outcome.text.contains("had ended, completed"), "\(outcome.text)")
      #expect(try desk.json(["settle", "done", "--json"])["outcome"] == "already_terminal")
      #expect(try desk.errand(["settle", "nobody"]).status == .exited(code: 3))
    }
  }

  @Test func cancellingAtThePromptNamesWhatCouldNotBeFound() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "done")
      let outcome = try desk.errand(["cancel", "done", "nobody"])
      #expect(outcome.status == .exited(code: 3))
      #expect(outcome.text.contains("done"))
      #expect(outcome.errorText.contains("nobody: There is no task nobody."))
    }
  }
}

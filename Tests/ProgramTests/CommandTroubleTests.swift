import JSON
import Posix
import TestSupport
import Testing

/// Checks what the command line says when its surroundings are not as they should be.
struct CommandTroubleTests {
  @Test func aStoreThatCannotBeWrittenSaysTryLater() throws {
    try withCommandDesk { desk in
      try writeFile(desk.folder + "/file", "")
      let outcome = try desk.errand(
        ["create", "--profile", "shell", "true"],
        environment: ["ERRAND_HOME": desk.folder + "/file/store"])
      #expect(outcome.status == .exited(code: 75), "\(outcome.errorText)")
      #expect(outcome.errorText.contains(desk.folder + "/file/store"))
      #expect(outcome.errorText.contains("Next: "))
    }
  }

  @Test func aStoreOfANewerProgramIsNoFailedTask() throws {
    try withCommandDesk { desk in
      try RealFileSystem().createDirectory(desk.store)
      try writeFile(desk.store + "/store.json", #"{"format":99}"#)
      for words in [["list"], ["create", "-p", "shell", "true"]] {
        let outcome = try desk.errand(words)
        #expect(outcome.status == .exited(code: 75), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("Next: Update Errand."))
      }
    }
  }

  @Test func inADirectoryThatIsGoneAllButNewPathsWorks() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "one")
      let errand = try Program.errand()
      let script = """
        mkdir gone && cd gone && rmdir ../gone
        '\(errand)' help >/dev/null && '\(errand)' list -q && '\(errand)' get one -q || exit 9
        '\(errand)' create -p shell true && exit 8
        '\(errand)' create -p shell --workspace none true -q && '\(errand)' serve </dev/null
        """
      let outcome = try Program.run(
        ["-c", script], executable: "/bin/sh", environment: desk.environment,
        directory: desk.folder, within: .seconds(60))
      #expect(outcome.status == .exited(code: 0), "\(outcome.text)\(outcome.errorText)")
      #expect(outcome.errorText.contains("Next: Name one with --dir."))
    }
  }

  @Test func aRelativeStoreIsSaidToBeWhereItIs() throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(["list"], environment: ["ERRAND_HOME": "near"])
      #expect(outcome.errorText.contains("the store is \(desk.folder)/near"))
    }
  }

  @Test func whatATerminalWouldActOnIsNotEchoed() throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(["get", "a\u{1B}[31m\u{202E}b"])
      #expect(outcome.status != .exited(code: 0))
      #expect(
        !outcome.errorText.unicodeScalars.contains { "\u{1B}\u{202E}".unicodeScalars.contains($0) })
    }
  }

  @Test func aPlaceThatIsNotThereTakesNoExport() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "one")
      let outcome = try desk.errand(["export", "one", "-o", "none/such/place"])
      #expect(outcome.status == .exited(code: 2), "\(outcome.errorText)")
      #expect(outcome.errorText.contains("none/such is no directory"))
    }
  }

  @Test func insideAnAttemptTasksAreOnlyRead() throws {
    try withCommandDesk { desk in
      let id = try desk.task("true")
      let inside = ["ERRAND_ATTEMPT": "\(id)/1"]
      for words in [["create", "--profile", "shell", "true"], ["cancel", id]] {
        let outcome = try desk.errand(words, environment: inside)
        #expect(outcome.status == .exited(code: 2), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("inside the attempt \(id)/1"))
      }
      #expect(try desk.errand(["get", id], environment: inside).status == .exited(code: 0))
      #expect(try desk.json(["list", "--json"])["total"] == 1)
    }
  }

  @Test func withoutAnAgentTheCureIsNamed() throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(
        ["create", "do something"], environment: ["PATH": desk.folder])
      #expect(outcome.status == .exited(code: 2), "\(outcome.errorText)")
      #expect(outcome.errorText.contains("Next: Install an agent"))
    }
  }

  @Test func aReaderThatLeavesEndsTheListing() throws {
    try withCommandDesk { desk in
      for number in 0..<3 {
        let made = try desk.errand(["create", "--profile", "shell", "true", "-q"])
        #expect(made.status == .exited(code: 0), "\(number): \(made.errorText)")
      }
      let errand = try Program.errand()
      let outcome = try Program.run(
        ["-c", "'\(errand)' list -q | head -n 1"], executable: "/bin/sh",
        environment: desk.environment, directory: desk.folder)
      #expect(outcome.text.utf8.count == 37, "\(outcome.text)")
      #expect(outcome.errorText == "")
    }
  }

  @Test func whatAListPromisesAPageKeeps() throws {
    try withCommandDesk { desk in
      var made: [String] = []
      for _ in 0..<5 {
        made.append(try desk.errand(["create", "--profile", "shell", "true", "-q"]).text)
      }
      let first = try desk.json(["list", "--json", "--limit", "2"])
      let cursor = try #require(first["nextCursor"]?.stringValue)
      let rest = try desk.errand(["list", "-q", "--cursor", cursor]).text
      let ids = (first["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
      #expect(ids.map { $0 + "\n" }.joined() + rest == made.reversed().joined())
    }
  }
}

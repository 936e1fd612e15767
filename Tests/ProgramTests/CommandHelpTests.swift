import Posix
import TestSupport
import Testing

/// Checks what the command line says about itself, against the built program.
struct CommandHelpTests {
  /// Reads the names of all commands from the overview.
  static func commands() throws -> [String] {
    let overview = try Program.run(["help"]).text.split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(overview.firstIndex(of: "Commands:"))
    return overview[(start + 1)...].prefix { !$0.isEmpty }.map { line in
      line.dropFirst(2).split(separator: "  ")[0].trimmingSpaces
    }
  }

  @Test func theOverviewNamesEveryVerb() throws {
    let verbs = try Set(Self.commands().map { $0.split(separator: " ").first.map(String.init) })
    let promised = [
      "serve", "run", "create", "list", "get", "wait", "logs", "cancel", "artifacts", "schemas",
      "tools", "config", "runner", "doctor", "version", "demo", "help", "completions",
    ]
    #expect(promised.filter { !verbs.contains($0) } == [])
  }

  @Test func everyCommandHasHelpWithAnExampleOfItself() throws {
    for command in try Self.commands() {
      let words = command.split(separator: " ").map(String.init)
      let help = try Program.run(words + ["--help"])
      #expect(help.status == .exited(code: 0))
      let parts = help.text.split(separator: "Examples:\n")
      #expect(parts.count == 2, "\(command) has no examples")
      #expect(parts.last?.contains("errand \(command)") == true, "\(command): \(help.text)")
      #expect(help.text == (try Program.run(["help"] + words)).text)
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsContainEveryVerb(_ shell: String) throws {
    let script = try Program.run(["completions", shell])
    #expect(script.status == .exited(code: 0))
    for command in try Self.commands() {
      let last = command.split(separator: " ").last.map(String.init) ?? command
      #expect(script.text.contains(last), "\(command) is missing")
    }
    #expect(!script.text.contains("supervise"))
  }

  @Test func theScriptForBashIsOne() throws {
    let script = try Program.run(["completions", "bash"]).text
    let completed = try Program.run(
      [
        "-c",
        script + "\nCOMP_WORDS=(errand run --wa); COMP_CWORD=2; _errand; echo ${COMPREPLY[@]}",
      ],
      executable: "/bin/bash")
    #expect(completed.text == "--watch\n", "\(completed.errorText)")
  }

  @Test func theScriptForBashOffersTheValuesOfAnOption() throws {
    try withCommandDesk { desk in
      try writeFile(
        desk.configuration,
        #"{"profiles":[{"name":"mine","adapter":"command","executable":"/bin/true"}]}"#)
      let folder = try Path.parent(Program.errand())
      let lines = [
        (#"run --workspace """#, "none shared_mount dedicated_worktree"),
        ("wait --until t", "terminal"), ("list -s can", "cancelled"), ("run -p mi", "mine"),
        ("create --type free", "freeform"), (#"run --title """#, ""), (#"run -f """#, ""),
        ("schedule add --overlap q", "queue"), ("run --watc", "--watch"),
      ]
      let calls = lines.map { line, _ in
        "COMP_WORDS=(errand \(line)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _errand; "
          + "echo ${COMPREPLY[@]}\n"
      }
      let script = try Program.run(["completions", "bash"]).text
      let completed = try Program.run(
        ["-c", script + "\n" + calls.joined()], executable: "/bin/bash",
        environment: desk.environment.merging(["PATH": "\(folder):/usr/bin:/bin"]) { $1 })
      let offered = completed.text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(offered.dropLast().map(String.init) == lines.map(\.1), "\(completed.errorText)")
    }
  }

  @Test func theScriptForBashNamesTheTasksThereAre() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "mend-the-roof")
      let script = try Program.run(["completions", "bash"]).text
      let folder = try Path.parent(Program.errand())
      for line in ["get mend", "create --depends-on mend", "list --parent mend"] {
        let words = "COMP_WORDS=(errand \(line)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))"
        let completed = try Program.run(
          ["-c", script + "\n\(words); _errand; echo ${COMPREPLY[@]}"],
          executable: "/bin/bash",
          environment: desk.environment.merging(["PATH": "\(folder):/usr/bin:/bin"]) { $1 })
        #expect(completed.text == "mend-the-roof\n", "\(completed.errorText)")
      }
    }
  }

  @Test func nothingIsColouredInAPipe() throws {
    #expect(!(try Program.run(["help"])).text.contains("\u{1B}"))
  }

  @Test func theVersionIsOneLine() throws {
    let outcome = try Program.run(["version"])
    #expect(outcome.text.hasPrefix("errand ") && outcome.text.split(separator: "\n").count == 1)
    #expect((try Program.run(["--version"])).text == outcome.text)
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

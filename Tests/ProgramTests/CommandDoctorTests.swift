import JSON
import Posix
import TestSupport
import Testing

/// Checks that the doctor finds what is wrong, says what to do, and touches nothing.
struct CommandDoctorTests {
  @Test func aStoreThatDoesNotExistIsNoProblemAndIsNotMade() throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(["doctor"])
      #expect(outcome.status == .exited(code: 0), "\(outcome.text)")
      #expect(outcome.text.contains("does not exist yet"))
      #expect(try !RealFileSystem().exists(desk.store))
    }
  }

  @Test func aStoreInUseIsWell() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true")
      let before = try RealFileSystem().list(desk.store)
      let report = try desk.json(["doctor", "--json"])
      #expect(report["problems"] == 0, "\(report.text)")
      let subjects = (report["findings"]?.arrayValue ?? []).compactMap {
        $0["subject"]?.stringValue
      }
      for subject in [
        "store", "writing", "space", "journal", "runner", "configuration", "profile shell", "git",
      ] { #expect(subjects.contains(subject), "\(subject) was not looked at") }
      #expect(try RealFileSystem().list(desk.store) == before)
    }
  }

  @Test func oldLogsLoseTheirSecretsAndNothingElse() throws {
    try withCommandDesk { desk in
      _ = try desk.task("echo said; echo whispered >&2")
      let files = RealFileSystem()
      let month = try #require(try files.list(desk.store + "/tasks").first)
      let task = try #require(try files.list(desk.store + "/tasks/" + month).first)
      let folder = desk.store + "/tasks/\(month)/\(task)/attempts/1"
      let key = "ghp_" + String(repeating: "a1B2", count: 9)
      for name in ["messages-000001.jsonl", "transcript.jsonl", "stderr.log"] {
        let text = String(decoding: try files.read(folder + "/" + name), as: UTF8.self)
        let old = text.replacing("said", with: "said \(key)").replacing("whi", with: "\(key) whi")
        #expect(old != text, "\(name)")
        try files.replace(folder + "/" + name, with: Array(old.utf8))
      }
      let outcome = try desk.errand(["doctor", "--redact"])
      #expect(outcome.text.contains("took secrets out of 3 files"), "\(outcome.text)")
      for name in ["messages-000001.jsonl", "transcript.jsonl", "stderr.log"] {
        let text = String(decoding: try files.read(folder + "/" + name), as: UTF8.self)
        #expect(!text.contains(key) && text.contains("[secret GitHub token]"), "\(name): \(text)")
        #expect(text.contains("said") || text.contains("whispered"))
      }
      let logs = try desk.errand(["logs", task])
      #expect(logs.text.contains("said [secret GitHub token]"), "\(logs.text)")
      #expect(try desk.errand(["doctor", "--verify"]).status == .exited(code: 0))
      #expect(try desk.errand(["doctor", "--redact"]).text.contains("out of 0 files"))
    }
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    var name: String
    var subject: String
    var cause: @Sendable (CommandDesk) throws -> Void
    var testDescription: String { name }
  }

  @Test(arguments: [
    Trouble(name: "others may read it", subject: "privacy") { desk in
      _ = try Program.run(["755", desk.store], executable: "/bin/chmod")
    },
    Trouble(name: "a newer format", subject: "journal") { desk in
      try writeFile(desk.store + "/store.json", #"{"format":99}"#)
    },
    Trouble(name: "the store is a file", subject: "store") { desk in
      try RealFileSystem().removeTree(desk.store)
      try writeFile(desk.store, "")
    },
    Trouble(name: "a configuration that is no JSON", subject: "configuration") { desk in
      try writeFile(desk.configuration, "{")
    },
  ])
  func troubleIsNamedWithItsMeaningAndCure(_ trouble: Trouble) throws {
    try withCommandDesk { desk in
      _ = try desk.task("true")
      try desk.quiet()
      try trouble.cause(desk)
      let outcome = try desk.errand(["doctor", "--json"])
      #expect(outcome.status == .exited(code: 1), "\(outcome.text)")
      let report = try JSONValue.parse(outcome.text.trimmingNewline)
      let problems = (report["findings"]?.arrayValue ?? []).filter { $0["level"] == "problem" }
      let found = try #require(
        problems.first { $0["subject"] == .string(trouble.subject) }, "\(outcome.text)")
      #expect(found["means"] != nil && found["next"] != nil)
    }
  }

  @Test func whatWasSetAsideOnceIsNoProblemForEver() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true")
      try RealFileSystem().createDirectory(desk.store + "/damaged")
      try writeFile(desk.store + "/damaged/1.jsonl", "x")
      let outcome = try desk.errand(["doctor"])
      #expect(outcome.status == .exited(code: 0), "\(outcome.text)")
      #expect(outcome.text.contains("1 pieces are kept in \(desk.store)/damaged: 1.jsonl"))
    }
  }

  @Test func anUnknownKeyOfTheConfigurationIsANoteWithTheNearestOne() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, #"{"maxParalel": 3}"#)
      let outcome = try desk.errand(["doctor"])
      #expect(outcome.status == .exited(code: 0), "\(outcome.text)")
      #expect(outcome.text.contains("maxParalel") && outcome.text.contains("maxParallel"))
    }
  }

  @Test func everySettingIsShownWithItsDefault() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, #"{"maxParallel": 7, "timeouts": {"running": 60}}"#)
      let shown = try desk.json(["config", "--json"])
      #expect(shown["values"]?["maxParallel"] == 7)
      #expect(shown["values"]?["timeouts.running"] == 60)
      #expect(shown["defaults"]?["timeouts.running"] == 7200)
      #expect(shown["defaults"]?["allowCommands"] == false)
      let table = try desk.errand(["config"]).text
      for key in shown["values"]?.objectValue?.keys ?? [] { #expect(table.contains(key)) }
    }
  }

  @Test func aBrokenConfigurationRefusesNewTasksWithItsPlace() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, #"{"maxParallel": "many"}"#)
      for words in [["config"], ["create", "--profile", "shell", "true"]] {
        let outcome = try desk.errand(words)
        #expect(outcome.status == .exited(code: 2), "\(words)")
        #expect(outcome.errorText.contains("/maxParallel"), "\(outcome.errorText)")
      }
    }
  }
}

extension String {
  fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that what is lost of a store is missed, and that nothing more is lost by its loss.
struct LossTests {
  /// Without a snapshot only the folders tell what the journal has lost.
  @Test(arguments: ["emptied", "removed", "cut short"])
  func whatTheJournalHasLostIsNeitherForgottenNorTakenAway(_ how: String) throws {
    try withCommandDesk { desk in
      for name in ["one", "two"] {
        _ = try desk.task("echo \(name) > \"$ERRAND_ARTIFACTS/a.txt\"", name: name)
      }
      // The copy is written last, after the end is told.
      let month = try RealFileSystem().list(desk.store + "/tasks")[0]
      for id in try RealFileSystem().list("\(desk.store)/tasks/\(month)") {
        let copy = "\(desk.store)/tasks/\(month)/\(id)/task.json"
        #expect(try eventually { try RealFileSystem().exists(copy) })
      }
      try desk.quiet()
      let journal = desk.store + "/journal/0000000001.jsonl"
      switch how {
      case "removed": try RealFileSystem().remove(journal)
      case "emptied": try writeFile(journal, "")
      default:
        let lines = try readText(journal).split(separator: "\n")
        let end = try #require(lines.firstIndex { $0.contains(#""settled""#) })
        let torn = lines[end + 1].prefix(40)
        try writeFile(journal, lines[...end].joined(separator: "\n") + "\n" + torn)
      }
      let listed = try desk.errand(["list"])
      if how != "cut short" { #expect(listed.errorText.contains("errand doctor")) }
      let found = try DamageTests.findings(desk, ["doctor", "--json"])
      #expect(
        found.contains { $0["subject"] == "lost tasks" || $0["subject"] == "damaged tasks" },
        "\(found.map(\.text))")
      // However old it is, what it left stays.
      let old = Timestamp.now.adding(milliseconds: 100 * 86_400_000).milliseconds
      _ = try TaskStore.open(desk.store).prune(
        Retention(), by: Actor(kind: .cli, name: "test"), now: old)
      let fixed = try desk.errand(["doctor", "--fix"])
      #expect(fixed.status == .exited(code: 0), "\(fixed.text)")
      for name in ["one", "two"] {
        let shown = try desk.errand(["get", name])
        #expect(
          shown.text.contains("completed"), "\(name): \(shown.errorText) \(fixed.text)")
        #expect(try desk.errand(["artifacts", "get", name, "a.txt"]).text == name + "\n")
      }
      let healthy = try desk.errand(["doctor", "--verify"])
      #expect(healthy.status == .exited(code: 0), "\(healthy.text)")
    }
  }

  @Test(arguments: ["cut", "emptied", "removed", "a pipe", "a folder"])
  func messagesThatWereThereAreMissed(_ how: String) throws {
    try withCommandDesk { desk in
      let id = try desk.task("echo one; echo two", name: "one")
      try desk.quiet()
      let months = try RealFileSystem().list(desk.store + "/tasks")
      let log = "\(desk.store)/tasks/\(months[0])/\(id)/attempts/1/messages-000001.jsonl"
      switch how {
      case "removed": try RealFileSystem().remove(log)
      case "emptied": try writeFile(log, "")
      case "a pipe", "a folder":
        try RealFileSystem().remove(log)
        let maker = how == "a pipe" ? "mkfifo" : "mkdir"
        let path = try #require(Environment.which(maker, path: Environment.value("PATH")))
        #expect(try Program.run([log], executable: path).status.isSuccess)
      default: try writeFile(log, String(try readText(log).prefix(150)))
      }
      let verified = try desk.errand(["doctor", "--verify"])
      #expect(verified.status == .exited(code: 1), "\(verified.text)")
      let words = how.hasPrefix("a ") ? "it is no file" : "messages are missing"
      #expect(verified.text.contains(words), "\(verified.text)")
      let fixed = try desk.errand(["doctor", "--verify", "--fix"])
      #expect(fixed.status == .exited(code: 0), "\(fixed.text)")
      let said = try desk.errand(["logs", "one"]).text
      #expect(said.contains("got lost here") || said.contains("could not be read"), "\(said)")
      #expect(try desk.errand(["doctor", "--verify"]).status == .exited(code: 0))
    }
  }

  /// A snapshot may have been taken while the task ran.
  @Test func whatATaskLeftCountsMoreThanAnOlderSnapshot() throws {
    try withCommandDesk { desk in
      let id = try desk.task("echo precious", name: "one")
      let month = try RealFileSystem().list(desk.store + "/tasks")[0]
      let copy = "\(desk.store)/tasks/\(month)/\(id)/task.json"
      #expect(try eventually { try RealFileSystem().exists(copy) })
      try desk.quiet()
      // Only the first lines are left, and a snapshot of them; then those are lost, too.
      let journal = desk.store + "/journal/0000000001.jsonl"
      let lines = try readText(journal).split(separator: "\n")
      let started = try #require(lines.firstIndex { $0.contains(#""started""#) })
      try writeFile(journal, lines[...started].joined(separator: "\n") + "\n")
      #expect(try TaskStore.open(desk.store).compactIfWorthwhile(always: true))
      try RealFileSystem().remove(journal)
      _ = try desk.errand(["doctor", "--fix"])
      let shown = try desk.errand(["get", "one"])
      #expect(shown.text.contains("completed"), "\(shown.text)\(shown.errorText)")
      #expect(shown.text.contains("precious"))
    }
  }

  @Test func ofATaskThatLeftNoCopyItsMessagesCanStillBeRead() throws {
    try withCommandDesk { desk in
      let id = try desk.task("echo words that stay", name: "one")
      try desk.quiet()
      let month = try RealFileSystem().list(desk.store + "/tasks")[0]
      try RealFileSystem().removeIfPresent("\(desk.store)/tasks/\(month)/\(id)/task.json")
      try writeFile(desk.store + "/journal/0000000001.jsonl", "")
      #expect(try desk.errand(["doctor"]).text.contains("the journal has lost a task"))
      #expect(try desk.errand(["doctor", "--fix"]).status == .exited(code: 0))
      #expect(try desk.errand(["get", id]).text.contains("interrupted"))
      #expect(try desk.errand(["doctor", "--verify"]).status == .exited(code: 0))
    }
  }
}

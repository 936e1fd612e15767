import JSON
import Posix
import TestSupport
import Testing

/// Checks what a list may be narrowed by, and that its next page is narrowed alike.
struct CommandListTests {
  @Test func everyFilterNarrows() throws {
    try withCommandDesk { desk in
      try writeFile(desk.configuration, #"{"maxParallel": 1}"#)
      let first = try desk.task("true", name: "first")
      let long = try desk.errand([
        "create", "-p", "shell", "--name", "long", "--parent", "first", "--correlation", "c",
        "--diary", "d", "--tag", "a", "sleep 300", "-q",
      ]).text.dropLast()
      try #require(
        try eventually { try desk.json(["get", "long", "--json"])["status"] == "running" })
      let late = try desk.errand([
        "create", "--type", "command", "-i", #"{"argv":["true"]}"#, "--name", "late", "-q",
      ]).text.dropLast()
      let names = [String(long): "long", String(late): "late", first: "first"]
      let envelope = try desk.json(["get", "first", "--json"])
      let user = try #require(envelope["createdBy"]?["name"]?.stringValue)
      let moment = try #require(
        try desk.json(["get", "long", "--json"])["queuedAt"]?.stringValue)
      let ended = try #require(envelope["completedAt"]?.stringValue)
      let table: [([String], [String])] = [
        ([], ["late", "long", "first"]), (["--order", "oldest"], ["first", "long", "late"]),
        (["--tried", "no"], ["late"]), (["--tried", "yes"], ["long", "first"]),
        (["--created-by", user], ["late", "long", "first"]), (["--created-by", "nobody"], []),
        // As it is shown.
        (["--created-by", "cli " + user], ["late", "long", "first"]),
        (["--created-by", "console " + user], []),
        (["--provider", "none"], []), (["--model", "none"], []),
        (["--queued-before", moment], ["first"]),
        (["--queued-after", "2099-01-01T00:00:00Z"], []),
        (["--completed-before", "2099-01-01T00:00:00Z"], ["first"]),
        (["--completed-after", "2099-01-01T00:00:00Z"], []),
        (["--completed-after", ended.replacing("20", with: "19", maxReplacements: 1)], ["first"]),
        (["--type", "command"], ["late"]), (["--status", "queued"], ["late"]),
        (["--parent", "first"], ["long"]), (["--correlation", "c"], ["long"]),
        (["--diary", "d"], ["long"]), (["--tag", "a"], ["long"]), (["--profile", "none"], []),
        (["--query", "sleep"], ["long"]), (["--team", "other"], []),
      ]
      for (options, expected) in table {
        let listed = try desk.errand(["list", "-q"] + options)
        #expect(listed.status == .exited(code: 0), "\(options): \(listed.errorText)")
        let found = listed.text.split(separator: "\n").map { names[String($0)] ?? "?" }
        #expect(found == expected, "\(options)")
      }
      #expect(try desk.errand(["cancel", "long", "late"]).status == .exited(code: 0))
    }
  }

  @Test func theNextPageIsNamedWithAllThatNarrowsThisOne() throws {
    try withCommandDesk { desk in
      for name in ["one", "other", "two"] {
        let tag = name == "other" ? "b" : "it's a"
        let made = try desk.errand(["create", "-p", "shell", "--name", name, "--tag", tag, "true"])
        #expect(made.status == .exited(code: 0), "\(made.errorText)")
      }
      let words = ["list", "--tag", "it's a", "--limit", "1"]
      let first = try desk.errand(words, environment: ["COLUMNS": "200"])
      #expect(first.text.contains("\ntwo "), "\(first.text)")
      let hint = try #require(first.errorText.split(separator: "More: ").last)
      #expect(first.errorText.contains("1 of 2 shown"), "\(first.errorText)")
      let line = hint.dropLast().replacing("errand", with: try Program.errand(), maxReplacements: 1)
      let second = try Program.run(
        ["-c", line + " -q"], executable: "/bin/sh", environment: desk.environment,
        directory: desk.folder)
      let one = try desk.json(["get", "one", "--json"])["id"]?.stringValue
      #expect(second.text.dropLast() == one ?? "?", "\(line): \(second.errorText)")
    }
  }

  @Test func anEmptyListSaysWhetherThereIsAnythingAtAll() throws {
    try withCommandDesk { desk in
      #expect(try desk.errand(["list"]).errorText.contains("Make one"))
      _ = try desk.task("true")
      #expect(try desk.errand(["list", "--tag", "none"]).errorText == "No task is like that.\n")
    }
  }

  @Test func anInboxThatIsCutSaysSo() throws {
    try withCommandDesk { desk in
      for name in ["one", "two", "three"] { _ = try desk.task("true", name: name) }
      let cut = try desk.errand(["list", "--inbox", "--limit", "2"]).errorText
      #expect(cut.contains("2 of 3 shown. More: errand list --inbox --limit 3"), "\(cut)")
      #expect(!(try desk.errand(["list", "--inbox"]).errorText.contains("shown")))
    }
  }
}

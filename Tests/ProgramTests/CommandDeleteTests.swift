import JSON
import Posix
import TestSupport
import Testing

/// Checks the bin and the figures at the terminal, on tasks that really ran.
struct CommandDeleteTests {
  @Test func aDeletedTaskComesBackWithAllItSaid() throws {
    try withCommandDesk { desk in
      _ = try desk.task("echo hello; echo kept > \"$ERRAND_ARTIFACTS/note\"", name: "one")
      let would = try desk.errand(["delete", "one", "--dry-run"])
      #expect(would.text.hasPrefix("one: would go, "), "\(would.text)\(would.errorText)")
      let gone = try desk.errand(["delete", "one"])
      #expect(gone.text.hasPrefix("one: in the bin until "), "\(gone.text)\(gone.errorText)")
      #expect(try desk.errand(["get", "one"]).status == .exited(code: 3))
      #expect(try desk.json(["list", "--json"])["total"] == 0)
      let taken = try desk.errand(["create", "-p", "shell", "-n", "one", "true"])
      #expect(taken.errorText.contains("a deleted task keeps its own"), "\(taken.errorText)")
      let bin = try desk.errand(["restore"])
      #expect(bin.text.hasPrefix("one: deleted "), "\(bin.text)\(bin.errorText)")
      #expect(try desk.errand(["restore", "one"]).text == "one: back, completed\n")
      #expect(try desk.errand(["logs", "one"]).text.contains("hello"))
      #expect(try desk.errand(["artifacts", "get", "one", "note"]).text.contains("kept"))
      #expect(try desk.errand(["restore"]).errorText.contains("The bin is empty."))
    }
  }

  @Test func whatRunsIsNotDeletedAndTheWayOutIsNamed() throws {
    try withCommandDesk { desk in
      _ = try desk.errand(
        ["create", "-q", "-p", "shell", "-n", "open", HeldTask.script(in: desk.folder)])
      let refused = try desk.errand(["delete", "open"])
      #expect(refused.status == .exited(code: 2), "\(refused.text)")
      #expect(refused.errorText.contains("Nothing was done."), "\(refused.errorText)")
      #expect(refused.errorText.contains("errand cancel"), "\(refused.errorText)")
      _ = try desk.errand(["cancel", "open"])
      #expect(try desk.errand(["delete", "open"]).status == .exited(code: 0))
    }
  }

  @Test func figuresAreATableOrJSON() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true")
      _ = try desk.task("false")
      let lines = try desk.errand(["stats", "--by", "profile"]).text.split(separator: "\n")
      #expect(lines.count == 3 && lines[0].hasPrefix("PROFILE"), "\(lines)")
      #expect(lines[1].split(separator: " ").prefix(4) == ["shell", "2", "1", "1"], "\(lines)")
      #expect(lines[2].hasPrefix("all"))
      let all = try desk.json(["stats", "--json"])["all"]
      #expect(all?["counts"] == ["completed": 1, "failed": 1])
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks each verb on tasks that really run.
struct CommandVerbTests {
  @Test func aTaskIsToldByEveryReadingVerb() throws {
    try withCommandDesk { desk in
      let id = try desk.task(
        "echo hello; printf report > \"$ERRAND_ARTIFACTS/report.txt\"", name: "say-hello")
      let table = try desk.errand(["list"]).text
      #expect(table.contains("NAME") && table.contains("say-hello"))
      #expect(try desk.errand(["list", "-q"]).text == id + "\n")
      #expect(try desk.json(["list", "--json"])["items"]?.arrayValue?.count == 1)
      #expect(try desk.errand(["list", "--status", "running", "-q"]).text == "")
      #expect(try desk.errand(["list", "--status", "done", "-q"]).text == id + "\n")
      #expect(try desk.errand(["list", "--inbox", "-q"]).text.contains(id))

      #expect(try desk.errand(["get", "say-hello"]).text.contains("completed"))
      #expect(try desk.json(["get", id, "--json"])["name"] == "say-hello")
      #expect(try desk.errand(["wait", "say-hello"]).text.contains("completed"))

      #expect(try desk.errand(["logs", "say-hello"]).text.contains("hello\n"))
      #expect(try desk.errand(["logs", "say-hello", "--kind", "text"]).text == "hello\n")
      #expect(try desk.errand(["logs", "say-hello", "-q"]).text == "hello\n")
      let artifacts = try desk.errand(["artifacts", "list", "say-hello"]).text
      #expect(artifacts.contains("report.txt"))
      #expect(try desk.errand(["artifacts", "get", "say-hello", "report.txt"]).text == "report")
    }
  }

  @Test func messagesComeAsLinesOfJSONFromASequenceNumberOn() throws {
    try withCommandDesk { desk in
      let id = try desk.task("echo one; echo two")
      let all = try desk.errand(["logs", id, "--json"]).text.split(separator: "\n").map {
        try JSONValue.parse(String($0))
      }
      let numbers = all.compactMap { $0["seq"]?.intValue }
      #expect(numbers == Array(0..<all.count) && all.count > 1)
      let later = try desk.errand(["logs", id, "--json", "--since", "0"]).text
      #expect(later.split(separator: "\n").count == all.count - 1)
      let tail = try desk.errand(["logs", id, "--json", "--tail", "1"]).text
      #expect(tail.split(separator: "\n").count == 1)
    }
  }

  @Test func artifactsGoInAndComeOutUnchanged() throws {
    try withCommandDesk { desk in
      let id = try desk.task("true")
      // More than one page, and bytes that are no text.
      let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      try Descriptor.open(desk.folder + "/in.bin", [.write, .create]).write(bytes)
      let put = try desk.errand(["artifacts", "put", id, "in.bin", "--kind", "trace"])
      #expect(put.text == ContentID(raw: bytes).description + "\n", "\(put.errorText)")
      let got = try desk.errand(["artifacts", "get", id, "in.bin", "-o", "out.bin"])
      #expect(got.status == .exited(code: 0), "\(got.errorText)")
      #expect(try RealFileSystem().read(desk.folder + "/out.bin") == bytes)
      let missing = try desk.errand(["artifacts", "get", id, "other.bin"])
      #expect(missing.status == .exited(code: 3))
      #expect(missing.errorText.contains("in.bin"))
    }
  }

  @Test func cancellingEndsTheTaskAndSaysSo() throws {
    try withCommandDesk { desk in
      let id = try desk.errand(["run", "--profile", "shell", "sleep 60", "-q"]).text.dropLast()
      let cancelled = try desk.errand(["cancel", String(id), "--reason", "enough"])
      #expect(cancelled.status == .exited(code: 0), "\(cancelled.errorText)")
      #expect(cancelled.text.contains("cancelled"))
      #expect(try desk.json(["get", String(id), "--json"])["cancelReason"] == "enough")
      let page = try desk.errand(["get", String(id)]).text
      #expect(page.contains("cancelled · enough"), "\(page)")
      #expect(page.contains("ended by    cli "), "\(page)")
      let again = try desk.errand(["cancel", String(id)])
      #expect(again.status == .exited(code: 0), "ending an ended task is no error")
    }
  }

  @Test func theSameKeyGivesTheSameTask() throws {
    try withCommandDesk { desk in
      let words = ["create", "--profile", "shell", "true", "--key", "k", "-q"]
      let first = try desk.errand(words)
      #expect(first.status == .exited(code: 0) && first.text.utf8.count == 37)
      #expect(try desk.errand(words).text == first.text)
      let other = try desk.errand(["create", "--profile", "shell", "false", "--key", "k"])
      #expect(other.status == .exited(code: 2))
    }
  }

  @Test func aBriefComesFromAPipeOrAFile() throws {
    try withCommandDesk { desk in
      try writeFile(desk.folder + "/brief.txt", "echo from a file")
      let words = ["create", "--profile", "shell", "--dry-run", "--json"]
      for (more, input) in [(["-"], "echo from a pipe"), ([], "echo from a pipe")] {
        #expect(try desk.errand(words + more, input: input).text.contains("echo from a pipe"))
      }
      #expect(try desk.errand(words + ["--file", "brief.txt"]).text.contains("echo from a file"))
    }
  }

  @Test func typesProfilesAndToolsAreListed() throws {
    try withCommandDesk { desk in
      let schemas = try desk.errand(["schemas"]).text
      #expect(schemas.contains("freeform") && schemas.contains("shell"))
      let one = try desk.json(["schemas", "command", "--json"])
      #expect(one["items"]?.arrayValue?.count == 1)
      #expect(try desk.errand(["tools"]).text.contains("tasks_create"))
      let tools = try desk.errand(["tools", "--json"])
      #expect(tools.text == (try readText(CommandReadmeTests.root + "/tools.json")))
    }
  }

  @Test func agentsCannotDriveTheTerminal() throws {
    try withCommandDesk { desk in
      let id = try desk.task(#"printf 'a\033[2Jb\033]0;title\007c\n'"#)
      let seen = try desk.errand(["logs", id, "--kind", "text"]).output
      #expect(seen == Array("abc\n".utf8))
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks that a terminal shows whole what tasks said, in a terminal's own words.
struct CommandWholeTests {
  @Test func aLineOfAnyLengthIsShownWhole() throws {
    try withCommandDesk { desk in
      let id = try desk.task("head -c 100000 /dev/zero | tr '\\0' x; echo; seq 20000")
      let logs = try desk.errand(["logs", id]).text
      let long = String(repeating: "x", count: 100_000)
      #expect(logs.contains(long + "\n"))
      let numbers = (1...20_000).map { "\($0)\n" }.joined()
      #expect(logs.contains(numbers), "the rest is whole, too")
      let lines = try desk.errand(["logs", id, "--json"]).text.split(separator: "\n")
      let texts = try lines.map { try JSONValue.parse(String($0))["payload"]?["text"]?.stringValue }
      #expect(texts.contains(long))
    }
  }

  @Test func getShowsTheWholeResult() throws {
    try withCommandDesk { desk in
      let summary = "begin " + String(repeating: "word ", count: 3_000) + "end"
      try writeFile(
        desk.folder + "/result",
        JSONValue.object([
          "errand": "result", "summary": .string(summary), "output": ["more": ["a": 1]],
        ]).text + "\n")
      try writeFile(
        desk.configuration,
        #"{"profiles":[{"name":"cat","adapter":"command","executable":"/bin/cat","arguments":["result"]}]}"#
      )
      let run = try desk.errand(["run", "--profile", "cat", "x", "--watch", "-q"])
      #expect(run.status == .exited(code: 0), "\(run.errorText)")
      let id = String(run.text.dropLast())
      let page = try desk.errand(["get", id]).text
      #expect(page.contains(summary) && page.contains(#"more: {"a":1}"#), "\(page.prefix(900))")
      let attempts = try desk.json(["get", id, "--json"])["attempts"]?.arrayValue
      #expect(attempts?.first?["output"]?["summary"] == .string(summary))
    }
  }

  @Test func whatIsNamedByKindIsShown() throws {
    try withCommandDesk { desk in
      let events = [
        #"{"errand":"tool_start","callId":"1","tool":"bash","title":"ls","arguments":{"a":1}}"#,
        #"{"errand":"tool_end","callId":"1","tool":"bash","result":"one\ntwo"}"#,
      ]
      try writeFile(desk.folder + "/events", events.joined(separator: "\n") + "\n")
      try writeFile(
        desk.configuration,
        #"{"profiles":[{"name":"cat","adapter":"command","executable":"/bin/cat","arguments":["events"]}]}"#
      )
      let run = try desk.errand(["run", "--profile", "cat", "x", "--watch", "-q"])
      let task = String(run.text.dropLast())
      let short = try desk.errand(["logs", task]).text
      #expect(short.contains("* bash: ls\n") && !short.contains("two"))
      let ends = try desk.errand(["logs", task, "--kind", "tool_call_end"]).text
      #expect(ends == "✓ bash\none\ntwo\n")
      let starts = try desk.errand(["logs", task, "--kind", "tool_call_start"]).text
      #expect(starts == "* bash: ls\n{\"a\":1}\n")
    }
  }

  @Test func anArtifactComesAsJSONWithWhatIsKnownOfIt() throws {
    try withCommandDesk { desk in
      let id = try desk.task(
        "printf report > \"$ERRAND_ARTIFACTS/r.txt\"; printf '\\377' > \"$ERRAND_ARTIFACTS/b\"")
      let text = try desk.json(["artifacts", "get", id, "r.txt", "--json"])
      #expect(text["text"] == "report" && text["sizeBytes"] == 6 && text["cid"] != nil)
      #expect(try desk.json(["artifacts", "get", id, "b", "--json"])["contentBase64"] == "/w==")
      let saved = try desk.json(["artifacts", "get", id, "r.txt", "--json", "-o", "out.txt"])
      #expect(saved["savedTo"]?.stringValue?.hasSuffix("/out.txt") == true)
      #expect(try readText(desk.folder + "/out.txt") == "report")
    }
  }

  @Test func aTeamsTasksAreTheTeamsOnEveryVerb() throws {
    try withCommandDesk { desk in
      let made = try desk.errand([
        "run", "--profile", "shell", "echo hi > \"$ERRAND_ARTIFACTS/a.txt\"", "--team", "red",
        "--name", "theirs", "--watch",
      ])
      #expect(made.status == .exited(code: 0), "\(made.errorText)")
      #expect(try desk.errand(["list", "-q"]).text == "")
      #expect(try desk.errand(["list", "-q", "--team", "red"]).text != "")
      let verbs: [[String]: [String]] = [
        ["get"]: [], ["wait"]: [], ["logs"]: [], ["artifacts", "list"]: [], ["settle"]: [],
        ["cancel"]: [], ["artifacts", "get"]: ["a.txt"], ["accept"]: [], ["reject"]: [],
        ["comment"]: ["Seen."], ["update"]: ["--title", "Theirs"],
        ["continue"]: ["true", "--session", "new"],
      ]
      for (verb, more) in verbs {
        let words = verb + ["theirs"] + more
        #expect(try desk.errand(words).status == .exited(code: 3), "\(verb)")
        let theirs = try desk.errand(words + ["--team", "red"])
        #expect(theirs.status == .exited(code: 0), "\(verb): \(theirs.errorText)")
      }
    }
  }

  @Test func nothingAtATerminalNamesATool() throws {
    try withCommandDesk { desk in
      let id = try desk.task("true", name: "done")
      let calls: [[String]] = [
        ["create", "--profile", "shell", "true", "--json"], ["get", id, "--json"],
        ["list", "--json"], ["list", "--inbox", "--json"], ["get", "nobody"],
        ["logs", id, "--attempt", "7"], ["logs", id, "--attempt", "0"],
        ["artifacts", "list", id, "--attempt", "7"], ["artifacts", "list", id, "--json"],
        ["cancel", id, "--json"], ["cancel", "nobody"], ["list", "--cursor", "x"],
        ["create", "--type", "nothing", "x"], ["create", "--type", "freeform", "--input", "{}"],
        ["create", "--profile", "nobody", "x"], ["artifacts", "put", id, "/etc/passwd"],
        ["schemas", "--json"], ["list", "--status", "hm"],
        [
          "create", "--name", "done", "-p",
          "shell", "true",
        ],
      ]
      for words in calls {
        let outcome = try desk.errand(words)
        let said = outcome.text + outcome.errorText
        #expect(!said.contains("tasks_"), "\(words): \(said.suffix(300))")
        for word in ["attempt_n", "task_id", "max_bytes", "idempotency_key", "task_type"] {
          #expect(!outcome.errorText.contains(word), "\(words): \(outcome.errorText)")
        }
      }
    }
  }

  @Test func aBadDirectoryIsToldBesideAMissingAgent() throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(
        ["create", "do something", "--dir", "nowhere"], environment: ["PATH": desk.folder])
      #expect(outcome.errorText.contains("Install an agent"))
      #expect(outcome.errorText.contains("--dir: The directory"), "\(outcome.errorText)")
      #expect(outcome.errorText.contains("/nowhere does not exist"))
    }
  }
}

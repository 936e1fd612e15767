import JSON
import Posix
import TestSupport
import Testing

/// Is a real agent of the Agent Client Protocol that tests may run.
private enum Gptme {
  static let program =
    Environment.value("ERRAND_TEST_GPTME_ACP")
    ?? Environment.which("gptme-acp", path: Environment.value("PATH"))
  static var isPresent: Bool { program != nil && StandIn.python != nil }
}

/// Lets a real agent of the Agent Client Protocol do a task, with a stand-in for its model.
@Suite(.enabled(if: Gptme.isPresent, "gptme-acp is not on PATH"))
struct RealACPTests {
  private func withGptme(
    _ turns: [JSONValue], _ body: (CommandDesk) throws -> Void
  ) throws {
    try withCommandDesk { desk in
      try Git.makeRepository(at: desk.folder)
      let scenario: JSONValue = [
        "main": ["model_contains": "stand-in"], "at_end": "stop", "turns": .array(turns),
        "rules": [
          ["when": ["any_contains": "concise conversation title"], "reply": ["text": "Title"]]
        ],
      ]
      let model = try StandIn(scenario, in: Path.parent(desk.folder))
      let profile: JSONValue = [
        "name": "gptme", "adapter": "acp", "executable": .string(Gptme.program ?? ""),
        "permissionMode": "all",
        "env": [
          "OPENAI_BASE_URL": .string(model.address + "/v1"), "MODEL": "local/stand-in",
          "OPENAI_API_KEY": "none",
        ],
      ]
      try writeFile(desk.configuration, JSONValue.object(["profiles": [profile]]).text)
      try body(desk)
      _ = consume model
    }
  }

  @Test func itWritesAFileAndSaysSo() throws {
    let turns: [JSONValue] = [
      ["text": "I write it.\n```shell\nprintf 'hello\\n' > hello.txt\n```"],
      ["text": "Done: it says hello.\n```complete\n```"],
    ]
    try withGptme(turns) { desk in
      let outcome = try desk.errand(["run", "-p", "gptme", "--watch", "--name", "one", "Do it."])
      #expect(outcome.status == .exited(code: 0), "\(outcome.text) \(outcome.errorText)")
      #expect(try readText(desk.folder + "/hello.txt") == "hello\n")
      let task = try desk.json(["get", "one", "--json"])
      #expect(task["status"] == "completed")
      #expect(task["artifactCount"] == 1)
      let id = try #require(task["id"]?.stringValue)
      #expect(try ProcessTable.carrying(marker: "ERRAND_ATTEMPT=\(id)/1").isEmpty)
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks what a terminal says of a task that asks, and that its exit code is 4.
struct CommandAskTests {
  /// Asks for leave once, and goes on with the answer.
  private static let question = """
    echo '{"type":"control_request","request_id":"r1","request":{"subtype":"can_use_tool",\
    "tool_name":"Bash","input":{"command":"make release"}}}'
    read -r answer
    """

  private static func withAsker(_ body: (CommandDesk) throws -> Void) throws {
    try withCommandDesk { desk in
      let agent = desk.folder + "/claude"
      try writeFile(agent, RememberingAgent.script(extra: question), permissions: 0o755)
      let settings: JSONValue = [
        "profiles": [["name": "claude", "adapter": "claude", "executable": .string(agent)]]
      ]
      try writeFile(desk.configuration, settings.text)
      try body(desk)
    }
  }

  @Test func aTaskThatAsksEndsTheWatchTheWaitAndTheLookWithFour() throws {
    try Self.withAsker { desk in
      let watch = try desk.errand(["run", "-p", "claude", "--name", "asks", "--watch", "do it"])
      #expect(watch.status == .exited(code: 4), "\(watch.text) \(watch.errorText)")
      #expect(watch.text.contains("make release"), "\(watch.text)")
      #expect(watch.errorText.contains("errand answer asks"), "\(watch.errorText)")
      for words in [["wait", "asks"], ["wait", "asks", "--json"], ["answer", "asks"]] {
        let outcome = try desk.errand(words)
        #expect(outcome.status == .exited(code: 4), "\(words): \(outcome.errorText)")
      }
      #expect(try desk.errand(["answer", "asks"]).text.contains("make release"))
      #expect(try desk.errand(["answer", "asks", "-q"]).text == "q1\n")
      let open = try desk.json(["get", "asks", "--json"])["pendingRequests"]
      #expect(open?.arrayValue?.count == 1)

      #expect(try desk.errand(["answer", "asks", "allow"]).status == .exited(code: 0))
      #expect(try desk.errand(["wait", "asks"]).status == .exited(code: 0))
      // A late answer is told which one counts, whether it names the question or not.
      for words in [["--request", "q1"], []] {
        let late = try desk.errand(["answer", "asks", "deny"] + words)
        #expect(late.status == .exited(code: 1), "\(late.text) \(late.errorText)")
        #expect(late.text.contains("q1: already answered") && late.text.contains("allow"))
      }
      #expect(try desk.errand(["answer", "asks"]).status == .exited(code: 0))
    }
  }

  @Test func ofSeveralTasksOneThatAsksCountsMoreThanOneThatIsDone() throws {
    try Self.withAsker { desk in
      _ = try desk.task("true", name: "fine")
      _ = try desk.errand(["run", "-p", "claude", "--name", "asks", "--watch", "do it"])
      #expect(try desk.errand(["wait", "fine", "asks"]).status == .exited(code: 4))
      #expect(try desk.errand(["cancel", "asks"]).status == .exited(code: 0))
      #expect(try desk.errand(["wait", "fine", "asks"]).status == .exited(code: 5))
    }
  }
}

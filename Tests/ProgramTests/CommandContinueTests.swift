import JSON
import Posix
import TestSupport
import Testing

/// Checks that a person can go on with a task, and look after the worktrees that leaves.
struct CommandContinueTests {
  @Test func aPersonGoesOnWithATaskAlsoAfterItsWorktreeWasPruned() throws {
    try withCommandDesk { desk in
      let repository = desk.folder + "/repo"
      try Git.makeRepository(at: repository)
      let agent = desk.folder + "/claude"
      try writeFile(agent, RememberingAgent.script(), permissions: 0o755)
      let settings: JSONValue = [
        "profiles": [["name": "claude", "adapter": "claude", "executable": .string(agent)]]
      ]
      try writeFile(desk.configuration, settings.text)
      let first = try desk.errand([
        "run", "-p", "claude", "--dir", repository, "--workspace", "dedicated_worktree", "--name",
        "first", "--watch", "one",
      ])
      #expect(first.status == .exited(code: 0), "\(first.errorText)")
      let second = try desk.errand(["continue", "first", "--watch", "two"])
      #expect(second.status == .exited(code: 0), "\(second.errorText)")
      #expect(second.text.contains("heard 2"), "\(second.text)")
      let trees = try desk.json(["worktrees", "list", "--json"])["worktrees"]?.arrayValue ?? []
      #expect(trees.count == 1)
      let tree = try #require(trees.first)
      #expect(tree["branch"] == "errand/first" && tree["reasons"] == [])
      let path = try #require(tree["path"]?.stringValue)
      #expect(try desk.errand(["worktrees", "prune", "--dry-run"]).text.contains("Would go:"))
      #expect(try RealFileSystem().exists(path))
      #expect(try desk.errand(["worktrees", "prune"]).text.contains(path))
      #expect(try !RealFileSystem().exists(path))
      let third = try desk.errand(["continue", "first", "--watch", "three"])
      #expect(third.text.contains("heard 3"), "\(third.text) \(third.errorText)")
      try writeFile(path + "/new.txt", "x")
      let kept = try desk.errand(["worktrees", "prune"])
      #expect(kept.text.contains("1 file git does not know"), "\(kept.text)")
    }
  }

  @Test(arguments: [("resume", "heard 2"), ("new", "heard 1")])
  func aTaskThatIsSentBackGoesOnInItsConversationWhereThatIsWanted(
    _ session: String, _ said: String
  ) throws {
    try withCommandDesk { desk in
      let agent = desk.folder + "/claude"
      try writeFile(agent, RememberingAgent.script(), permissions: 0o755)
      let settings: JSONValue = [
        "profiles": [["name": "claude", "adapter": "claude", "executable": .string(agent)]]
      ]
      try writeFile(desk.configuration, settings.text)
      let first = try desk.errand(["run", "-p", "claude", "-n", "first", "--watch", "one"])
      #expect(first.status == .exited(code: 0), "\(first.errorText)")
      _ = try desk.json([
        "retry", "first", "--session", session, "--reason", "Add a test.", "--json",
      ])
      #expect(try desk.errand(["wait", "first"]).status == .exited(code: 0))
      let logs = try desk.errand(["logs", "first"]).text
      #expect(logs.contains(said) && logs.contains("Add a test."), "\(logs)")
      #expect(logs.contains("> one") == (session == "new"), "\(logs)")
      let shown = try desk.json(["get", "first", "--json"])
      #expect(shown["attemptCount"] == 2 && shown["usage"]?["costUsd"] == 1.0, "\(shown.text)")
    }
  }

  @Test func aContinuationIsHeldToItsCriteria() throws {
    try withCommandDesk { desk in
      let agent = desk.folder + "/claude"
      try writeFile(agent, RememberingAgent.script(), permissions: 0o755)
      func answers(_ output: JSONValue) throws {
        let settings: JSONValue = [
          "profiles": [
            [
              "name": "claude", "adapter": "claude", "executable": .string(agent),
              "env": ["OUTPUT": .string(output.text)],
            ]
          ]
        ]
        try writeFile(desk.configuration, settings.text)
      }
      try answers(["summary": "blue"])
      let first = try desk.errand(["run", "-p", "claude", "-n", "first", "--watch", "one"])
      #expect(first.status == .exited(code: 0), "\(first.errorText)")
      let criteria =
        #"{"version":1,"assertions":[{"id":"a","path":"summary","op":"matches","value":"blue"}]}"#
      let finding: JSONValue = ["id": "a", "kind": "assertion", "status": "pass"]
      try answers(["summary": "blue", "verification": ["results": [finding], "passed": true]])
      let made = try desk.json([
        "continue", "first", "--success-criteria", criteria, "--json", "two",
      ])
      let name = try #require(made["name"]?.stringValue)
      let ended = try desk.errand(["wait", name, "--until", "terminal"])
      #expect(ended.status == .exited(code: 0), "\(ended.text) \(ended.errorText)")
      let attempt = try desk.json(["get", name, "--json"])["attempts"]?.arrayValue?.last
      #expect(attempt?["checked"]?["passed"] == true, "\(attempt?.text ?? "")")
      #expect(try desk.errand(["logs", name]).text.contains("assertion a: summary matches"))
      let lost = try desk.errand(["continue", "first", "--success-criteria", "{", "four"])
      #expect(lost.errorText.contains("--success-criteria is not JSON"), "\(lost.errorText)")
      let dear = try desk.errand(["create", "-p", "claude", "--budget-usd", "100", "five"])
      #expect(dear.errorText.contains("--budget-usd is 5.0: the configuration is the ceiling"))
    }
  }

  @Test func whatLeftNoConversationIsNotSentBackToIt() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "script")
      let lost = try desk.errand(["retry", "script", "--session", "resume"])
      #expect(lost.status == .exited(code: 2))
      #expect(lost.errorText.contains("--session: no attempt has left a conversation"))
      #expect(try desk.json(["get", "script", "--json"])["status"] == "completed")
    }
  }

  @Test func whatCannotBeGoneOnWithIsSaidInWordsOfTheTerminal() throws {
    try withCommandDesk { desk in
      let missing = try desk.errand(["continue", "nobody", "go on"])
      #expect(missing.status == .exited(code: 3), "\(missing.errorText)")
      #expect(missing.errorText.contains("There is no task nobody"))
      _ = try desk.task("true", name: "script")
      let lost = try desk.errand(["continue", "script", "go on"])
      #expect(lost.status == .exited(code: 2))
      #expect(lost.errorText.contains("is not kept"))
      #expect(try desk.errand(["continue", "script"]).status == .exited(code: 2))
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks tasks that wait for others as a client over pipes, and a person, meet them.
struct DependencyTests {
  private func create(
    _ conversation: Conversation, _ name: String, _ script: String, _ more: JSONObject = [:]
  ) throws -> JSONValue {
    var arguments: JSONObject = [
      "name": .string(name), "brief": .string(script), "profile": "shell", "workspace": "none",
    ]
    for (key, value) in more { arguments[key] = value }
    return try conversation.call("tasks_create", .object(arguments))
  }

  @Test func aChainGoesOnByItselfAndStopsAtTheFirstFailure() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let held = try conversation.createHeldTask(in: folder)
      let second = try create(conversation, "second", "echo two", ["depends_on": [.string(held)]])
      #expect(second["status"] == "waiting" && second["statusReason"] == "dependencies")
      #expect(second["statusMessage"]?.stringValue?.hasSuffix("(running).") == true)
      _ = try create(conversation, "third", "exit 3", ["dependsOn": ["second"]])
      _ = try create(conversation, "fourth", "true", ["depends_on": ["third", "second"]])
      try HeldTask.release(in: folder)
      #expect(try conversation.end(of: "second")["status"] == "completed")
      let last = try conversation.end(of: "fourth")
      #expect(last["statusReason"] == "dependency_unsatisfiable", "\(last.text)")
      #expect(last["statusMessage"]?.stringValue?.contains("third, which is failed") == true)
    }
  }

  @Test func whatWaitsForAcceptanceStartsWhenTheVerdictIsTurned() throws {
    try withConversation(["--allow-commands"]) { conversation, _ in
      _ = try create(conversation, "work", "echo done")
      _ = try conversation.end(of: "work")
      _ = try conversation.call("tasks_verify", ["task_id": "work", "accepted": false])
      let condition: JSONValue = ["op": "task_accepted", "task_id": "work"]
      let next = try create(conversation, "next", "true", ["claim_condition": condition])
      #expect(next["statusMessage"] == "Waits for work (not accepted).", "\(next.text)")
      _ = try conversation.call("tasks_verify", ["task_id": "work", "accepted": true])
      #expect(try conversation.end(of: "next")["status"] == "completed")
    }
  }

  @Test func aPersonIsToldWhichOptionIsWrongAndWhatToDo() throws {
    try withCommandDesk { desk in
      let create = ["create", "--profile", "shell", "true"]
      let unknown = try desk.errand(create + ["--depends-on", "nothing"])
      #expect(unknown.status == .exited(code: 3))
      #expect(unknown.errorText.contains("--depends-on: names no task"), "\(unknown.errorText)")
      let itself = try desk.errand(create + ["--name", "own", "--depends-on", "own"])
      #expect(itself.status == .exited(code: 2))
      #expect(itself.errorText.contains("--depends-on: is the new task itself"))
      let broken = try desk.errand(create + ["--claim-condition", "{"])
      #expect(broken.errorText.contains("The value of --claim-condition is not JSON."))
      try writeFile(desk.folder + "/when.json", #"{"op":"never"}"#)
      let shapeless = try desk.errand(create + ["--claim-condition", "@when.json"])
      #expect(shapeless.errorText.contains("--claim-condition at /op"), "\(shapeless.errorText)")
      #expect(try desk.json(["list", "--json"])["total"] == 0)
    }
  }
}

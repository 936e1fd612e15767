import JSON
import MCP
import Tasks
import Testing

@testable import Tools

/// Checks that what is shown wherever a task is named holds no secret.
struct SecretTests {
  private static let token = "ghp_0123456789abcdefghijABCDEFGHIJ456789"
  private static let lower = "xoxb-123456789012-abcdef"

  @Test func titlesTagsNamesAndReasonsKeepNone() throws {
    try withHouse { house in
      let words = "push with \(Self.token), password: hunter2!"
      let given = try house.task("true", ["title": .string(words), "tags": [.string(Self.token)]])
      let made = try house.task(words + "\nand \(Self.lower)")
      let slug = try house.task("use \(Self.lower) now")
      try house.call(
        "tasks_cancel", ["task_id": .string(slug.spec.name), "reason": .string(words)])
      let kept = try house.call(
        "tasks_artifacts_upload",
        ["task_id": .string(given.spec.name), "text": "x", "title": .string(words)])
      let shown = [
        try house.call("tasks_get", ["task_id": .string(given.spec.name)]),
        try house.call("tasks_list", ["view": "all"]), kept,
        .string(made.spec.name), .string(slug.spec.name),
        try house.call("tasks_get", ["task_id": .string(slug.spec.name)])["cancelReason"] ?? .null,
      ].map(\.text).joined()
      for secret in [Self.token, "0123456789", "hunter2", Self.lower, "123456789012"] {
        #expect(!shown.contains(secret), "\(secret): \(shown)")
      }
      #expect(shown.contains("[secret GitHub token]"))
      // The agent is told what was meant for it.
      #expect(made.spec.input["brief"]?.stringValue?.contains(Self.token) == true)
    }
  }

  @Test func aNameThatIsASecretIsRefused() throws {
    try withHouse { house in
      let failure = try house.refusal(
        "tasks_create", ["brief": "x", "profile": "shell", "name": .string(Self.lower)])
      #expect(failure.code == "secret_in_name")
      #expect(failure.text.contains("/name: "))
      #expect(!failure.text.contains(Self.lower))
    }
  }
}

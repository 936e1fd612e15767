import JSON
import MCP
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks a server that was told to read only.
struct ReadOnlyTests {
  /// Lends a house, and another that only reads the same store.
  private func withReader(_ body: (House, House) throws -> Void) throws {
    try withHouse { writer in
      try withTemporaryDirectory { root in
        let reader = try House(root) {
          $0.storeRoot = writer.storeRoot
          $0.isReadOnly = true
        }
        try body(writer, reader)
      }
    }
  }

  @Test func onlyReadingToolsAreOfferedAndNothingIsWritten() throws {
    try withReader { writer, reader in
      let task = try writer.start(try writer.task())
      let number = try writer.store().number()
      try withClient(of: reader) { client in
        let names = try client.call("tools/list")["tools"]?.arrayValue?.compactMap {
          $0["name"]?.stringValue
        }
        #expect(names?.contains("tasks_create") == false)
        #expect(names?.contains("tasks_get") == true)
        let arguments: JSONObject = ["task_ids": [.string(task.spec.name)], "timeout_sec": 1]
        let waited = try client.callTool("tasks_wait", arguments, declaring: true)
        // No handle: it would have to be kept.
        #expect(waited["structuredContent"]?["timedOut"] == true)
        // Nobody owns the attempt, and still it is not this server that settles it.
        let shown = try client.tool("tasks_get", ["task_id": .string(task.spec.name)])
        #expect(shown["status"] == "running")
      }
      #expect(try writer.store().number() == number)
      #expect(reader.runners.number == 0)
    }
  }

  @Test(
    arguments: [
      ("tasks_create", ["brief": "x", "profile": "shell"]), ("tasks_list", ["seen": 1]),
      ("tasks_cancel", ["task_id": "taken"]), ("tasks_artifacts_stage", ["text": "x"]),
      ("tasks_artifacts_upload", ["task_id": "taken", "text": "x"]),
    ] as [(String, JSONObject)])
  func whatWouldWriteIsRefused(_ tool: String, _ arguments: JSONObject) throws {
    try withReader { writer, reader in
      try writer.task("x", ["name": "taken"])
      #expect(try reader.refusal(tool, arguments).code == "read_only")
    }
  }
}

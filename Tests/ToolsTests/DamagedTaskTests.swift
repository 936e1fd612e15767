import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that a task whose history has a gap is never shown as if all were well.
struct DamagedTaskTests {
  /// Spoils a line of the journal and gives a house that reads it anew.
  private func spoil(
    _ house: House, _ word: String, _ other: String, _ body: (House) throws -> Void
  ) throws {
    let path = house.storeRoot + "/journal/0000000001.jsonl"
    let text = String(decoding: try RealFileSystem().read(path), as: UTF8.self)
    try RealFileSystem().replace(path, with: Array(text.replacing(word, with: other).utf8))
    try body(House.reopened(house))
  }

  @Test func aDamagedTaskIsMarkedWhereItIsListedAndShown() throws {
    try withHouse { house in
      let task = try house.start(try house.task("spoilt"))
      let whole = try house.task("whole")
      try spoil(house, #""type":"started""#, #""type":"stbrted""#) { house in
        for view in ["inbox", "all"] {
          let items = try house.call("tasks_list", ["view": .string(view)])["items"]?.arrayValue
          #expect(items?.count == 2)
          for item in items ?? [] {
            let isSpoilt = item["id"] == .string(task.id.description)
            #expect((item["statusReason"] == "damaged") == isSpoilt)
          }
        }
        let shown = try house.call("tasks_get", ["task_id": .string(task.spec.name)])
        #expect(shown["statusReason"] == "damaged")
        #expect(shown["statusMessage"]?.stringValue?.contains("could not be read") == true)
        #expect(shown["hint"]?.stringValue?.contains("errand doctor") == true)
        // What it said until then can be read all the same.
        for tool in ["tasks_messages_list", "tasks_attempts_list", "tasks_artifacts_list"] {
          try house.call(tool, ["task_id": .string(task.spec.name)])
        }
        let other = try house.call("tasks_get", ["task_id": .string(whole.spec.name)])
        #expect(other["statusReason"] == "runner_unavailable")
        let wait: JSONObject = ["task_ids": [.string(task.spec.name)]]
        #expect(try house.refusal("tasks_wait", wait).code == "task_damaged")
        // What nobody owns can be ended, and then nothing of it is in doubt any more.
        let ended = try house.call("tasks_cancel", ["task_id": .string(task.spec.name)])
        #expect(ended["items"]?.arrayValue?.first?["status"] == "cancelled", "\(ended)")
        let after = try house.call("tasks_get", ["task_id": .string(task.spec.name)])
        #expect(after["status"] == "cancelled" && after["statusReason"] != "damaged")
        try house.call("tasks_wait", wait)
      }
    }
  }
}

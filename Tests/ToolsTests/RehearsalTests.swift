import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that what is only tried out touches nothing, so that a read-only disk will do.
struct RehearsalTests {
  @Test(
    arguments: [
      ("tasks_create", ["brief": "y", "profile": "shell"]),
      ("tasks_delete", ["task_ids": ["ended"]]),
      ("schedules_create", ["every_sec": 60, "task": ["brief": "y", "profile": "shell"]]),
    ] as [(String, JSONObject)])
  func aRehearsalTouchesNothing(_ tool: String, _ arguments: JSONObject) throws {
    try withTemporaryDirectory { root in
      let house = try House(root) { $0.allowsCommands = true }
      try house.end(try house.start(try house.task("x", ["name": "ended"])))
      let files = FlakyFiles()
      let store = try TaskStore.open(house.storeRoot, files: files)
      let workshop = Workshop(house.workshop.setting, store: store)
      let toolbox = Toolbox(workshop, choice: ToolChoice(toolsets: Toolset.allCases))
      var rehearsal = arguments
      rehearsal["dry_run"] = true
      _ = try toolbox.answer(tool, rehearsal, House.person)
      #expect(files.trace.isEmpty)
    }
  }
}

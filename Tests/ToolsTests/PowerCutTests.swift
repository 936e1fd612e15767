import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that the power may go at the moment an answer is there: what was appended without a sync
/// is taken away then, whoever appended it.
struct PowerCutTests {
  private static let order: JSONObject = [
    "brief": "true", "profile": "shell", "name": "kept", "idempotency_key": "k",
  ]

  /// Lends a house with one task, on a machine whose power goes after `body`, and looks at the other
  /// task then.
  private func withMachine(
    leaving status: TaskStatus, _ body: (House, TaskStore) throws -> Void
  ) throws {
    try withTemporaryDirectory { root in
      let house = try House(root) { $0.allowsCommands = true }
      let machine = FlakyFiles(.powerCutOnCall)
      let store = try TaskStore.open(house.storeRoot, files: machine)
      try Workshop(house.workshop.setting, store: store).create(["brief": "x", "profile": "shell"])
      try store.sync()
      try body(house, TaskStore.open(house.storeRoot, files: machine))
      machine.cutPower()
      let left = try TaskStore.open(house.storeRoot).task(TaskReference("kept"))
      #expect(left.status == status)
    }
  }

  @Test func aTaskThatWasAnsweredIsThereAfterAPowerCut() throws {
    try withMachine(leaving: .queued) { house, store in
      try withClient(of: house, on: store) { client in
        let made = try client.tool("tasks_create", Self.order)
        #expect(made["replayed"] == nil)
      }
    }
  }

  @Test func aTaskThatIsFoundUnderItsKeyIsThereAfterAPowerCut() throws {
    try withMachine(leaving: .queued) { house, store in
      // Who made it died before it was safe, and nobody was told.
      let dying = Workshop(house.workshop.setting, store: store)
      try dying.create(Self.order)
      let next = try TaskStore.open(house.storeRoot, files: store.files)
      try withClient(of: house, on: next) { client in
        let made = try client.tool("tasks_create", Self.order)
        #expect(made["replayed"] == true)
      }
    }
  }

  @Test func aTaskThatIsFoundCancelledIsSoAfterAPowerCut() throws {
    try withMachine(leaving: .cancelled) { house, store in
      let dying = Workshop(house.workshop.setting, store: store)
      try dying.create(Self.order)
      try store.sync()
      try store.change(TaskReference("kept"), by: House.person.actor) { _ in
        .cancelled(reason: "not today")
      }
      let next = try TaskStore.open(house.storeRoot, files: store.files)
      try withClient(of: house, on: next) { client in
        let answer = try client.tool("tasks_cancel", ["task_id": "kept"])
        #expect(answer["items"]?.arrayValue?.first?["outcome"] == "already_terminal")
      }
    }
  }
}

extension Workshop {
  /// Creates a task as one does who dies before anything of it is made durable.
  fileprivate func create(_ arguments: JSONObject) throws {
    let tool = TasksCreate(
      workshop: self, waits: DurableWaits(workshop: self), mayRunCommands: true)
    let input = try TasksCreate.Input.json.decode(.object(arguments))
    _ = try tool.perform(input, House.person)
  }
}

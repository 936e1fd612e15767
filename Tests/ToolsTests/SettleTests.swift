import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks what a person's word settles, and what it leaves alone.
struct SettleTests {
  @Test func whatNobodyOwnsIsSettledAndWhatSomebodyOwnsIsLeft() throws {
    try withHouse { house in
      let workshop = house.workshop
      let task = try house.task()
      #expect(try workshop.settle(.id(task.id), House.person) == .notBegun)
      try house.start(task)
      let store = try house.store()
      let lock = try store.lockAttempt(task.id, 1)
      #expect(try workshop.settle(.id(task.id), House.person) == .owned)
      #expect(try store.task(.id(task.id)).status == .running)
      _ = consume lock
      #expect(try workshop.settle(.id(task.id), House.person) == .settled)
      #expect(try store.task(.id(task.id)).status == .failed)
      #expect(try workshop.settle(.id(task.id), House.person) == .alreadyTerminal)
      #expect(throws: ToolFailure.self) { try workshop.settle(.name("nobody"), House.person) }
    }
  }
}

import JSON
import MCP
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that the inbox shows everybody everything, page by page.
struct InboxTests {
  private func ids(_ page: JSONValue, _ status: TaskStatus) -> [String] {
    (page["items"]?.arrayValue ?? []).filter { $0["status"]?.stringValue == status.rawValue }
      .compactMap { $0["id"]?.stringValue }
  }

  private func ask(_ house: House, _ task: TaskRecord) throws {
    try house.tell(
      try house.start(task),
      .inputRequested(
        InputRequest(requestId: "q", attemptN: 1, question: "Which?", askedAt: .now)))
  }

  @Test(
    arguments: [["limit": 20], ["limit": 5], ["limit": 4, "max_bytes": 2_000]] as [JSONObject])
  func everyPageSaysWhatItShowedAndLeavesRoomForWhatNeedsYouAndRuns(_ size: JSONObject) throws {
    try withHouse { house in
      let finished = try (0..<31).map { try house.start(try house.task("finished \($0)")) }
      for index in 0..<3 { try ask(house, try house.task("asks \(index)")) }
      for index in 0..<3 { try house.start(try house.task("runs \(index)")) }
      for index in 0..<9 { try house.task("waits \(index)") }
      // What began last ended first: the order of ending is what counts.
      for task in finished.reversed() { try house.end(task, summary: "ok") }
      var arguments = size
      var shown: [String] = []
      for _ in 0..<31 where shown.count < 31 {
        let page = try house.call("tasks_list", arguments)
        let ended = ids(page, .completed)
        #expect(!ended.isEmpty && !ids(page, .inputRequired).isEmpty)
        if (page["items"]?.arrayValue?.count ?? 0) >= 4 {
          #expect(!ids(page, .running).isEmpty && !ids(page, .queued).isEmpty)
        }
        #expect(page["total"]?.intValue == 46 - shown.count)
        #expect(page["counts"]?["completed"] == 31)
        #expect(page["truncated"] == true)
        shown += ended
        let seen = try #require(page["seen"])
        arguments["seen"] = seen
      }
      #expect(shown == finished.reversed().map(\.id.description), "oldest end first, none twice")
      let rest = try house.call("tasks_list", arguments)
      #expect(ids(rest, .completed) == [])
      #expect(rest["seen"] == .integer(try house.store().number()))
    }
  }

  @Test func aPageWithoutAnyFinishedTaskMovesNothing() throws {
    try withHouse { house in
      try ask(house, try house.task("asks"))
      try house.end(try house.start(try house.task("ended")))
      let page = try house.call("tasks_list", ["limit": 1])
      #expect(ids(page, .inputRequired).count == 1)
      let seen = try #require(page["seen"])
      let next = try house.call("tasks_list", ["seen": seen])
      #expect(ids(next, .completed).count == 1)
    }
  }

  @Test func whatOneTeamHasSeenIsNewToAnother() throws {
    try withHouse { house in
      let theirs: JSONObject = ["team_id": "them"]
      try house.end(try house.start(try house.task("ours")))
      try house.end(try house.start(try house.task("theirs", theirs)))
      let ours = try house.call("tasks_list")
      #expect(ids(ours, .completed).count == 1 && ours["counts"] == ["completed": 1])
      let seen = try #require(ours["seen"])
      #expect(ids(try house.call("tasks_list", ["seen": seen]), .completed) == [])
      let other = try house.call("tasks_list", theirs)
      #expect(ids(other, .completed).count == 1 && other["counts"] == ["completed": 1])
      let otherSeen = try #require(other["seen"])
      _ = try house.call("tasks_list", ["team_id": "them", "seen": otherSeen])
      #expect(ids(try house.call("tasks_list", theirs), .completed) == [])
      // The marks outlive the process and the journal's tail.
      try house.store().compactIfWorthwhile(always: true)
      let later = House.reopened(house)
      #expect(ids(try later.call("tasks_list"), .completed) == [])
      #expect(ids(try later.call("tasks_list", theirs), .completed) == [])
      #expect(try later.call("tasks_list", ["team_id": "nobody"])["counts"] == [:])
    }
  }
}

import JSON
import JSONRPC
import MCP
import Posix
import Synchronization
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks waiting for tasks and ending them.
struct WaitingTests {
  private func changed(_ answer: JSONValue) -> [String] {
    (answer["changed"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
  }

  /// Runs something beside the test; its trouble is the test's.
  private func beside(_ body: @escaping @Sendable () throws -> Void) throws -> Thread {
    try Thread.start(name: "beside") {
      do { try body() } catch { Issue.record(error) }
    }
  }

  @Test func whatHasComeThatFarReturnsAtOnce() throws {
    try withHouse { house in
      let ended = try house.task("ended")
      try house.end(try house.start(ended), summary: "fine")
      let going = try house.start(try house.task("going"))
      let ids: JSONValue = [.string(ended.spec.name), .string(going.id.description)]
      for until in ["needs_me", "terminal"] {
        let answer = try house.call("tasks_wait", ["task_ids": ids, "until": .string(until)])
        #expect(changed(answer) == [ended.id.description])
        #expect(answer["changed"]?.arrayValue?.first?["resultSummary"] == "fine")
        #expect(answer["waiting"]?.arrayValue?.map { $0["id"] } == [.string(going.id.description)])
        #expect(answer["timedOut"] == false)
      }
    }
  }

  @Test func aQuestionEndsTheWaitOfWhoIsNeededButNotOfWhoWantsTheEnd() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      try house.tell(
        task,
        .inputRequested(
          InputRequest(requestId: "q1", attemptN: 1, question: "Which?", askedAt: .now)))
      let ids: JSONValue = [.string(task.spec.name)]
      let answer = try house.call("tasks_wait", ["task_ids": ids])
      let asked = answer["changed"]?.arrayValue?.first?["pendingRequests"]?.arrayValue?.first
      #expect(asked?["question"] == "Which?")
      let later = try house.call(
        "tasks_wait", ["task_ids": ids, "until": "terminal", "timeout_sec": 0])
      #expect(later["timedOut"] == true)
      #expect(changed(later) == [])
      #expect(later["nextPollSec"]?.intValue ?? 0 > 0)
    }
  }

  @Test func aChangeIsOneAfterTheCallOrAfterTheGivenNumber() throws {
    try withHouse { house in
      let task = try house.task()
      let before = try house.store().number() - 1
      let ids: JSONValue = [.string(task.spec.name)]
      let none = try house.call(
        "tasks_wait", ["task_ids": ids, "until": "change", "timeout_sec": 0])
      #expect(none["timedOut"] == true)
      let missed = try house.call(
        "tasks_wait",
        ["task_ids": ids, "until": "change", "after": .integer(before), "timeout_sec": 0])
      #expect(changed(missed) == [task.id.description])
      let cursor = try #require(missed["cursor"])
      let again = try house.call(
        "tasks_wait", ["task_ids": ids, "until": "change", "after": cursor, "timeout_sec": 0])
      #expect(again["timedOut"] == true)
    }
  }

  @Test func anotherProcesssChangeWakesAWaiterWithinFiftyMilliseconds() throws {
    try withHouse { house in
      let task = try house.task()
      // A busy machine may be late once; a wait that polls would be late every time.
      var best = Duration.seconds(60)
      for _ in 0..<5 where best > .milliseconds(50) { best = try min(best, wakeUp(house, task)) }
      #expect(best < .milliseconds(50))
    }
  }

  /// Measures from the other's change to the waiter's answer.
  private func wakeUp(_ house: House, _ task: TaskRecord) throws -> Duration {
    let other = try TaskStore.open(house.storeRoot)
    let moment = Mutex<MonotonicTime?>(nil)
    let asked = house.runners.number
    let thread = try beside {
      // Who begins to wait asks for a runner first.
      #expect(try eventually { house.runners.number > asked })
      moment.withLock { $0 = .now }
      let artifact = Artifact(
        id: "\(MonotonicTime.now.nanoseconds)", attemptN: nil, kind: "log", title: "t",
        contentType: "text/plain", sizeBytes: 0, cid: ContentID(raw: []), createdAt: .now,
        createdBy: Actor(kind: .cli, name: "other"))
      try other.change(.id(task.id), by: Actor(kind: .cli, name: "other")) { _ in
        .artifactBound(artifact)
      }
    }
    let answer = try house.call(
      "tasks_wait", ["task_ids": [.string(task.spec.name)], "until": "change"])
    let woken = MonotonicTime.now
    thread.join()
    #expect(answer["timedOut"] == false)
    let began = try #require(moment.withLock { $0 })
    return woken - began
  }

  @Test func aWaiterHearsHowItStandsAndGoesWhenNobodyWaitsForIt() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let lines = Mutex<[String]>([])
      let cancellation = Cancellation()
      let caller = Caller.terminal(user: "ann", cancellation: cancellation) { done, total, line in
        lines.withLock { $0.append("\(line) of \(total)") }
        cancellation.cancel()
      }
      let begin = MonotonicTime.now
      let answer = try house.call(
        "tasks_wait", ["task_ids": [.string(task.spec.name)], "timeout_sec": 45], as: caller)
      #expect(answer["timedOut"] == true)
      #expect(try MonotonicTime.now - begin < PromisedTime.bound(.seconds(10)))
      #expect(lines.withLock { $0 } == ["\(task.spec.name) is running, attempt 1 of 1 of 45.0"])
    }
  }

  @Test func queuedTasksAreCancelledAtOnceAndRepeatingItChangesNothing() throws {
    try withHouse { house in
      let one = try house.task("one")
      let two = try house.task("two")
      try house.end(try house.start(two))
      let arguments: JSONObject = [
        "task_ids": [.string(one.spec.name), .string(two.spec.name)], "reason": "not today",
      ]
      let answer = try house.call("tasks_cancel", arguments)
      #expect(
        answer["items"]?.arrayValue?.map { $0["outcome"] } == ["cancelled", "already_terminal"])
      let shown = try house.call("tasks_get", ["task_id": .string(one.spec.name)])
      #expect(shown["status"] == "cancelled")
      #expect(shown["cancelReason"] == "not today")
      #expect(shown["cancelledBy"] == ["kind": "cli", "name": "ann"])
      let number = try house.store().number()
      let again = try house.call("tasks_cancel", arguments)
      #expect(
        again["items"]?.arrayValue?.map { $0["outcome"] }
          == ["already_terminal", "already_terminal"])
      #expect(try house.store().number() == number)
    }
  }

  @Test func aTaskWithoutALivingOwnerIsSettledByWhoCancelsIt() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let answer = try house.call("tasks_cancel", ["task_id": .string(task.spec.name)])
      #expect(answer["items"]?.arrayValue?.first?["outcome"] == "cancelled")
      #expect(try house.store().task(.id(task.id)).status == .cancelled)
    }
  }

  @Test func aTaskWhoseOwnerHoldsOnIsReportedAsBeingCancelled() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let lock = try house.store().lockAttempt(task.id, 1)
      let begin = MonotonicTime.now
      let answer = try house.call("tasks_cancel", ["task_id": .string(task.spec.name)])
      #expect(try MonotonicTime.now - begin < PromisedTime.bound(.seconds(12)))
      #expect(answer["items"]?.arrayValue?.first?["outcome"] == "cancelling")
      #expect(answer["items"]?.arrayValue?.first?["statusReason"] == "cancelling")
      _ = consume lock
    }
  }
}

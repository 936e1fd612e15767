import JSON
import Posix
import TestSupport
import Testing

/// Checks that tasks outlive whatever is killed around them.
struct SurvivalTests {
  @Test(arguments: ["serve", "runner"])
  func aTaskEndsWellThoughItsCreatorOrRunnerIsKilled(_ victim: String) throws {
    try withTemporaryDirectory { folder in
      let first = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let task = try first.createHeldTask(in: folder)
      switch victim {
      case "serve":
        #expect(try first.server.process.signal(.kill))
      default:
        let runner = try Self.runner(of: folder + "/store")
        #expect(try ProcessTable.signal(runner, .kill))
      }
      try HeldTask.release(in: folder)
      let second = try Conversation(store: folder + "/store")
      let ended = try second.end(of: task)
      #expect(ended["status"] == "completed", "\(ended.text)")
      let text = try second.text(of: task)
      #expect(text.contains("begun") && text.contains("finished"))
      #expect(try second.finish() == .exited(code: 0))
    }
  }

  @Test func aWaitOfOneServerEndsWithTheChangeOfAnother() throws {
    try withTemporaryDirectory { folder in
      let writer = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let reader = try Conversation(store: folder + "/store")
      let task = try writer.createHeldTask(in: folder)
      #expect(try reader.call("tasks_get", ["task_id": .string(task)])["id"] == .string(task))

      // The reader waits; the writer's change must end the wait. How soon, the bench measures: the
      // bound is only far below the wait's own end.
      try reader.send([Modern.wait(7, task, seconds: 25)])
      _ = try reader.say([])
      let asked = MonotonicTime.now
      let cancelled = try writer.call("tasks_cancel", ["task_id": .string(task)])
      #expect(cancelled["items"]?.arrayValue?.first?["id"] == .string(task), "\(cancelled.text)")
      let woken = try reader.answer(7)["result"]?["structuredContent"]
      #expect(woken?["timedOut"] == false)
      #expect(MonotonicTime.now - asked < .seconds(15))
    }
  }

  @Test func theServersOfOneStoreSeeEachOthersChangesWithinFiftyMilliseconds() throws {
    try withTemporaryDirectory { folder in
      let writer = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let reader = try Conversation(store: folder + "/store")
      try writer.withHeldTask(in: folder) { task in
        // The best of some is what the program can do; the rest is what else the machine does.
        var best = Duration.seconds(60)
        let look: JSONValue = ["task_ids": [.string(task)], "until": "change", "timeout_sec": 0]
        var cursor = try reader.call("tasks_wait", look)["cursor"]
        for round in 1...20 {
          // The call may begin to wait only after the change it is to see.
          let after = try #require(cursor?.intValue)
          let wait =
            #"{"task_ids":["\#(task)"],"until":"change","timeout_sec":20,"after":\#(after)}"#
          try reader.send([Modern.call(round, "tasks_wait", wait)])
          _ = try reader.say([])
          let start = MonotonicTime.now
          try writer.touch(task)
          let woken = try reader.answer(round)["result"]?["structuredContent"]
          #expect(woken?["timedOut"] == false)
          cursor = woken?["cursor"]
          best = min(best, MonotonicTime.now - start)
        }
        #expect(best < .milliseconds(50))
      }
      for one in [reader, writer] { #expect(try one.finish() == .exited(code: 0)) }
    }
  }

  @Test func aServerKilledAtAnyMomentLosesNothingItAcknowledged() throws {
    try withTemporaryDirectory { folder in
      var acknowledged: Set<String> = []
      for round in 0..<6 {
        let victim = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
        try victim.send(
          (0..<5).map {
            Modern.call(
              $0, "tasks_create",
              #"{"brief":"true","profile":"shell","workspace":"none","name":"n-\#(round)-\#($0)"}"#)
          })
        for _ in 0..<Int.random(in: 0...4) { _ = try victim.next() }
        #expect(try victim.server.process.signal(.kill))
        do {
          try victim.hearOut()
        } catch Program.Failure.unexpected {
          // Its last words may have been cut short.
        }
        let ids = victim.heard.compactMap { $0["result"]?["structuredContent"]?["id"]?.stringValue }
        #expect(ids.count == victim.heard.count)
        acknowledged.formUnion(ids)
      }
      let last = try Conversation(store: folder + "/store")
      let listed = try last.call("tasks_list", ["view": "all", "limit": 100, "max_bytes": 40_000])
      let stored = (listed["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
      #expect(stored.count == listed["total"]?.intValue && stored.count <= 30)
      #expect(acknowledged.isSubset(of: stored))
      // Also what was stored without having been acknowledged is whole.
      for id in stored { #expect(try last.end(of: id)["status"] == "completed", "\(id)") }
      #expect(try last.finish() == .exited(code: 0))
    }
  }

  /// Names the runner of a store by what it wrote about itself.
  static func runner(of store: String) throws -> ProcessIdentity {
    let text = try RealFileSystem().read(store + "/run/runner.json", limit: 1 << 16)
    let pid = Int32(try #require(try JSONValue.parse(text)["pid"]?.intValue))
    return ProcessIdentity(pid: pid, startTicks: try ProcessTable.startTicks(of: pid) ?? 0)
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Checks that tasks outlive whatever is killed around them.
struct SurvivalTests {
  /// A script that works until told to finish by a file, so that no test needs to guess a time.
  static func script(until flag: String) -> String {
    "echo begun; while [ ! -e '\(flag)' ]; do sleep 0.05; done; echo finished"
  }

  @Test(arguments: ["serve", "runner"])
  func aTaskEndsWellThoughItsCreatorOrRunnerIsKilled(_ victim: String) throws {
    try withTemporaryDirectory { folder in
      let first = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let flag = folder + "/go"
      let task = try first.createShellTask(Self.script(until: flag), in: folder)
      try #require(
        try eventually(within: .seconds(10)) {
          try first.call("tasks_get", ["task_id": .string(task)])["status"] == "running"
        })
      switch victim {
      case "serve":
        #expect(try first.server.process.signal(.kill))
      default:
        let runner = try Self.runner(of: folder + "/store")
        #expect(try ProcessTable.signal(runner, .kill))
      }
      try RealFileSystem().replace(flag, with: [])
      let second = try Conversation(store: folder + "/store")
      let ended = try second.end(of: task)
      #expect(ended["status"] == "completed", "\(ended.text)")
      let text = try second.text(of: task)
      #expect(text.contains("begun") && text.contains("finished"))
      #expect(try second.finish() == .exited(code: 0))
    }
  }

  @Test func twoServersSeeEachOthersChangesWithinFiftyMilliseconds() throws {
    try withTemporaryDirectory { folder in
      let writer = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let reader = try Conversation(store: folder + "/store")
      let flag = folder + "/go"
      let task = try writer.createShellTask(Self.script(until: flag), in: folder)
      #expect(try reader.call("tasks_get", ["task_id": .string(task)])["id"] == .string(task))

      // The reader waits; the writer's change must end the wait at once.
      try reader.send([
        Modern.call(7, "tasks_wait", #"{"task_ids":["\#(task)"],"until":"terminal"}"#)
      ])
      _ = try reader.say([])
      let cancelled = try writer.call("tasks_cancel", ["task_id": .string(task)])
      let answered = MonotonicTime.now
      #expect(cancelled["tasks"] != nil || cancelled["items"] != nil, "\(cancelled.text)")
      let woken = try reader.answer(7)["result"]?["structuredContent"]
      #expect(woken?["timedOut"] == false)
      #expect(MonotonicTime.now - answered < .milliseconds(50))
    }
  }

  /// Names the runner of a store by what it wrote about itself.
  static func runner(of store: String) throws -> ProcessIdentity {
    let text = try RealFileSystem().read(store + "/run/runner.json", limit: 1 << 16)
    let pid = Int32(try #require(try JSONValue.parse(text)["pid"]?.intValue))
    return ProcessIdentity(pid: pid, startTicks: try ProcessTable.startTicks(of: pid) ?? 0)
  }
}

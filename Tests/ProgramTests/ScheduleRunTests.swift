import JSON
import Posix
import TestSupport
import Testing

/// Checks through the real program that what comes due is made, once, whatever dies meanwhile.
struct ScheduleRunTests {
  private static var now: Timestamp { Timestamp(milliseconds: WallClock.nowMilliseconds()) }

  private func at(_ desk: CommandDesk, _ name: String, after milliseconds: Int64, _ script: String)
    throws
  {
    let due = Self.now.adding(milliseconds: milliseconds)
    _ = try desk.json([
      "schedule", "add", "--at", "\(due)", "--name", name, "--profile", "shell", script, "--json",
    ])
  }

  private func runs(_ desk: CommandDesk, of name: String) throws -> [JSONValue] {
    let words = ["list", "--created-by", "schedule \(name)", "--json"]
    return try desk.json(words)["items"]?.arrayValue ?? []
  }

  @Test func aTimeThatComesMakesTheTaskThatWasOrdered() throws {
    try withCommandDesk { desk in
      try at(desk, "soon", after: 3000, "echo ran in $PWD")
      let ended = try eventually(within: .seconds(60)) {
        try runs(desk, of: "soon").first?["status"] == "completed"
      }
      #expect(ended)
      let task = try #require(try runs(desk, of: "soon").first)
      let last = try desk.json(["schedule", "list", "--json"])["items"]?.arrayValue?.first?[
        "lastRun"]
      #expect(last?["outcome"] == "made" && last?["taskId"] == task["id"])
      #expect(try desk.errand(["schedule", "list"]).text.contains("made"))
      let text = try desk.errand(["logs", task["name"]?.stringValue ?? ""]).text
      #expect(text.contains("ran in"), "\(text)")
    }
  }

  @Test func aTimeThatWentByIsMadeUpForOnce() throws {
    try withCommandDesk { desk in
      try at(desk, "late", after: 3000, "true")
      let due = Self.now.adding(milliseconds: 3000)
      // No runner is there when the time comes, and somebody looks later.
      let isPast = try eventually {
        try dismissRunner(of: desk.store)
        return Self.now > due
      }
      #expect(isPast)
      let ended = try eventually(within: .seconds(60)) {
        _ = try desk.json(["schedule", "list", "--json"])
        return try runs(desk, of: "late").first?["status"] == "completed"
      }
      #expect(ended)
      #expect(try runs(desk, of: "late").count == 1)
    }
  }

  @Test func runnersThatAreKilledMakeEachRunOnce() throws {
    try withCommandDesk { desk in
      let names = (0..<12).map { "s\($0)" }
      for name in names {
        try at(desk, name, after: 3000, "true")
      }
      var random = SeededRandom(11)
      let deadline = MonotonicTime.after(.seconds(240))
      var left = names
      var kills = 0
      while !left.isEmpty, deadline > .now {
        // Two at once: one of them has the lock, the other must not do its work.
        let runners = try (0..<2).map { _ in try desk.start(["runner", "--no-console"]) }
        let until = MonotonicTime.after(.milliseconds(Int64.random(in: 5...260, using: &random)))
        _ = try Poller.wait([], until: until)
        for runner in runners { if try runner.process.signal(.kill) { kills += 1 } }
        for process in try ProcessTable.carrying(marker: "ERRAND_HOME=\(desk.store)")
        where process.name.hasPrefix("errand") {
          _ = try ProcessTable.signal(process.identity, .kill)
        }
        left = try left.filter { try runs(desk, of: $0).isEmpty }
      }
      #expect(left.isEmpty && kills > 0)
      _ = try desk.start(["runner", "--no-console"])
      for name in names {
        let ended = try eventually(within: .seconds(60)) {
          try runs(desk, of: name).allSatisfy {
            ["completed", "failed"].contains($0["status"]?.stringValue)
          }
        }
        #expect(ended)
        #expect(try runs(desk, of: name).count == 1, "\(name)")
      }
    }
  }
}

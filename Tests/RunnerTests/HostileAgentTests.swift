import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that nothing an agent does keeps its attempt from being ended for good.
@Suite struct HostileAgentTests {
  /// Is what the hostile agent can do; each name is its first argument.
  enum Mischief: String, CaseIterable, Sendable {
    case deaf, orphan, hidden, fill, invalid, line, closed, server, crowd, flight
  }

  /// Starts one and lends it once it has set up its mischief.
  private func withHostile(
    _ mischief: Mischief, limit: Int? = nil,
    _ body: (Stage, TaskRecord, _ held: String) throws -> Void
  ) throws {
    try withStage(["timeouts": ["grace": 1]]) { stage in
      let held = stage.base + "/held"
      let agent = try Program.hostileAgent()
      let task = try stage.create(
        "command", ["argv": [.string(agent), .string(mischief.rawValue), .string(held)]]
      ) { if let limit { $0.runningTimeoutSec = limit } }
      let runner = try stage.startRunner()
      try stage.wait(forFile: held)
      try body(stage, task, held)
      _ = consume runner
    }
  }

  @Test(arguments: Mischief.allCases)
  func nothingIsLeftAfterACancellation(_ mischief: Mischief) throws {
    try withHostile(mischief) { stage, created, held in
      let task = try stage.wait(for: created) { $0.status != .dispatched }
      try expectBoundedMemory(task)
      let before = MonotonicTime.now
      let ended = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil
      ).record
      // The one that is never there for long may have come to its own end before.
      #expect(ended.status == .cancelled || mischief == .flight, "\(ended.status)")
      #expect(try MonotonicTime.now - before < PromisedTime.bound(.seconds(9)))
      try expectNothingLeft(stage, ended, held)
    }
  }

  @Test(arguments: Mischief.allCases)
  func nothingIsLeftAfterATimeout(_ mischief: Mischief) throws {
    try withHostile(mischief, limit: 2) { stage, created, held in
      let task = try stage.wait(for: created) {
        // Looked at as long as there is somebody to look at.
        try? expectBoundedMemory($0)
        return $0.status.isTerminal
      }
      #expect(task.error?.code == .timeout || mischief == .flight, "\(task.status)")
      try expectNothingLeft(stage, task, held)
    }
  }

  @Test(arguments: [Mischief.deaf, .orphan, .hidden, .server, .crowd, .flight])
  func nothingIsLeftAfterItsSupervisorWasKilled(_ mischief: Mischief) throws {
    try withHostile(mischief) { stage, created, held in
      let task = try stage.wait(for: created) { $0.status != .dispatched }
      try stage.kill(supervisorOf: task)
      let ended = try stage.wait(for: task)
      // The one that is never there for long may have come to its own end before.
      #expect(ended.error?.code == .interrupted || mischief == .flight)
      try expectNothingLeft(stage, ended, held)
    }
  }

  private func expectNothingLeft(_ stage: Stage, _ task: TaskRecord, _ held: String) throws {
    #expect(task.latestAttempt?.survivors == [])
    #expect(try stage.processes(task).isEmpty)
    // Without looking at any table: every process of it has held this lock.
    #expect(try FileLock.tryAcquire(held) != nil, "somebody lives")
    let (files, limits) = (RealFileSystem(), Limits())
    let folder = stage.attemptFolder(task)
    var said = 0
    for name in try files.list(folder) where name.hasPrefix("messages-") {
      said += try files.size(folder + "/" + name)
    }
    #expect(said <= limits.messages + Self.word)
    for (name, limit) in [
      ("transcript.jsonl", limits.transcript), ("stderr.log", limits.errors),
    ] {
      #expect(try files.size(folder + "/" + name) <= limit + Self.word, "\(name)")
    }
  }

  /// What may be kept beyond a limit: the last message, and the word that something was cut.
  private static let word = 2 << 20

  private func expectBoundedMemory(_ task: TaskRecord) throws {
    guard ProcessFigures.exist, task.status == .running,
      let pid = task.latestAttempt?.executor?.supervisorPid
    else { return }
    let peak = try ProcessFigures.peakMemory(of: Int32(pid))
    #expect(peak < 150 << 20, "\(peak)")
  }
}

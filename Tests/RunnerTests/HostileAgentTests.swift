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

    /// Tells which logs it fills, saying things without end.
    var filled: [String] {
      switch self {
      case .fill: ["messages-", "transcript.jsonl", "stderr.log"]
      case .invalid: ["messages-", "transcript.jsonl"]
      // What it says is a message only once the line has ended.
      case .line: ["transcript.jsonl"]
      case .deaf, .orphan, .hidden, .closed, .server, .crowd, .flight: []
      }
    }
  }

  private static let grace = 1
  /// What a machine that is busy with other tests may take, beside the grace time, until nobody is
  /// left and the end is written.
  private static let slack = Duration.seconds(5)

  /// Who fills the transcript has said several times what the messages may hold.
  private static let limits: JSONValue = [
    "messagesMiB": 1, "transcriptMiB": 5, "errorsMiB": 5,
  ]
  /// What may be kept beyond a limit: the last message, and the word that something was cut.
  private static let word = 2 << 20

  /// Starts one and lends it once it has set up its mischief.
  private func withHostile(
    _ mischief: Mischief, limit: Int? = nil,
    _ body: (Stage, TaskRecord, _ held: String) throws -> Void
  ) throws {
    let timeouts: JSONValue = ["grace": .integer(Self.grace)]
    try withStage(["timeouts": timeouts, "limits": Self.limits]) { stage in
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
      for name in mischief.filled {
        #expect(try eventually { try isCut(name, stage, task) }, "\(name)")
      }
      try expectBoundedMemory(task)
      let before = MonotonicTime.now
      let ended = try Canceller.cancel(
        .id(task.id), in: stage.store, by: Stage.actor, reason: nil
      ).record
      // The one that is never there for long may have come to its own end before.
      #expect(ended.status == .cancelled || mischief == .flight, "\(ended.status)")
      try expectInTime(MonotonicTime.now - before)
      try expectNothingLeft(stage, ended, held)
    }
  }

  @Test(arguments: Mischief.allCases)
  func nothingIsLeftAfterATimeout(_ mischief: Mischief) throws {
    let limit = 2
    try withHostile(mischief, limit: limit) { stage, created, held in
      // By now it has run for a while.
      let before = MonotonicTime.now
      let task = try stage.wait(for: created) {
        // Looked at as long as there is somebody to look at.
        try? expectBoundedMemory($0)
        return $0.status.isTerminal
      }
      try expectInTime(MonotonicTime.now - before - .seconds(limit))
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

  /// Judges how long an end has taken: shorter than with the usual grace time, which is 5 s.
  private func expectInTime(_ took: Duration) throws {
    #expect(try took < PromisedTime.bound(.seconds(Self.grace) + Self.slack))
  }

  private func expectNothingLeft(_ stage: Stage, _ task: TaskRecord, _ held: String) throws {
    #expect(task.latestAttempt?.survivors == [])
    #expect(try stage.processes(task).isEmpty)
    // Without looking at any table: every process of it has held this lock.
    #expect(try FileLock.tryAcquire(held) != nil, "somebody lives")
    for (name, limit) in [
      ("messages-", "messagesMiB"), ("transcript.jsonl", "transcriptMiB"),
      ("stderr.log", "errorsMiB"),
    ] {
      let most = (Self.limits[limit]?.intValue ?? 0) << 20
      #expect(try log(name, stage, task).count <= most + Self.word, "\(name)")
    }
  }

  /// Gives a log, or what begins like its name, as far as it is written.
  private func log(_ name: String, _ stage: Stage, _ task: TaskRecord) throws -> [UInt8] {
    let (files, folder) = (RealFileSystem(), stage.attemptFolder(task))
    let parts = try files.list(folder).filter { $0.hasPrefix(name) }.sorted()
    return try parts.flatMap { try files.read(folder + "/" + $0) }
  }

  /// Tells whether it says that it goes no further.
  private func isCut(_ name: String, _ stage: Stage, _ task: TaskRecord) throws -> Bool {
    let end = String(decoding: try log(name, stage, task).suffix(2000), as: UTF8.self)
    return end.contains(name == "messages-" ? "limits.messagesMiB" : "the limit]")
  }

  private func expectBoundedMemory(_ task: TaskRecord) throws {
    guard ProcessFigures.exist, task.status == .running,
      let pid = task.latestAttempt?.executor?.supervisorPid
    else { return }
    let peak = try ProcessFigures.peakMemory(of: Int32(pid))
    #expect(peak < 64 << 20, "\(peak)")
  }
}

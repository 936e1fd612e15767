import Agents
import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Is a throw-away store with a configuration, on which the built program runs tasks.
struct Stage {
  let base: String
  let store: TaskStore

  var root: String { base + "/store" }
  var environment: [String: String] {
    [
      "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "HOME": base, "ERRAND_HOME": root,
      "ERRAND_CONFIG": base + "/config.json",
    ]
  }

  static let actor = Actor(kind: .cli, name: "test")

  /// Creates a task of type `command`; most tests need no more than a script.
  func create(
    _ script: String, directory: String? = nil, _ adjust: (inout TaskSpec) -> Void = { _ in }
  ) throws -> TaskRecord {
    try create("command", ["script": .string(script)], directory: directory, adjust)
  }

  func create(
    _ type: String, _ input: JSONValue, directory: String? = nil,
    _ adjust: (inout TaskSpec) -> Void = { _ in }
  ) throws -> TaskRecord {
    let cid = ContentID(json: try input.canonical)
    var spec = TaskSpec(
      name: "t-\(UInt32.random(in: 0 ... .max))", title: "t", taskType: type, input: input,
      inputCid: cid, inputSchemaCid: cid,
      launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
    spec.launch.environment = try store.storeEnvironment(["PATH": environment["PATH"] ?? ""])
    spec.directory = directory
    adjust(&spec)
    let record = try store.create(spec, by: Self.actor, nameIsGiven: false).record
    try store.sync()
    return record
  }

  func startRunner() throws -> RunningProgram {
    try Program.start(["runner"], environment: environment)
  }

  func now(_ record: TaskRecord) throws -> TaskRecord { try store.task(.id(record.id)) }

  /// Waits until a task has the status, and gives it.
  func wait(
    for record: TaskRecord, within limit: Duration = .seconds(60),
    _ condition: (TaskRecord) -> Bool = { $0.status.isTerminal }
  ) throws -> TaskRecord {
    let reached = try eventually(within: limit) { condition(try now(record)) }
    let latest = try now(record)
    #expect(reached, "it is \(latest.status), \(latest.statusMessage ?? "")")
    return latest
  }

  /// Runs one task to its end under a runner of its own.
  func run(
    _ script: String, directory: String? = nil, within limit: Duration = .seconds(60),
    _ adjust: (inout TaskSpec) -> Void = { _ in }
  ) throws -> TaskRecord {
    let record = try create(script, directory: directory, adjust)
    let runner = try startRunner()
    let ended = try wait(for: record, within: limit)
    _ = consume runner
    return ended
  }

  /// Waits until a file has been written by a task.
  func wait(forFile path: String) throws {
    #expect(try eventually { Look.at(path)?.size ?? 0 > 0 }, "\(path) was not written")
  }

  func attemptFolder(_ record: TaskRecord) -> String {
    store.layout.attemptFolder(of: record, record.attemptCount)
  }

  func messages(_ record: TaskRecord) throws -> [MessageBody] {
    var query = MessageQuery()
    query.limit = 1000
    query.maxBytes = 64 << 20
    return try MessageReader(folder: attemptFolder(record)).read(query).items.map(\.body)
  }

  /// All text an attempt wrote, as it was stored.
  func text(_ record: TaskRecord) throws -> String {
    try messages(record).compactMap { if case .text(let text) = $0 { text } else { nil } }
      .joined(separator: "\n")
  }

  /// Ends a runner that a supervisor may have started after its own was killed.
  func endRunner() {
    guard let bytes = try? RealFileSystem().read(store.layout.runnerJSON),
      let presence = try? JSONValue.parse(bytes), let pid = presence["pid"]?.intValue,
      let runner = try? ProcessTable.record(of: Int32(pid)), runner.name.hasPrefix("errand")
    else { return }
    _ = try? ProcessTable.signal(runner.identity, .kill)
  }

  /// Ends the owner of a running attempt as a crash would.
  func kill(supervisorOf task: TaskRecord) throws {
    let pid = try #require(task.latestAttempt?.executor?.supervisorPid)
    let supervisor = try #require(try ProcessTable.record(of: Int32(pid)))
    #expect(supervisor.name.hasPrefix("errand"))
    try ProcessTable.signal(supervisor.identity, .kill)
  }

  /// Every process that runs and bears the attempt's mark, whole or as a part of it.
  func processes(_ record: TaskRecord) throws -> [ProcessRecord] {
    let n = record.attemptCount
    return try ProcessTable.carrying(marker: "ERRAND_ATTEMPT=\(record.id)/\(n)")
      + ProcessTable.carrying(marker: AttemptMark(record.id, n, in: root).entry)
  }
}

/// Lends a stage; whatever still runs at the end is cancelled.
func withStage(_ configuration: JSONValue = [:], _ body: (Stage) throws -> Void) throws {
  try withTemporaryDirectory { base in
    try writeFile(base + "/config.json", configuration.text)
    let stage = Stage(base: base, store: try TaskStore.open(base + "/store"))
    defer {
      stage.endRunner()
      // The test's own failure is the one to tell.
      if let active = try? stage.store.activeTasks() {
        _ = Canceller.cancel(
          active.map { .id($0.id) }, in: stage.store, by: Stage.actor, reason: nil)
      }
    }
    try body(stage)
  }
}

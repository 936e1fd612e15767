import JSON
import MCP
import Posix
import Runner
import Synchronization
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Is a real store in a directory of its own, with everything the tools need and no runner.
struct House: Sendable {
  let root: String
  let workshop: Workshop
  let toolbox: Toolbox
  /// Counts how often a runner was asked for.
  let runners: RunnerCount
  private let owner: Owner

  /// Holds the locks of attempts that somebody is to own.
  private final class Owner: Sendable {
    final class Kept: Sendable {
      let lock: FileLock
      init(_ lock: consuming FileLock) { self.lock = lock }
    }
    let kept = Mutex<[Kept]>([])
  }

  final class RunnerCount: Sendable {
    private let asked = Atomic(0)
    func add() { asked.add(1, ordering: .relaxed) }
    var number: Int { asked.load(ordering: .relaxed) }
  }

  var work: String { Path.join(root, "work") }
  var storeRoot: String { Path.join(root, "store") }
  var configurationFile: String { Path.join(root, "config/config.json") }

  /// Is a chat client: it has no leave for commands of its own.
  static let client = Caller.chat(name: "test-client 1.0")
  static let person = Caller.terminal(user: "ann")

  init(_ root: String, _ change: (inout Workshop.Setting) -> Void = { _ in }) throws {
    self.root = root
    let count = RunnerCount()
    runners = count
    owner = Owner()
    for folder in ["home", "work", "config", "bin"] {
      try RealFileSystem().createDirectory(Path.join(root, folder))
    }
    let environment = [
      "HOME": Path.join(root, "home"), "PATH": Path.join(root, "bin"),
      "ERRAND_CONFIG": Path.join(root, "config/config.json"),
    ]
    var setting = Workshop.Setting(
      environment: environment, storeRoot: Path.join(root, "store"),
      startDirectory: Path.join(root, "work"), build: Build(version: "1.2.3", build: "test")
    ) { _ in count.add() }
    change(&setting)
    workshop = Workshop(setting)
    toolbox = try Toolbox.current(workshop)
  }

  private init(reopening house: House, pass: AttemptPass? = nil) {
    root = house.root
    runners = house.runners
    owner = house.owner
    var setting = house.workshop.setting
    setting.pass = pass
    workshop = Workshop(setting)
    toolbox = Toolbox(workshop, choice: ToolChoice(toolsets: Toolset.allCases))
  }

  /// Gives a house on the same store that remembers nothing of what the other knew.
  static func reopened(_ house: House) -> House { House(reopening: house) }

  /// Gives what an agent sees of a house while it works on a task that was started.
  func inside(_ task: TaskRecord, patience: Int = 20) throws -> House {
    let attempt = try #require(try store().task(.id(task.id)).latestAttempt)
    let pass = AttemptPass(
      store: storeRoot, task: task.id, attemptN: attempt.attemptN, leaseId: attempt.leaseId,
      patienceSec: patience)
    return House(reopening: self, pass: pass)
  }

  func store() throws -> TaskStore { try workshop.store() }

  /// Calls a tool, checks the result against the tool's own promise, and gives it.
  @discardableResult
  func call(
    _ tool: String, _ arguments: JSONObject = [:], as caller: Caller = Self.person
  ) throws -> JSONValue {
    let operation = try #require(toolbox[tool])
    let answer = try toolbox.answer(tool, arguments, caller)
    guard let promise = operation.tool.entry["outputSchema"] else { return answer }
    let faults = try Schema(promise).validate(answer)
    #expect(faults.isEmpty, "\(tool): \(faults)\n\(answer.text.prefix(600))")
    return answer
  }

  /// Calls a tool that must refuse, checks that it stored nothing, and gives the refusal.
  func refusal(
    _ tool: String, _ arguments: JSONObject = [:], as caller: Caller = Self.person
  ) throws -> ToolFailure {
    let before = try store().number()
    do throws(ToolFailure) {
      let answer = try toolbox.perform(tool, arguments, caller)
      Issue.record("\(tool) did not refuse: \(answer)")
      throw ToolFailure(code: "none", summary: "")
    } catch {
      #expect(try store().number() == before, "something was stored")
      return error
    }
  }

  /// Creates a shell task that nobody will run.
  @discardableResult
  func task(_ brief: String = "true", _ more: JSONObject = [:]) throws -> TaskRecord {
    var arguments: JSONObject = ["brief": .string(brief), "profile": "shell"]
    for (key, value) in more { arguments[key] = value }
    let answer = try call("tasks_create", arguments)
    let id = try #require(answer["id"]?.stringValue.flatMap { TaskID($0) })
    return try store().task(.id(id))
  }

  /// Tells the store something about a task, as a supervisor would.
  @discardableResult
  func tell(_ task: TaskRecord, _ event: TaskEvent) throws -> TaskRecord {
    let by = Actor(kind: .supervisor, name: "test")
    let record = try store().change(.id(task.id), by: by) { _ in event }
    try store().sync()
    return record
  }

  /// Begins an attempt that has no process.
  @discardableResult
  func start(_ task: TaskRecord) throws -> TaskRecord {
    let number = task.attemptCount + 1
    try tell(task, .claimed(Claim(attemptN: number, leaseId: "lease", profile: "shell")))
    let executor = Executor(
      agent: "shell", host: "here", pid: 1 << 22, startedAtTicks: 1, supervisorPid: 1 << 22)
    return try tell(
      task,
      .started(
        Start(
          attemptN: number, leaseId: "lease", executor: executor,
          workspace: AttemptWorkspace(mode: .sharedMount, path: work))))
  }

  /// Owns the latest attempt for as long as the house stands, as a supervisor that lives.
  func own(_ task: TaskRecord) throws {
    let number = try store().task(.id(task.id)).attemptCount
    guard let lock = try store().lockAttempt(task.id, number) else {
      Issue.record("somebody owns it already")
      return
    }
    let kept = Owner.Kept(lock)
    owner.kept.withLock { $0.append(kept) }
  }

  /// Ends the latest attempt.
  @discardableResult
  func end(
    _ task: TaskRecord, _ outcome: Settlement.Outcome = .completed, output: JSONValue? = nil,
    summary: String? = nil
  ) throws -> TaskRecord {
    let number = try store().task(.id(task.id)).attemptCount
    return try tell(
      task,
      .settled(
        Settlement(
          attemptN: number, leaseId: "lease", outcome: outcome, output: output, summary: summary,
          exit: ProcessExit(code: 0))))
  }

  /// Writes messages of the latest attempt.
  func say(_ task: TaskRecord, _ bodies: [MessageBody]) throws {
    let record = try store().task(.id(task.id))
    let folder = try store().layout.attemptFolder(of: record, record.attemptCount)
    try RealFileSystem().createDirectories(folder)
    let writer = try MessageLog.Writer(folder: folder)
    for body in bodies { _ = try writer.append(body) }
    try writer.sync()
  }
}

/// Lends a house and takes it down.
func withHouse(_ body: (House) throws -> Void) throws {
  try withTemporaryDirectory { try body(House($0)) }
}

/// Lends a house whose chat clients may run commands.
func withCommandsAllowed(_ body: (House) throws -> Void) throws {
  try withTemporaryDirectory { root in
    try body(House(root) { $0.allowsCommands = true })
  }
}

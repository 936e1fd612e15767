import JSON
import Posix
import TaskStore
import Tasks

/// Makes the values store tests need, with nothing in them that a test does not say.
enum Sample {
  static let client = Actor(kind: .client, name: "test 1")
  static let runner = Actor(kind: .runner, name: "runner")

  static func spec(
    _ name: String, key: IdempotencyKey? = nil, change: (inout TaskSpec) -> Void = { _ in }
  ) -> TaskSpec {
    let input: JSONValue = ["brief": .string("do \(name)")]
    let content = ContentID(json: input.bytes)
    var spec = TaskSpec(
      name: name, title: "Title of \(name)", taskType: "freeform", input: input, inputCid: content,
      inputSchemaCid: content,
      launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
    spec.idempotency = key
    change(&spec)
    return spec
  }

  static func claim(_ attemptN: Int = 1) -> TaskEvent {
    .claimed(Claim(attemptN: attemptN, leaseId: "lease", profile: "shell"))
  }

  static let started = TaskEvent.started(
    Start(
      attemptN: 1, leaseId: "lease",
      executor: Executor(agent: "shell", host: "here", pid: 1, startedAtTicks: 1, supervisorPid: 1),
      workspace: AttemptWorkspace(mode: .none, path: "/")))

  /// Makes a schedule that is due every minute.
  static func schedule(
    _ name: String, _ rhythm: Rhythm = .interval(seconds: 60, from: begin),
    environment: ContentID = ContentID(raw: []), content: [ContentID] = []
  ) -> Schedule {
    var random = SystemRandomNumberGenerator()
    return Schedule(
      id: TaskID.make(at: .now, using: &random), name: name, rhythm: rhythm, zone: "Europe/Berlin",
      overlap: .queue, missed: .skip, startsAt: begin, endsAt: nil, order: ["brief": "b"],
      team: "local",
      making: Schedule.Making(
        startDirectory: "/", environment: environment, content: content, mayRunCommands: false),
      createdBy: client, createdAt: begin)
  }

  static let begin = Timestamp(milliseconds: 1_800_000_000_000)

  static func settled(_ outcome: Settlement.Outcome = .completed) -> TaskEvent {
    .settled(Settlement(attemptN: 1, leaseId: "lease", outcome: outcome))
  }
}

extension TaskStore {
  /// Creates a task and makes it durable.
  @discardableResult
  func add(
    _ name: String, change: (inout TaskSpec) -> Void = { _ in }
  ) throws(StoreError) -> TaskRecord {
    let made = try create(Sample.spec(name, change: change), by: Sample.client, nameIsGiven: true)
    try sync()
    return made.record
  }

  /// Applies an event to a task found by name.
  @discardableResult
  func apply(_ event: TaskEvent, to name: String) throws(StoreError) -> TaskRecord {
    let record = try change(TaskReference(name), by: Sample.runner) { _ in event }
    try sync()
    return record
  }

  /// Gives every task there is, oldest first.
  func all() throws(StoreError) -> [TaskRecord] {
    var query = TaskQuery()
    query.order = .oldest
    query.limit = 100_000
    return try list(query).items
  }
}

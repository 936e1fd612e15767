import JSON
import Posix
import TestSupport
import Testing

/// Is a command line whose tasks a real agent does, with a stand-in for its model.
struct AgentDesk {
  let desk: CommandDesk
  let agent: RealAgent

  /// Holds what became of a task, as the terminal tells it.
  struct End {
    let task: JSONValue
    let messages: [JSONValue]

    /// Joins status and reason: `failed (timeout)`.
    var standing: String {
      let reason = task["statusReason"]?.stringValue.map { " (\($0))" } ?? ""
      return (task["status"]?.stringValue ?? "") + reason
    }
    var tokens: Int {
      ["inputTokens", "outputTokens", "cacheReadTokens"].reduce(0) {
        $0 + (task["usage"]?[$1]?.intValue ?? 0)
      }
    }
    func messages(of kind: String) -> [JSONValue] {
      messages.filter { $0["kind"]?.stringValue == kind }.compactMap { $0["payload"] }
    }
  }

  /// Starts a task and leaves it to itself; gives its id.
  func start(_ brief: String = "Do the task.", _ options: [String] = []) throws -> String {
    try start(by: ["run", "--profile", agent.rawValue] + options + [brief])
  }

  /// Starts a task by a command of that kind; gives its id.
  func start(by command: [String]) throws -> String {
    let arguments = command + ["--json"]
    let keys = [agent.key: StandIn.key, RealAgent.planToken: StandIn.key]
    let outcome = try desk.errand(arguments, environment: keys)
    try #require(outcome.status == .exited(code: 0), "\(outcome.errorText)")
    let task = try JSONValue.parse(outcome.output.dropLast(outcome.output.last == 10 ? 1 : 0))
    return try #require(task["id"]?.stringValue)
  }

  /// Waits until a task asks something, and gives its question.
  func question(of id: String) throws -> JSONValue {
    var task: JSONValue = [:]
    let asks = try eventually(within: .seconds(60)) {
      task = try desk.json(["get", id, "--json"])
      return task["status"] == "input_required"
    }
    try #require(asks, "\(task.text)")
    return try #require(task["pendingRequests"]?.arrayValue?.first)
  }

  /// Runs a task to its end.
  func run(_ brief: String = "Do the task.", _ options: [String] = []) throws -> End {
    try end(of: try start(brief, options))
  }

  /// Waits until a task rests, and reads what became of it.
  func end(of id: String) throws -> End {
    var task: JSONValue = [:]
    let rests = try eventually(within: .seconds(90)) {
      task = try desk.json(["get", id, "--json"])
      let status = task["status"]?.stringValue ?? ""
      return !["queued", "dispatched", "running"].contains(status)
    }
    #expect(rests, "it is \(task["status"]?.stringValue ?? "")")
    let log = try desk.errand(["logs", id, "--json"]).text
    return End(
      task: task,
      messages: try log.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) })
  }

  /// Checks that nothing of ended tasks is left: no process, no secret, no held lock.
  func expectNothingLeft(of id: String) throws {
    let left = try ProcessTable.carrying(marker: "ERRAND_ATTEMPT=\(id)/1")
    #expect(left.isEmpty, "\(left.map(\.name))")
    let files = try Program.run(
      ["-rlF", StandIn.key, desk.store], executable: "/bin/grep", environment: desk.environment)
    #expect(files.text.isEmpty, "the key stands in \(files.text)")
    let locks = try Program.run(
      [desk.store + "/tasks", "-name", "lock"], executable: "/usr/bin/find",
      environment: desk.environment)
    for lock in locks.text.split(separator: "\n") where lock.contains(id) {
      // Its owner lets go of it once the end is written.
      #expect(try eventually { try FileLock.tryAcquire(String(lock)) != nil }, "\(lock) is held")
    }
  }
}

/// Lends a desk in a repository, where the agent's model says what it is told.
func withAgent(
  _ agent: RealAgent, _ turns: [JSONValue], rules: [JSONValue] = [], permissionMode: String = "all",
  configuration more: JSONObject = [:], hasPlan: Bool = false, _ body: (AgentDesk) throws -> Void
) throws {
  try withCommandDesk { desk in
    try Git.makeRepository(at: desk.folder)
    let model = try StandIn(StandIn.scenario(turns, rules: rules), in: Path.parent(desk.folder))
    let home = Path.parent(desk.folder) + "/home"
    try agent.furnish(home, model)
    var configuration = more
    configuration["profiles"] = [
      agent.profile(model, home: home, permissionMode: permissionMode, hasPlan: hasPlan)
    ]
    try writeFile(desk.configuration, JSONValue.object(configuration).text)
    try body(AgentDesk(desk: desk, agent: agent))
    _ = consume model
  }
}

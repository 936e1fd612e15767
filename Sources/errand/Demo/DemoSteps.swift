import Agents
import JSON
import MCP
import Posix
import Tasks

/// Is the path itself, step by step.
struct DemoSteps {
  let house: DemoHouse
  let demo: Demo

  /// Does real work: writes and commits a file, and leaves a report.
  private static let work = """
    set -eu
    echo "Working in $PWD as attempt $ERRAND_ATTEMPT_N"
    printf 'Hello from a background task.\\n' > hello.txt
    git add hello.txt
    git -c user.name='Errand demo' -c user.email=demo@localhost -c commit.gpgsign=false \\
      commit --quiet --message 'Say hello'
    printf '# Report\\n\\nCommitted %s.\\n' "$(git rev-parse HEAD)" > "$ERRAND_ARTIFACTS/report.md"
    echo "Committed $(git log -1 --format=%s)"
    """

  /// Starts a family of processes that would run for minutes, in several generations.
  private static let family = """
    sleep 300 &
    (sleep 301 & sleep 302 & echo family ready; wait) &
    (nohup sleep 303 > /dev/null 2>&1 &)
    wait
    """

  func walk() throws {
    try demo.say("errand demo: a client, a server and a task, over real pipes\n")
    try house.git(["init", "--quiet"])
    try house.git(["commit", "--quiet", "--allow-empty", "--message", "Begin"])
    try demo.done("Made a throw-away store and a git repository in \(house.root)")

    let modern = try DemoConnection(house.server("demo"), speaking: .july2026)
    do {
      try discover(modern)
      let task = try create(modern)
      try watch(task, modern)
      try attempts(task, modern)
      try messages(task, modern)
      try artifacts(task, modern)
      try modern.leave()
      try demo.done("Closed the first connection: the server ended with 0")
    } catch {
      modern.abandon()
      throw error
    }

    let legacy = try DemoConnection(house.server("demo-legacy"), speaking: .november2025)
    do {
      try list(legacy)
      try cancelFamily(legacy)
      try legacy.leave()
      try demo.done("Closed the second connection: the server ended with 0")
    } catch {
      legacy.abandon()
      throw error
    }
  }

  private func discover(_ server: DemoConnection) throws {
    let found = try server.request("server/discover")
    let versions = found["supportedVersions"]?.arrayValue?.compactMap(\.stringValue) ?? []
    try insist("the server speaks 2026-07-28", versions.contains(ProtocolVersion.july2026.rawValue))
    let tools = try server.request("tools/list")["tools"]?.arrayValue ?? []
    try insist("the server offers tools", !tools.isEmpty)
    try demo.done(
      "Connected with server/discover (2026-07-28): \(tools.count) tools",
      [tools.compactMap { $0["name"]?.stringValue }.joined(separator: " ")])
  }

  private func create(_ server: DemoConnection) throws -> String {
    let task = try server.tool(
      "tasks_create",
      [
        "title": "Say hello in the project", "brief": .string(Self.work), "profile": "shell",
        "directory": .string(house.repository), "idempotency_key": "demo-1",
      ])
    let status = task["status"]?.stringValue ?? ""
    try demo.done("tasks_create: \(TaskText.name(of: task)) is stored and \(status)")
    return TaskText.id(of: task)
  }

  private func watch(_ task: String, _ server: DemoConnection) throws {
    let answer = try server.tool(
      "tasks_wait",
      ["task_ids": .array([.string(task)]), "until": "terminal", "timeout_sec": 10])
    try insist("the task ends within 10 s", answer["timedOut"]?.boolValue == false)
    let found = try server.tool("tasks_get", ["task_id": .string(task)])
    try insist(
      "the task completes, not \(TaskText.standing(of: found))",
      TaskText.status(of: found) == .completed)
    let log = try house.git(["log", "--format=%s"])
    try insist("the repository has the commit", log.hasPrefix("Say hello\n"))
    let now = WallClock.nowMilliseconds()
    let plain = Terminal(width: nil, hasColours: false)
    try demo.done(
      "tasks_wait: woken by the end", [TaskText.summary(of: found, now: now, plain)])
  }

  private func attempts(_ task: String, _ server: DemoConnection) throws {
    let answer = try server.tool("tasks_attempts_list", ["task_id": .string(task)])
    let items = answer["items"]?.arrayValue ?? []
    try insist("there is one attempt, not \(items.count)", items.count == 1)
    let exit = items[0]["exit"]?["code"]?.intValue
    try insist("its process ended with 0", exit == 0)
    try demo.done(
      "tasks_attempts_list: attempt 1 \(items[0]["status"]?.stringValue ?? ""), exit code 0")
  }

  private func messages(_ task: String, _ server: DemoConnection) throws {
    let answer = try server.tool("tasks_messages_list", ["task_id": .string(task)])
    let items = answer["items"]?.arrayValue ?? []
    let said = items.filter { $0["kind"]?.stringValue == "text" }
      .map { TaskText.block($0["payload"]?["text"]) }.joined(separator: "\n")
    try insist("the messages hold what the task said", said.contains("Committed Say hello"))
    try demo.done(
      "tasks_messages_list: \(items.count) messages",
      said.split(separator: "\n").prefix(4).map { "| " + $0 })
  }

  private func artifacts(_ task: String, _ server: DemoConnection) throws {
    let answer = try server.tool("tasks_artifacts_list", ["task_id": .string(task)])
    let items = answer["artifacts"]?.arrayValue ?? []
    let report = try insist(
      "report.md is among the artifacts", items.first { $0["title"]?.stringValue == "report.md" })
    let diff = try insist(
      "the change is kept as a diff", items.first { $0["kind"]?.stringValue == "diff" })
    try demo.done(
      "tasks_artifacts_list: \(items.count) artifacts",
      [report, diff].map { "\(TaskText.line($0["title"])) (\(TaskText.line($0["kind"])))" })

    for artifact in [report, diff] {
      let cid = artifact["cid"]?.stringValue ?? ""
      let result = try server.content(
        "tasks_artifacts_download", ["task_id": .string(task), "cid": .string(cid)])
      let text = result["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
      let computed = ContentID(raw: Array(text.utf8)).description
      try insist("the content id of the bytes is \(cid), not \(computed)", computed == cid)
      try demo.done(
        "tasks_artifacts_download: \(TaskText.line(artifact["title"])), its content id computed "
          + "again", [cid])
    }
  }

  private func list(_ server: DemoConnection) throws {
    let answer = try server.tool("tasks_list", ["view": "all"])
    let items = answer["items"]?.arrayValue ?? []
    try insist("the second server sees the task of the first", items.count == 1)
    try demo.done("Connected with initialize (2025-11-25): the same store, the same task")
  }

  private func cancelFamily(_ server: DemoConnection) throws {
    let task = try server.tool(
      "tasks_create",
      [
        "title": "A family of long sleeps", "brief": .string(Self.family), "profile": "shell",
        "directory": .string(house.repository),
      ])
    let id = TaskText.id(of: task)
    let family = try grownUp(id, server)
    try demo.done("Started a second task: \(family.count) processes in several generations")

    let before = MonotonicTime.now
    _ = try server.tool("tasks_cancel", ["task_id": .string(id), "reason": "demo"])
    let found = try server.tool("tasks_get", ["task_id": .string(id)])
    try insist(
      "the task is cancelled, not \(TaskText.standing(of: found))",
      TaskText.status(of: found) == .cancelled)
    let left = try family.filter { try ProcessTable.isAlive($0.identity) }
    try insist(
      "none of its processes is left: \(left.map { "\($0.name) \($0.pid)" })", left.isEmpty)
    let time = Figures.duration(milliseconds: (MonotonicTime.now - before).milliseconds)
    try demo.done(
      "tasks_cancel: cancelled in \(time); none of the \(family.count) processes is left",
      [family.map { "\($0.pid)" }.joined(separator: " ")])
  }

  /// Waits until all of the family runs; gives its processes, found by the attempt's marker.
  private func grownUp(_ id: String, _ server: DemoConnection) throws -> [ProcessRecord] {
    let marker = "\(AgentEnvironment.Name.attempt)=\(id)/1"
    let deadline = MonotonicTime.after(.seconds(8))
    while deadline.remaining > .zero {
      let family = try ProcessTable.carrying(marker: marker)
      if family.filter({ $0.name == "sleep" }).count == 4 { return family }
      _ = try server.tool(
        "tasks_messages_list", ["task_id": .string(id), "wait_sec": 1, "after_seq": 0])
    }
    throw DemoFailure.notTrue("the second task runs within 8 s")
  }
}

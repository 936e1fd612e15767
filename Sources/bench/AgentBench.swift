import JSON
import Posix

/// Measures the way of a task through the real programs: created, started, read, cancelled.
struct AgentBench {
  let programs: WireBench.Programs
  let folder: String
  let rounds: Int
  /// Is a store of some size to do it on, and what that is called; nil for a new one. A large one may
  /// take half as much memory again.
  var store: (root: String, size: String, isLarge: Bool)?

  private var environment: [String: String] {
    var environment = programs.environment
    if let store { environment["ERRAND_HOME"] = store.root }
    return environment
  }

  /// Says for which store a figure holds.
  private func named(_ name: String) -> String {
    store.map { "\(name), \($0.size) tasks" } ?? name
  }

  func run(_ report: inout Report) throws {
    if store == nil { report.heading("Tasks (the real programs)") }
    let server = try Peer(
      programs.errand, ["serve", "--allow-commands"], environment: environment)
    let call = ToolCaller(server).call
    func run(_ script: String) throws -> (created: Double, ended: Double, id: JSONValue) {
      let start = MonotonicTime.now
      let task = try call(
        "tasks_create",
        ["brief": .string(script), "profile": "shell", "directory": .string(folder)])
      let created = seconds(since: start)
      let id = task["id"] ?? .null
      _ = try call("tasks_wait", ["task_ids": [id], "until": "terminal", "timeout_sec": 40])
      return (created, seconds(since: start), id)
    }
    _ = try run("true")  // starts the runner
    var created: [Double] = []
    var started: [Double] = []
    var ended: [Double] = []
    let mark = folder + "/started"
    for _ in 0..<max(3, rounds / 50) {
      let before = WallClock.nowMilliseconds()
      let times = try run("date +%s%N > '\(mark)'")
      created.append(times.created)
      ended.append(times.ended)
      let text = String(decoding: try RealFileSystem().read(mark, limit: 64), as: UTF8.self)
      let at = Double(text.filter(\.isNumber)) ?? .nan
      started.append(at / 1e6 - Double(before))
    }
    let spawns = try timed(20) { _ in
      let child = try ChildProcess.spawn(ProcessSpec(executable: "/bin/true"))
      _ = try child.waitForExit()
      _ = try child.reap()
    }
    report.add(
      Figure(name: named("tasks_create answered"), value: created.median * 1e3, unit: "ms"))
    report.add(
      Figure(
        name: named("tasks_create → the agent runs"), value: started.median, unit: "ms",
        yardstick: ("a bare spawn", spawns.median * 1e3), goal: .atMost(10)))
    report.add(
      Figure(
        name: named("tasks_create → run → settled → seen"), value: ended.median * 1e3, unit: "ms",
        yardstick: ("a bare spawn", spawns.median * 1e3)))
    try ingest(&report, run)
    try memory(&report, server, call)
    if store == nil { try idle(&report, server) }
    let runners = try ProcessTable.children(of: server.pid)
    try server.finish()
    for runner in runners { _ = try ProcessTable.signal(runner.identity, .terminate) }
  }

  /// Measures an agent that writes as fast as it can, beside `cat` into a file.
  private func ingest(
    _ report: inout Report,
    _ run: (String) throws -> (created: Double, ended: Double, id: JSONValue)
  ) throws {
    let source = folder + "/lines.txt"
    let line = String(repeating: "a line of an agent's output. ", count: 10) + "\n"
    let lines = 20_000
    let file = try RealFileSystem().createFile(source)
    try file.append(Array(String(repeating: line, count: lines).utf8))
    let idle = try run("true").ended
    let took = try run("cat '\(source)'").ended - idle
    let plain = try timed(3) { _ in
      let child = try ChildProcess.spawn(
        ProcessSpec(
          executable: "/bin/sh",
          arguments: ["-c", "cat '\(source)' | cat > '\(folder)/copy.txt'"]))
      _ = try child.waitForExit()
      _ = try child.reap()
    }
    report.add(
      Figure(
        name: named("taking in an agent's line"), value: took / Double(lines) * 1e6, unit: "µs",
        yardstick: ("cat into a file", plain.median / Double(lines) * 1e6), goal: .atMost(1.3)))
  }

  private func memory(
    _ report: inout Report, _ server: Peer, _ call: (String, JSONValue) throws -> JSONValue
  ) throws {
    let task = try call(
      "tasks_create",
      ["brief": "sleep 60", "profile": "shell", "directory": .string(folder)])
    let id = task["id"] ?? .null
    for _ in 0..<500 where try call("tasks_get", ["task_id": id])["status"] != "running" {
      _ = try Poller.wait([], timeoutMilliseconds: 5)
    }
    // Idle is who has had nothing to do for a while.
    _ = try Poller.wait([], timeoutMilliseconds: 2500)
    for process in try ProcessTable.all() where process.name == "errand" {
      guard let kind = try Self.kind(of: process, server.pid) else { continue }
      // That of a server on a store of some size is measured after a page.
      if store != nil, kind.name == "serve" { continue }
      report.add(
        Figure(
          name: named("idle memory of \(kind.name)"),
          value: try ProcessMemory.proportional(of: process.identity.pid), unit: "MiB",
          goal: .valueAtMost(kind.goal * (store?.isLarge == true ? 1.5 : 1))))
    }
    let start = MonotonicTime.now
    _ = try call("tasks_cancel", ["task_id": id])
    report.add(
      Figure(
        name: named("cancel → the tree is gone and settled"), value: seconds(since: start) * 1e3,
        unit: "ms", goal: .valueAtMost(50)))
  }

  /// Counts what wakes up while no task is there to run.
  private func idle(_ report: inout Report, _ server: Peer) throws {
    for process in try ProcessTable.all() where process.name == "errand" {
      guard let kind = try Self.kind(of: process, server.pid), kind.name != "supervise" else {
        continue
      }
      report.add(
        Figure(
          name: "wake-ups of an idle \(kind.name)",
          value: try IdleBench.wakeUps(of: process.identity.pid, over: .seconds(3)), unit: "/s",
          goal: .valueAtMost(kind.name == "serve" ? 0 : 1)))
    }
  }

  /// Tells what one of our processes is, by its parent: others of the same name are not ours.
  private static func kind(
    of process: ProcessRecord, _ server: Int32
  ) throws -> (name: String, goal: Double)? {
    if process.identity.pid == server { return ("serve", 6) }
    if process.parent == server { return ("runner", 8) }
    guard let parent = try ProcessTable.record(of: process.parent), parent.parent == server else {
      return nil
    }
    return ("supervise", 0.3)
  }
}

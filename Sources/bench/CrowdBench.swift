import JSON
import Posix

/// Measures many agents at once on one machine, each saying 500 lines of 400 bytes.
struct CrowdBench {
  let programs: WireBench.Programs
  let folder: String
  let agents: Int

  private static let lines = 500

  func run(_ report: inout Report) throws {
    let files = RealFileSystem()
    let source = folder + "/said.txt"
    let line = String(repeating: "x", count: 399) + "\n"
    try files.createFile(source).append(
      Array(String(repeating: line, count: Self.lines).utf8))
    guard let head = Environment.which("cat", path: programs.environment["PATH"]) else { return }
    let profile: JSONValue = [
      "name": "crowd", "adapter": "command", "executable": .string(head),
      "arguments": [.string(source)], "sharedDirectory": true,
    ]
    var environment = programs.environment
    // Tasks may not work beside the configuration, so it lies outside their folder.
    let settings = Path.join(Path.parent(folder), "crowd")
    try files.createDirectory(settings)
    environment["ERRAND_HOME"] = settings + "/home"
    environment["ERRAND_CONFIG"] = settings + "/config.json"
    let configuration: JSONValue = ["maxParallel": 256, "profiles": [profile]]
    try files.replace(settings + "/config.json", with: configuration.bytes)
    let server = try Peer(programs.errand, ["serve", "--allow-commands"], environment: environment)
    let caller = ToolCaller(server)
    let start = MonotonicTime.now
    var ids: [JSONValue] = []
    for _ in 0..<agents {
      let task = try caller.call(
        "tasks_create",
        ["brief": "say it", "profile": "crowd", "directory": .string(folder)])
      ids.append(task["id"] ?? .null)
    }
    for id in ids {
      while try caller.call(
        "tasks_wait", ["task_ids": [id], "until": "terminal", "timeout_sec": 40])["timedOut"]
        == true
      {}
    }
    let ours = seconds(since: start)
    let plain = try timed(1) { _ in
      var children: [ChildProcess] = []
      for _ in 0..<agents {
        children.append(
          try ChildProcess.spawn(
            ProcessSpec(executable: "/bin/sh", arguments: ["-c", "\(head) '\(source)' >/dev/null"]))
        )
      }
      for child in children {
        _ = try child.waitForExit()
        _ = try child.reap()
      }
    }
    report.add(
      Figure(
        name: "\(agents) agents with 500 lines each, all of it", value: ours, unit: "s",
        yardstick: ("the same to /dev/null", plain[0]), goal: .atMost(2)))
    let runners = try ProcessTable.children(of: server.pid)
    try server.finish()
    for runner in runners { _ = try ProcessTable.signal(runner.identity, .terminate) }
  }
}

/// Calls tools over one peer, with numbered requests.
final class ToolCaller {
  private let peer: Peer
  private var number = 0

  init(_ peer: Peer) { self.peer = peer }

  /// Gives the structured content; a call that has none is an error worth stopping for.
  func call(_ tool: String, _ arguments: JSONValue) throws -> JSONValue {
    number += 1
    let answer = try JSONValue.parse(try peer.ask(WireBench.call(number, tool, arguments)))
    guard let content = answer["result"]?["structuredContent"] else {
      throw SystemError("tools/call", 5, answer.text)
    }
    return content
  }
}

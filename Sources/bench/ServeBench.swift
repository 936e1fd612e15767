import JSON
import Posix

/// Measures a server on a store of some size: from its start to a page, and what it holds then.
struct ServeBench {
  let programs: WireBench.Programs
  let root: String
  /// Names the size for people.
  let size: String
  /// A large store may take half as much again.
  let isLarge: Bool

  func run(_ report: inout Report) throws {
    var environment = programs.environment
    environment["ERRAND_HOME"] = root
    let line = WireBench.call(1, "tasks_list", ["view": "all", "limit": 50])
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<10 {
      ours += try timed(1) { _ in
        let server = try Peer(programs.errand, ["serve"], environment: environment)
        try server.ask(line)
        try server.finish()
      }
      theirs += try timed(1) { _ in
        let yardstick = try Peer(programs.yardstick, [#","result":{}}"#], environment: environment)
        try yardstick.ask(line)
        try yardstick.finish()
      }
    }
    report.add(
      Figure(
        name: "start → page of 50 → exit, \(size) tasks", value: ours.median * 1e3, unit: "ms",
        yardstick: ("C, no store", theirs.median * 1e3)))
    let idle = try Peer(programs.errand, ["serve"], environment: environment)
    try idle.ask(line)
    // Idle is who has had nothing to do for a while.
    _ = try Poller.wait([], timeoutMilliseconds: 2500)
    let memory = try ProcessMemory.proportional(of: idle.pid)
    try idle.finish()
    report.add(
      Figure(
        name: "memory of serve, \(size) tasks", value: memory, unit: "MiB",
        goal: .valueAtMost(isLarge ? 9 : 6)))
  }
}

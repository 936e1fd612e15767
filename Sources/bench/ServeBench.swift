import JSON
import Posix

/// Measures a server on a store of some size: from its start to a page, and what it holds then.
struct ServeBench {
  let programs: WireBench.Programs
  let root: String
  /// Names the size for people.
  let size: String

  func run(_ report: inout Report) throws {
    var environment = programs.environment
    environment["ERRAND_HOME"] = root
    let line = WireBench.call(1, "tasks_list", ["view": "all", "limit": 50])
    var ours: [Double] = []
    var theirs: [Double] = []
    var memory: [Double] = []
    for _ in 0..<10 {
      ours += try timed(1) { _ in
        let server = try Peer(programs.errand, ["serve"], environment: environment)
        try server.ask(line)
        memory.append(try ProcessMemory.proportional(of: server.pid))
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
    report.add(
      Figure(
        name: "memory of serve, \(size) tasks", value: memory.median, unit: "MiB",
        goal: .valueAtMost(6)))
  }
}

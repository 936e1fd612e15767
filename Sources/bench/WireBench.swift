import JSON
import Posix

/// Measures the stdio server against the smallest server that answers the same lines.
struct WireBench {
  var programs: Programs
  var rounds: Int

  /// Names the programs beside this one, and the environment of a throw-away store.
  struct Programs {
    var errand: String
    var yardstick: String
    var environment: [String: String]
  }

  private static let meta =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
    + #""io.modelcontextprotocol/clientCapabilities":{}}"#

  private static func modern(_ id: Int, _ method: String, _ params: String = "") -> [UInt8] {
    let rest = params.isEmpty ? meta : params + "," + meta
    return Array(
      (#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(rest)}}"# + "\n").utf8)
  }

  private static func ping(_ id: Int) -> [UInt8] {
    Array((#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"# + "\n").utf8)
  }

  /// A call that validates real arguments and looks into the store, but waits for nothing.
  private static func call(_ id: Int) -> [UInt8] {
    modern(id, "tools/call", #""name":"tasks_get","arguments":{"task_id":"no-such-task"}"#)
  }

  /// Writes a call with any arguments.
  static func call(_ id: Int, _ tool: String, _ arguments: JSONValue) -> [UInt8] {
    modern(id, "tools/call", #""name":"\#(tool)","arguments":\#(arguments.text)"#)
  }

  private static func discover(_ id: Int) -> [UInt8] { modern(id, "server/discover") }

  /// Runs everything and reports it.
  func run(_ report: inout Report) throws {
    report.heading("The wire (yardstick: a minimal server in C, same run)")
    try start(&report)
    try latency(&report, "ping", Self.ping, goal: 1.3)
    try latency(&report, "tools/list", { Self.modern($0, "tools/list") }, goal: 1.3)
    try latency(&report, "tools/call, cheap", Self.call, goal: 2)
    try pipelined(&report)
    try largeArgument(&report)
    try exit(&report)
    try listSize(&report)
  }

  /// Gives what follows the id in the server's answer, for the yardstick to repeat.
  private func answer(to line: [UInt8], id: Int) throws -> String {
    let peer = try Peer(programs.errand, ["serve"], environment: programs.environment)
    let text = String(decoding: try peer.ask(line), as: UTF8.self)
    try peer.finish()
    let head = #"{"jsonrpc":"2.0","id":\#(id)"#
    return text.hasPrefix(head) ? String(text.dropFirst(head.count)) : #","result":{}}"#
  }

  private func errand() throws -> Peer {
    try Peer(programs.errand, ["serve"], environment: programs.environment)
  }

  private func yardstick(_ after: String) throws -> Peer {
    try Peer(programs.yardstick, [after], environment: programs.environment)
  }

  private func start(_ report: inout Report) throws {
    let line = Self.discover(1)
    let after = try answer(to: line, id: 1)
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<max(10, rounds / 50) {
      ours += try timed(1) { _ in try firstAnswer { try errand() } }
      theirs += try timed(1) { _ in try firstAnswer { try yardstick(after) } }
    }
    func firstAnswer(_ open: () throws -> Peer) throws { try open().ask(line) }
    report.add(
      Figure(
        name: "process start → first answer", value: ours.median * 1e3, unit: "ms",
        yardstick: ("C", theirs.median * 1e3), goal: .atMost(1.5)))
  }

  private func latency(
    _ report: inout Report, _ name: String, _ line: (Int) -> [UInt8], goal: Double
  ) throws {
    let (mine, other) = (try errand(), try yardstick(try answer(to: line(0), id: 0)))
    var ours: [Double] = []
    var theirs: [Double] = []
    let batch = 50
    for round in 0..<max(4, rounds / batch) {
      let lines = (0..<batch).map { line(round * batch + $0) }
      ours += try timed(batch) { try mine.ask(lines[$0]) }
      theirs += try timed(batch) { try other.ask(lines[$0]) }
    }
    try mine.finish()
    try other.finish()
    for (label, part) in [("p50", 0.5), ("p99", 0.99)] {
      report.add(
        Figure(
          name: "\(name), \(label)", value: ours.percentile(part) * 1e6, unit: "µs",
          yardstick: ("C", theirs.percentile(part) * 1e6),
          goal: part == 0.5 || goal == 2 ? .atMost(goal) : nil))
    }
  }

  private func pipelined(_ report: inout Report) throws {
    let count = 10_000
    let lines = (0..<count).flatMap(Self.call)
    let after = try answer(to: Self.call(0), id: 0)
    func rate(_ peer: Peer) throws -> Double {
      try peer.ask(Self.call(0))
      let sender = try send(lines, to: peer)
      let start = MonotonicTime.now
      sender.update { $0 = true }
      for _ in 0..<count { try peer.receive() }
      return Double(count) / seconds(since: start)
    }
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<max(2, rounds / 400) {
      let mine = try errand()
      ours.append(try rate(mine))
      let peak = try ProcessMemory.peak(of: mine.pid)
      try mine.finish()
      theirs.append(try rate(try yardstick(after)))
      if ours.count == 1 {
        report.add(
          Figure(
            name: "peak memory with 10,000 calls in flight", value: peak, unit: "MiB",
            goal: .valueAtMost(8)))
      }
    }
    report.add(
      Figure(
        name: "10,000 cheap calls in flight", value: ours.median, unit: "/s",
        yardstick: ("C", theirs.median), goal: .atLeast(0.5)))
  }

  /// Sends from a thread of its own once told to, so that a full pipe cannot stop the reader.
  private func send(_ bytes: [UInt8], to peer: Peer) throws -> Monitor<Bool> {
    let go = Monitor(false)
    let outbox = Outbox(try peer.duplicateInput())
    try Thread.start(name: "sender") {
      go.wait(while: { !$0 })
      outbox.send(bytes)
    }
    return go
  }

  private func largeArgument(_ report: inout Report) throws {
    let text = String(repeating: "lorem ipsum ", count: 1 << 20)
    let line = Self.modern(
      1, "tools/call", #""name":"tasks_get","arguments":{"task_id":"\#(text)"}"#)
    let (mine, other) = (try errand(), try yardstick(#","result":{}}"#))
    try mine.ask(Self.ping(0))
    let ours = try timed(3) { _ in try mine.ask(line) }
    let theirs = try timed(3) { _ in try other.ask(line) }
    let peak = try ProcessMemory.peak(of: mine.pid)
    report.add(
      Figure(
        name: "a 12 MiB argument, read and refused", value: ours.median * 1e3, unit: "ms",
        yardstick: ("C", theirs.median * 1e3), goal: .atMost(3)))
    report.add(
      Figure(
        name: "peak memory for it", value: peak, unit: "MiB", yardstick: ("its size", 12),
        goal: .atMost(3.2)))
    try mine.finish()
    try other.finish()
  }

  private func exit(_ report: inout Report) throws {
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<10 {
      let (mine, other) = (try errand(), try yardstick(#","result":{}}"#))
      try mine.ask(Self.discover(1))
      try other.ask(Self.discover(1))
      ours.append(try mine.finish())
      theirs.append(try other.finish())
    }
    report.add(
      Figure(
        name: "end of input → exit", value: ours.median * 1e3, unit: "ms",
        yardstick: ("C", theirs.median * 1e3), goal: .atMost(2)))
  }

  private func listSize(_ report: inout Report) throws {
    let peer = try errand()
    let answer = try JSONValue.parse(try peer.ask(Self.modern(1, "tools/list")))
    try peer.finish()
    let tools = answer["result"]?["tools"]?.arrayValue ?? []
    let whole = tools.reduce(0) { $0 + $1.bytes.count }
    let without = tools.reduce(0) { sum, tool in
      sum + (tool.objectValue.map { Self.withoutOutput($0).bytes.count } ?? 0)
    }
    report.add(
      Figure(
        name: "tools/list without output schemas", value: Double(without) / 1024, unit: "KiB",
        goal: .valueAtMost(20)))
    report.add(
      Figure(
        name: "tools/list", value: Double(whole) / 1024, unit: "KiB", goal: .valueAtMost(32)))
  }

  private static func withoutOutput(_ tool: JSONObject) -> JSONValue {
    var tool = tool
    tool["outputSchema"] = nil
    return .object(tool)
  }
}

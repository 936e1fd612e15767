import JSON
import Posix
import TaskStore
import Tasks

/// Measures the store against plain appends and against SQLite holding the same rows.
struct StoreBench {
  let folder: String
  let programs: WireBench.Programs
  let rounds: Int
  /// How many tasks each size of store holds.
  let sizes: [Int]
  /// Tells that the real programs do a task on each of them, too.
  let withAgents: Bool

  private static let actor = Actor(kind: .cli, name: "bench")

  private var environment: [String: String] { programs.environment }

  static func spec(_ number: Int) -> TaskSpec {
    let input: JSONValue = [
      "brief": .string("Measure what it costs to keep task \(number), which is an ordinary one.")
    ]
    let content = ContentID(raw: input.bytes)
    return TaskSpec(
      name: "measured-\(number)", title: "Measured task \(number)", taskType: "freeform",
      input: input, inputCid: content, inputSchemaCid: content,
      launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
  }

  func run(_ report: inout Report) throws {
    report.heading("The store (yardsticks: append + fdatasync, and sqlite3 in WAL mode, FULL)")
    try creating(&report)
    try wakeUp(&report, folder + "/creating", from: 1_000_000, "")
    try messages(&report)
    try together(&report)
    var pages: [Pages] = []
    for size in sizes {
      pages.append(try listing(&report, size))
      let (root, name) = (folder + "/store-\(size)", Report.number(Double(size)))
      let isLarge = size > 1000
      try ServeBench(programs: programs, root: root, size: name, isLarge: isLarge).run(&report)
      guard withAgents else { continue }
      let work = root + "-work"
      try RealFileSystem().createDirectory(work)
      try AgentBench(programs: programs, folder: work, rounds: 150, store: (root, name, isLarge))
        .run(&report)
    }
    grown(&report, pages)
  }

  /// Is what pages take in a store of some size, in seconds.
  private struct Pages {
    var size: Int
    var opened: Double
    var filtered: Double
  }

  /// Says what a page takes in the largest store beside the smallest.
  private func grown(_ report: inout Report, _ pages: [Pages]) {
    guard let least = pages.first, let most = pages.last, least.size < most.size else { return }
    let (from, to) = (Report.number(Double(least.size)), Report.number(Double(most.size)))
    report.add(
      Figure(
        name: "open + first page, from \(from) to \(to) tasks", value: most.opened * 1e3,
        unit: "ms", yardstick: ("\(from) tasks", least.opened * 1e3), goal: .atMost(3)))
    report.add(
      Figure(
        name: "page by status, from \(from) to \(to) tasks", value: most.filtered * 1e3,
        unit: "ms", yardstick: ("\(from) tasks", least.filtered * 1e3), goal: .atMost(1.5)))
  }

  private func creating(_ report: inout Report) throws {
    let store = try TaskStore.open(folder + "/creating")
    let line = [UInt8](repeating: 65, count: 1100)
    let file = try RealFileSystem().openForAppending(folder + "/plain.jsonl")
    try Self.add(0, to: store)
    try store.sync()
    var ours: [Double] = []
    var plain: [Double] = []
    for round in 1...rounds {
      ours += try timed(1) { _ in
        try Self.add(round, to: store)
        try store.sync()
      }
      plain += try timed(1) { _ in
        try file.append(line)
        try file.sync()
      }
    }
    report.add(
      Figure(
        name: "durable create, one by one", value: ours.median * 1e6, unit: "µs",
        yardstick: ("append+fdatasync", plain.median * 1e6), goal: .atMost(1.4)))
    let count = 2000
    let all = try timed(1) { _ in
      for number in 0..<count { try Self.add(rounds + 1 + number, to: store) }
      try store.sync()
    }
    report.add(
      Figure(
        name: "creates sharing one sync", value: Double(count) / all[0], unit: "/s",
        yardstick: ("one by one", 1 / ours.median), goal: .atLeast(50)))
    if let sqlite = SQLite(database: folder + "/creating.db", environment: environment) {
      let inserts = (0..<rounds).map { Self.insert($0) }.joined()
      let took = try sqlite.run(SQLite.schema + inserts) / Double(rounds)
      report.add(
        Figure(
          name: "durable create beside SQLite", value: ours.median * 1e6, unit: "µs",
          yardstick: ("sqlite3", took * 1e6), goal: .atMost(1)))
    }
  }

  /// Measures eight writers, each with a store of its own on the same files, beside one.
  private func together(_ report: inout Report) throws {
    let count = 100
    func rate(_ writers: Int) throws -> Double {
      let root = folder + "/together-\(writers)"
      let left = Monitor(writers)
      let stores = try (0..<writers).map { _ in try TaskStore.open(root) }
      let start = MonotonicTime.now
      for (writer, store) in stores.enumerated() {
        try Thread.start(name: "writer") {
          for number in 0..<count {
            // A change that fails is missing in the sum below.
            _ = try? store.create(
              Self.spec(writer * count + number), by: Self.actor, nameIsGiven: true)
            try? store.sync()
          }
          left.update { $0 -= 1 }
        }
      }
      left.wait(while: { $0 > 0 })
      let took = seconds(since: start)
      let kept = try TaskStore.open(root).counts().values.reduce(0, +)
      guard kept == writers * count else { throw SystemError("create", 5, "\(kept) were kept") }
      return Double(kept) / took
    }
    let one = try rate(1)
    report.add(
      Figure(
        name: "8 writers on one store", value: try rate(8), unit: "/s", yardstick: ("one", one),
        goal: .atLeast(2)))
  }

  private static func add(_ number: Int, to store: TaskStore) throws {
    _ = try store.create(spec(number), by: actor, nameIsGiven: true)
  }

  private static func insert(_ number: Int) -> String {
    let body = SQLite.quoted(TaskSpec.json.value(of: spec(number)).text)
    let status = number % 20 == 0 ? "failed" : "cancelled"
    return "INSERT INTO task VALUES('task-\(number)','\(status)',\(number),\(body));\n"
  }

  private func wakeUp(_ report: inout Report, _ root: String, from first: Int, _ what: String)
    throws
  {
    let writer = try TaskStore.open(root)
    let waiter = try TaskStore.open(root)
    let woken = Monitor<MonotonicTime?>(nil)
    var samples: [Double] = []
    for round in 0..<min(rounds, 200) {
      let number = try waiter.number()
      let ready = Monitor(false)
      try Thread.start(name: "waiter") {
        // A wait that fails shows as a missing sample, which traps below.
        _ = try? waiter.wait(until: .after(.seconds(5))) { (store) throws(StoreError) -> Bool? in
          let now = try store.number()
          ready.update { $0 = true }
          return now > number ? true : nil
        }
        woken.update { $0 = .now }
      }
      ready.wait(while: { !$0 })
      let start = MonotonicTime.now
      try Self.add(first + round, to: writer)
      guard let time = woken.wait({ (time: inout MonotonicTime?) in time }) else { continue }
      woken.withLock { $0 = nil }
      samples.append(Double((time - start).nanoseconds) / 1e6)
    }
    for (label, part, goal) in [("p50", 0.5, 2.0), ("p99", 0.99, 20)] {
      report.add(
        Figure(
          name: "a change → a waiter elsewhere\(what), \(label)", value: samples.percentile(part),
          unit: "ms", goal: .valueAtMost(goal)))
    }
  }

  private func messages(_ report: inout Report) throws {
    let log = try MessageLog.Writer(folder: folder + "/attempt")
    let count = 20_000
    let text = String(repeating: "x", count: 300)
    let appends = try timed(3) { _ in
      // As the supervisor does: what one read brought goes out in one write.
      for _ in 0..<count / 50 { try log.append([MessageBody](repeating: .text(text), count: 50)) }
      try log.sync()
    }
    var yardstick: (String, Double)?
    if let sqlite = SQLite(database: folder + "/messages.db", environment: environment) {
      let row = "INSERT INTO m(body) VALUES('\(text)');\n"
      let rows =
        "CREATE TABLE m(seq INTEGER PRIMARY KEY, body TEXT);BEGIN;\n"
        + String(repeating: row, count: count) + "COMMIT;\n"
      yardstick = ("sqlite3", try sqlite.run(rows) / Double(count) * 1e6)
    }
    report.add(
      Figure(
        name: "append a message, in durable batches", value: appends.median / Double(count) * 1e6,
        unit: "µs", yardstick: yardstick.map { ($0.0, $0.1) }, goal: .atMost(0.3)))
  }

  /// Makes a store of so many tasks, all of them ended.
  @discardableResult
  static func fill(_ root: String, _ size: Int) throws -> TaskStore {
    let store = try TaskStore.open(root)
    for number in 0..<size {
      try add(number, to: store)
      // A store takes only so many that wait; of the others, one in twenty has failed.
      try end(number, failed: number % 20 == 0, in: store)
      if number % 20_000 == 19_999 { try store.compactIfWorthwhile() }
    }
    try store.sync()
    return store
  }

  private func listing(_ report: inout Report, _ size: Int) throws -> Pages {
    let root = folder + "/store-\(size)"
    let store = try Self.fill(root, size)
    let compaction = try timed(1) { _ in try store.compactIfWorthwhile(always: true) }
    try grown(&report, store, root, size)
    var query = TaskQuery()
    query.limit = 50
    let open = try timed(rounds) { _ in _ = try TaskStore.open(root).list(query) }
    query.statuses = [.failed]
    let filtered = try timed(rounds) { _ in _ = try store.list(query) }
    let sqlite = try sqlitePages(size)
    let name = Report.number(Double(size))
    report.add(
      Figure(
        name: "open + first page of 50, \(name) tasks", value: open.median * 1e3, unit: "ms",
        yardstick: sqlite.map { ("sqlite3", $0.open * 1e3) }, goal: .atMost(0.3)))
    report.add(
      Figure(
        name: "page of 50 by status, \(name) tasks", value: filtered.median * 1e3, unit: "ms",
        yardstick: sqlite.map { ("sqlite3", $0.filtered * 1e3) }, goal: .atMost(1.2)))
    report.add(
      Figure(name: "compaction, \(name) tasks", value: compaction[0] * 1e3, unit: "ms"))
    return Pages(size: size, opened: open.median, filtered: filtered.median)
  }

  /// Measures what a store of some size makes of a change, and of its news.
  private func grown(
    _ report: inout Report, _ store: TaskStore, _ root: String, _ size: Int
  ) throws {
    let name = Report.number(Double(size))
    let creates = try timed(50) { number in
      try Self.add(size + number, to: store)
      try store.sync()
    }
    report.add(
      Figure(
        name: "durable create, \(name) tasks", value: creates.median * 1e6, unit: "µs"))
    try wakeUp(&report, root, from: size + 50, ", \(name) tasks")
    // What stays queued would be placed in every page's queue.
    for number in size..<size + 50 + min(rounds, 200) {
      try Self.end(number, failed: false, in: store)
    }
    try store.compactIfWorthwhile(always: true)
  }

  private static func end(_ number: Int, failed: Bool, in store: TaskStore) throws {
    let event: TaskEvent =
      failed ? .failed(AttemptError(.workspaceError, "measured")) : .cancelled(reason: nil)
    try store.change(TaskReference("measured-\(number)"), by: actor) { _ in event }
  }

  /// Measures opening plus a page, and a filtered page, as differences of many to few.
  private func sqlitePages(_ size: Int) throws -> (open: Double, filtered: Double)? {
    let path = folder + "/pages-\(size).db"
    guard let sqlite = SQLite(database: path, environment: environment) else { return nil }
    _ = try sqlite.run(
      SQLite.schema + "BEGIN;\n" + (0..<size).map { Self.insert($0) }.joined() + "COMMIT;\n")
    let page = "SELECT body FROM task ORDER BY queued DESC LIMIT 50;\n"
    let filtered = "SELECT body FROM task WHERE status='failed' ORDER BY queued DESC LIMIT 50;\n"
    let repeats = 100
    let opening = try sqlite.run(String(repeating: ".open '\(path)'\n" + page, count: repeats))
    let reading = try sqlite.run(String(repeating: filtered, count: repeats))
    return (opening / Double(repeats), reading / Double(repeats))
  }
}

import JSON
import Posix

/// Measures what a person sees of the console, in a real browser where there is one.
struct ConsoleBench {
  let programs: WireBench.Programs
  let folder: String
  let rounds: Int

  private static let tasks = 10_000

  /// Notes when the lists are there, when stamped lines are, and what holds the page up.
  private static let watch = """
    window.seen = []; window.held = []; window.frames = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => window.held.push(one.duration)))
      .observe({ type: "longtask", buffered: true });
    new MutationObserver((changes) => {
      if (!window.filled && document.querySelector(".rows li, tbody tr")) window.filled = performance.now();
      for (const change of changes) for (const node of change.addedNodes) {
        for (const [, at] of (node.textContent ?? "").matchAll(/stamp-(\\d{13})/g)) {
          const stamp = Number(at);
          requestAnimationFrame(() => setTimeout(() => window.seen.push(Date.now() - stamp)));
        }
      }
    }).observe(document, { childList: true, subtree: true });
    const tick = () => { window.frames += 1; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
    """

  func run(_ report: inout Report) throws {
    report.heading("The console in a browser (no yardstick: the goals are times)")
    guard let browser = try WebDriver(home: folder, path: programs.environment["PATH"]) else {
      return report.heading("  there is no Chromium with its driver: nothing was measured")
    }
    try browser.runFirst(Self.watch)
    let environment = try settle()
    try addFlooder(environment)
    let server = try Peer(programs.errand, ["serve", "--allow-commands"], environment: environment)
    let caller = ToolCaller(server)
    try painting(&report, browser, caller, "an empty store")
    try stream(&report, browser, caller)
    try flood(&report, browser, caller)
    try ingest(&report, caller)
    try browser.finish()
    try leave(server)
    try crowd(&report)
  }

  /// Makes a place for a store and its configuration; tasks work beside it.
  private func settle(_ name: String = "console") throws -> [String: String] {
    let settings = Path.join(Path.parent(folder), name)
    try RealFileSystem().createDirectory(settings)
    var environment = programs.environment
    environment["ERRAND_HOME"] = settings + "/home"
    environment["ERRAND_CONFIG"] = settings + "/config.json"
    return environment
  }

  private func leave(_ server: Peer) throws {
    let runners = try ProcessTable.children(of: server.pid)
    try server.finish()
    for runner in runners { _ = try ProcessTable.signal(runner.identity, .terminate) }
  }

  private func link(_ caller: ToolCaller, _ arguments: JSONValue = [:]) throws -> String {
    try caller.call("tasks_console_link", arguments)["consoleUrl"]?.stringValue ?? ""
  }

  /// Opens fresh links: the first paint, and the lists behind it.
  private func painting(
    _ report: inout Report, _ browser: WebDriver, _ caller: ToolCaller, _ what: String
  ) throws {
    var paints: [Double] = []
    var fills: [Double] = []
    for _ in 0..<rounds {
      let link = try link(caller)
      try browser.open("about:blank")
      try browser.open(link)
      fills.append(try Self.number(browser.value("window.filled")))
      paints.append(
        try Self.number(
          browser.value(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime")))
    }
    report.add(
      Figure(
        name: "link → first paint, \(what)", value: paints.median, unit: "ms",
        goal: .valueAtMost(200)))
    report.add(Figure(name: "link → lists, \(what)", value: fills.median, unit: "ms"))
  }

  /// Shows a task whose agent writes a line with the time in it now and then.
  private func stream(
    _ report: inout Report, _ browser: WebDriver, _ caller: ToolCaller
  ) throws {
    let lines = 60
    let script = """
      i=0; while [ $i -lt \(lines) ]; do echo "stamp-$(date +%s%3N)"; sleep 0.1; i=$((i+1)); done
      """
    let name = try start(script, caller)
    try browser.open(try link(caller, ["task_id": .string(name)]))
    _ = try browser.value("window.seen.length >= \(lines - 15)")
    // Those that were there before the page are none of its doing.
    let seen = try browser.run("return window.seen").arrayValue?.compactMap(\.intValue) ?? []
    let samples = seen.dropFirst(10).map { Double($0) }
    for (label, part, goal) in [("p50", 0.5, 100.0 as Double?), ("p99", 0.99, nil)] {
      report.add(
        Figure(
          name: "written by the agent → visible, \(label)",
          value: Array(samples).percentile(part), unit: "ms", goal: goal.map { .valueAtMost($0) }))
    }
  }

  /// Makes an agent that tells some 2,000 events a second: plain lines that come together would be
  /// one message.
  private func addFlooder(_ environment: [String: String]) throws {
    let agent = Path.join(folder, "flooder")
    // A process for every batch beside the pause would take longer than the pause.
    let script = """
      #!/bin/sh
      cat > /dev/null
      i=0; while [ $i -lt \(Self.batch) ]; do
        batch="${batch}{\\"errand\\":\\"progress\\",\\"text\\":\\"event $i of many told quickly\\"}
      "; i=$((i+1)); done
      sleep 1; i=0; begin=$(date +%s%3N)
      while [ $i -lt \(Self.batches) ]; do printf '%s' "$batch"; sleep 0.02; i=$((i+1)); done
      echo "took $(($(date +%s%3N) - begin)) ms"; echo "stamp-$(date +%s%3N)"

      """
    let configuration: JSONValue = [
      "profiles": [["name": "flooder", "adapter": "command", "executable": .string(agent)]]
    ]
    let file = try Descriptor.open(agent, [.write, .create, .truncate], permissions: 0o700)
    try file.write(Array(script.utf8))
    try RealFileSystem().replace(environment["ERRAND_CONFIG"] ?? "", with: configuration.bytes)
  }

  private static let batch = 60
  private static let batches = 100

  private func flood(
    _ report: inout Report, _ browser: WebDriver, _ caller: ToolCaller
  ) throws {
    let name = try start("Go.", caller, profile: "flooder")
    try browser.open(try link(caller, ["task_id": .string(name)]))
    _ = try browser.value("document.querySelector('.stream')")
    _ = try browser.run("window.held = []")
    let lag = try Self.number(browser.value("window.seen[0]"))
    let took = try Self.number(
      browser.value(
        "Number(/took (\\d+) ms/.exec(document.querySelector('.stream').innerText)?.[1])"))
    let held = try Self.number(browser.run("return Math.max(0, ...window.held)"))
    let rate = Double(Self.batches * Self.batch) / took * 1000
    let what = "at \(Report.number(rate)) events/s"
    report.add(Figure(name: "last event → visible, \(what)", value: lag, unit: "ms"))
    report.add(
      Figure(
        name: "longest hold-up of the page, \(what)", value: held, unit: "ms",
        goal: .valueAtMost(50)))
  }

  /// Takes in what an agent writes as fast as it can, while nobody looks.
  private func ingest(_ report: inout Report, _ caller: ToolCaller) throws {
    let lines = 100_000
    let begin = MonotonicTime.now
    let name = try start("yes 'a line that an agent says quickly' | head -n \(lines)", caller)
    var isOver = false
    while !isOver {
      let said = try caller.call(
        "tasks_wait", ["task_ids": [.string(name)], "until": "terminal", "timeout_sec": 45])
      isOver = said["timedOut"] != true
    }
    let took = (MonotonicTime.now - begin).milliseconds
    report.add(
      Figure(
        name: "lines taken in from an agent that does not pause",
        value: Double(lines) / Double(took) * 1000, unit: "/s", goal: .valueAtLeast(2000)))
  }

  /// Shows a store of many tasks: its lists, page by page.
  private func crowd(_ report: inout Report) throws {
    let environment = try settle("console-crowd")
    try StoreBench.fill(environment["ERRAND_HOME"] ?? "", Self.tasks)
    guard let browser = try WebDriver(home: folder, path: programs.environment["PATH"]) else {
      return
    }
    try browser.runFirst(Self.watch)
    let server = try Peer(programs.errand, ["serve", "--allow-commands"], environment: environment)
    let caller = ToolCaller(server)
    let what = "\(Self.tasks) tasks"
    try painting(&report, browser, caller, what)
    let origin = try link(caller).split(separator: "/#").first.map(String.init) ?? ""
    try browser.open(origin + "/table")
    let filled = try Self.number(browser.value("window.filled"))
    report.add(Figure(name: "table → first page, \(what)", value: filled, unit: "ms"))
    _ = try browser.run("window.held = []; window.frames = 0; window.since = performance.now()")
    for page in 1...20 {
      _ = try browser.value(
        "document.querySelector('.table-view > button:not([disabled])')?.click() === undefined")
      _ = try browser.value("document.querySelectorAll('tbody tr').length >= \(50 * (page + 1))")
    }
    let held = try Self.number(browser.run("return Math.max(0, ...window.held)"))
    let rate = try Self.number(
      browser.run("return window.frames / (performance.now() - window.since) * 1000"))
    report.add(
      Figure(
        name: "longest hold-up over 20 more pages, \(what)", value: held, unit: "ms",
        goal: .valueAtMost(50)))
    report.add(Figure(name: "frames meanwhile", value: rate, unit: "/s"))
    try browser.finish()
    try leave(server)
  }

  private func start(
    _ script: String, _ caller: ToolCaller, profile: String = "shell"
  ) throws -> String {
    let task = try caller.call(
      "tasks_create",
      ["brief": .string(script), "profile": .string(profile), "directory": .string(folder)])
    return task["name"]?.stringValue ?? ""
  }

  private static func number(_ value: JSONValue) -> Double {
    value.doubleValue ?? value.intValue.map { Double($0) } ?? .nan
  }
}

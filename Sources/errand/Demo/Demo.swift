import JSON
import MCP
import Posix

extension Command {
  static let demo = Command(
    path: ["demo"], summary: "Show the whole path in a throw-away store, with nothing mocked.",
    notes: """
      Starts this program as an MCP server, gives it a task that works in a temporary git
      repository, reads back what happened, cancels another one, and removes everything.
      """,
    examples: [Example("errand demo", "Needs git; takes a few seconds; ends 0 if all held.")],
    run: Demo.run)
}

/// Walks the whole path as a client would, and insists on every step.
struct Demo {
  let house: DemoHouse
  let terminal: Terminal
  let farewell: Farewell

  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    Signal.ignoreBrokenPipe()
    let start = MonotonicTime.now
    let house: DemoHouse
    do throws(DemoFailure) {
      house = try DemoHouse.make()
    } catch {
      throw Complaint(
        "The demonstration cannot start.", why: [error.description],
        next: "Install git, and check that the folder for temporary files can be written.",
        code: .taskFailed)
    }
    let farewell = try Farewell.start([.interrupt, .terminate, .hangup]) { house.abandon() }
    let demo = Demo(house: house, terminal: call.terminal, farewell: farewell)
    do throws(Complaint) {
      return try demo.perform(since: start)
    } catch {
      // Also when nobody reads on: nothing may be left behind.
      farewell.end()
      house.abandon()
      throw error
    }
  }

  private func perform(since start: MonotonicTime) throws(Complaint) -> ExitCode {
    let held = try walk()
    let isTidy = try tidy()
    let seconds = Figures.duration(milliseconds: (MonotonicTime.now - start).milliseconds)
    guard held, isTidy else {
      throw Complaint(
        "The demonstration failed after \(seconds).",
        next: "Run `errand doctor`, and report the step marked ✗.", code: .taskFailed)
    }
    try say("\nEverything held, in \(seconds).")
    try say(
      "A file that needs nothing installed, on Linux: "
        + "swift build -c release -Xswiftc -static-executable -Xlinker -s")
    return .ok
  }

  /// Walks the steps; says which one failed. From then on Ctrl-C waits for the tidying.
  private func walk() throws(Complaint) -> Bool {
    do {
      try DemoSteps(house: house, demo: self).walk()
      farewell.end()
      return true
    } catch let complaint as Complaint {
      throw complaint
    } catch {
      farewell.end()
      try say(terminal.styled(" ✗ ", .red) + "\(error)")
      return false
    }
  }

  /// Ends the runner of the throw-away store and removes the folder.
  private func tidy() throws(Complaint) -> Bool {
    do throws(DemoFailure) {
      let left = try house.evict(within: .seconds(4))
      try insist("no process of the store is left: \(left.joined(separator: ", "))", left.isEmpty)
      try house.remove()
    } catch {
      try say(terminal.styled(" ✗ ", .red) + error.description)
      return false
    }
    try done("Asked the runner to end: no process is left; removed \(house.root)")
    return true
  }

  func say(_ text: String) throws(Complaint) { try terminal.print(text) }

  /// Tells a step that held, with what was seen below it.
  func done(_ text: String, _ seen: [String] = []) throws(Complaint) {
    try say(terminal.styled(" ✓ ", .green) + text)
    for line in seen { try say(terminal.styled("     " + line, .dim)) }
  }
}

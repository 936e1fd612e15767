import Console
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tools

extension Command {
  static let console = Command(
    path: ["console"], summary: "Give a link to the page that shows and steers everything.",
    operands: [.optional("task", "task_id")],
    options: [Options.view.spec, Options.open.spec, Options.signOut.spec, Options.json.spec]
      + Options.place,
    tool: "tasks_console_link",
    notes: """
      The link signs a browser in, once, within ten minutes; it stays signed in for thirty days.
      The page is served by the runner on this machine alone, which stays while somebody looks.
      """,
    examples: [
      Example("errand console --open", "Everything, in the browser."),
      Example("errand console fix-login-test-k3f9", "A link to one task."),
      Example("errand console --sign-out", "End every session, as after a lost laptop."),
    ],
    run: ConsoleVerbs.link)
}

/// Leads to the console, and serves it for the runner.
enum ConsoleVerbs {
  static func link(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    if call[Options.signOut] {
      try operations.signOut()
      try call.terminal.print(call[Options.json] ? "{}" : "Every browser is signed out.")
      return .ok
    }
    var arguments = call.arguments()
    arguments["task_id"] = call.operand(0).map { .string($0) }
    let answer = try operations.call("tasks_console_link", arguments)
    let link = answer["consoleUrl"]?.stringValue ?? ""
    try call.terminal.print(call[Options.json] ? answer.text : link)
    if let port = answer["movedFrom"]?.intValue {
      call.terminal.note("Port \(port) was taken, so it moved: older links do not work.")
    }
    if call[Options.open] { try open(link) }
    return .ok
  }

  /// Opens a link by way of a file of ours: everybody on the machine can read an argument.
  private static func open(_ link: String) throws(Complaint) {
    let path = Environment.value("PATH")
    let openers = ["xdg-open", "open"].compactMap { Environment.which($0, path: path) }
    guard let opener = openers.first else {
      throw Complaint(
        "There is no program that opens a browser.", next: "Open the link by hand.",
        code: .tryLater)
    }
    let layout = StoreLayout(root: StoreLayout.defaultRoot(environment: Environment.current))
    let page = Path.join(layout.run, "console.html")
    let text = "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=\(link)\">\n"
    do {
      try RealFileSystem().replace(page, with: Array(text.utf8))
      let spec = ProcessSpec(
        executable: opener, arguments: [page], environment: Environment.current, directory: "/")
      _ = try ChildProcess.spawn(spec).waitForExit(until: .after(.seconds(10)))
    } catch {
      throw Complaint(
        "The browser could not be opened.", why: ["\(error)"], next: "Open the link by hand.",
        code: .tryLater)
    }
  }

  /// Serves the console of a store, unless it is switched off; what keeps it from that is told.
  static func serve(_ store: TaskStore) -> (any RunnerCompanion)? {
    let environment = Environment.current
    do {
      let setting = try Configuration.load(environment: environment).0.console
      guard setting.enabled else { return nil }
      let workshop = Workshop(
        Workshop.Setting(
          environment: environment, storeRoot: store.layout.root,
          startDirectory: Environment.value("HOME") ?? "/", build: ThisBuild.current,
          startRunner: { _ in }))
      return try Console.start(
        workshop, on: store, user: Environment.userName, port: setting.port)
    } catch {
      StandardError.write("errand runner: there is no console: \(error)\n")
      return nil
    }
  }
}

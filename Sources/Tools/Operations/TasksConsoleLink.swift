import JSON
import JSONRPC
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Makes a link that opens the console for a person, once.
package struct TasksConsoleLink: TaskTool {
  package let workshop: Workshop
  static let toolName = "tasks_console_link"
  package let name = Self.toolName
  package let title = "Link to the console"
  package let summary = """
    Gives the user a link to a local page: all tasks, or one, live. It signs them in, once.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.tasks

  package struct Input: JSONCodable {
    enum View: String, Sendable, CaseIterable { case board, new }
    var task: TaskReference?
    var view: View
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      optional("task_id", \.task, .reference, "Task.", alias: "id"),
      defaulted("view", \.view, .enumeration, .board, "Page."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package struct Output: JSONCodable, ToolOutput {
    var id: TaskID?
    var consoleUrl: String
    /// Is the port it left because somebody else had taken it; links to that are dead.
    var movedFrom: Int?
    var hint: String

    package static let json = Codec.object(
      Self.init(id:consoleUrl:movedFrom:hint:),
      optional("id", \.id, TaskID.json),
      required("consoleUrl", \.consoleUrl, .string),
      optional("movedFrom", \.movedFrom, .int),
      required("hint", \.hint, .string)
    ).lean
  }

  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let task = try input.task.map { (task) throws(ToolFailure) in
      try workshop.findToShow(TaskPlace(task: task, team: input.team, diary: input.diary))
    }
    let place = try workshop.servedConsole(caller)
    let code = try workshop.consoleCode()
    let path = task.map { "tasks/\($0.spec.name)" } ?? (input.view == .new ? "new" : "")
    return Output(
      id: task?.id, consoleUrl: "\(place.origin)/\(path)#code=\(code)",
      movedFrom: place.movedFrom,
      hint: place.movedFrom.map { Hint.movedConsole(from: $0) } ?? Hint.consoleLink)
  }
}

extension Workshop {
  /// Gives the console, starting a runner that serves it if need be.
  func servedConsole(_ caller: Caller) throws(ToolFailure) -> ConsolePlace {
    guard setting.offersConsole, usableConfiguration().console.enabled else { throw .noConsole }
    let store = try store()
    try namingRunner { () throws(RunnerError) in try setting.startRunner(store) }
    let deadline = MonotonicTime.after(.seconds(10))
    while deadline > .now, !caller.cancellation.isCancelled {
      let isRunning = try namingRunner { () throws(RunnerError) in
        try RunnerLauncher.isRunning(store: store)
      }
      if isRunning, let port = RunnerLauncher.consolePort(in: store.layout) {
        let kept = try naming { () throws(StoreError) in try store.consolePlace() }
        return kept?.port == port ? kept ?? ConsolePlace(port: port) : ConsolePlace(port: port)
      }
      caller.cancellation.wait(for: .milliseconds(20))
    }
    throw .unservedConsole
  }

  /// Ends every session and makes every link useless.
  package func signOutOfConsole() throws(ToolFailure) {
    let door = ConsoleDoor(try store())
    try naming { () throws(StoreError) in try door.signOut() }
  }

  /// Makes a code that opens the console once.
  func consoleCode() throws(ToolFailure) -> String {
    let door = ConsoleDoor(try store())
    return try naming { () throws(StoreError) in try door.makeCode() }
  }
}

extension ToolFailure {
  fileprivate static let noConsole = ToolFailure(
    code: "console_off", summary: "The console is switched off here.",
    nextStep: "Use the tools instead; the user may set \"console\": true in the configuration.")

  fileprivate static let unservedConsole = ToolFailure(
    code: "console_unavailable", summary: "The runner does not serve the console.",
    nextStep: "Have the user end it (`errand runner` says why), then call again.")
}

extension Hint {
  static let consoleLink = "Give the user this link as it is; it works once, for 10 minutes."

  static func movedConsole(from port: Int) -> String {
    "\(consoleLink) The console moved, as port \(port) was taken: older links do not work."
  }
}

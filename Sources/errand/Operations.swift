import JSON
import MCP
import Posix
import Tasks
import Tools

/// Carries out the tools' operations for a person at the terminal, in this process.
struct Operations: Sendable {
  private let toolbox: Toolbox
  private let caller: Caller
  /// The verb in whose words a failure is told.
  private let command: Command

  static func open(for command: Command) throws(Complaint) -> Operations {
    var caller = Caller.terminal(user: Environment.userName)
    caller.readsWhole = true
    return Operations(
      toolbox: Toolbox(Workshop(try setting()), choice: .all), caller: caller, command: command)
  }

  /// Takes everything from this process, as a server does.
  static func setting() throws(Complaint) -> Workshop.Setting {
    do throws(SystemError) {
      let setting = try Workshop.Setting.ofThisProcess(build: ThisBuild.current)
      if let home = setting.environment["ERRAND_HOME"], !home.isEmpty, !home.hasPrefix("/"),
        !home.hasPrefix("~")
      {
        StandardError.write(
          "errand: ERRAND_HOME is relative: the store is \(setting.storeRoot)\n")
      }
      return setting
    } catch {
      throw Complaint(
        "The program cannot look at its surroundings.", why: [error.description],
        next: "Call it by its full path.", code: .usage)
    }
  }

  /// Writes the end of a task whose owner died; ends nothing that somebody owns.
  func settle(_ reference: String, _ place: JSONObject) throws(Complaint) -> Settling {
    try complaining { () throws(ToolFailure) in
      try toolbox.workshop.settle(
        TaskReference(reference), team: place["team_id"]?.stringValue,
        diary: place["diary_id"]?.stringValue, caller)
    }
  }

  /// Lets a task go on that a quota stopped.
  func resume(_ reference: String, _ place: JSONObject) throws(Complaint) -> Resuming {
    try complaining { () throws(ToolFailure) in
      try toolbox.workshop.resume(
        TaskReference(reference), team: place["team_id"]?.stringValue,
        diary: place["diary_id"]?.stringValue, caller)
    }
  }

  /// Lists what is in the bin.
  func bin(_ place: JSONObject) throws(Complaint) -> [JSONValue] {
    try complaining { () throws(ToolFailure) in
      try toolbox.workshop.bin(team: place["team_id"]?.stringValue)
    }
  }

  /// Ends every session of the console.
  func signOut() throws(Complaint) {
    try complaining { () throws(ToolFailure) in
      try toolbox.workshop.mayChange()
      try toolbox.workshop.signOutOfConsole()
    }
  }

  /// Does one; gives its structured result without the hint, which is for models.
  func call(_ name: String, _ arguments: JSONObject) throws(Complaint) -> JSONValue {
    let answer = try complaining(name) { () throws(ToolFailure) in
      try toolbox.answer(name, arguments, caller)
    }
    guard var members = answer.objectValue else { return answer }
    members["hint"] = nil
    return .object(members)
  }

  /// Says a failure of a tool as the verb that was called would.
  private func complaining<Value>(
    _ tool: String? = nil, _ work: () throws(ToolFailure) -> Value
  ) throws(Complaint) -> Value {
    do throws(ToolFailure) { return try work() } catch {
      throw Complaint(error, of: tool, in: command)
    }
  }
}

import JSON
import MCP
import Posix
import Tasks
import Tools

/// Carries out the tools' operations for a person at the terminal, in this process.
struct Operations: Sendable {
  private let toolbox: Toolbox
  private let caller: Caller

  static func open() throws(Complaint) -> Operations {
    var caller = Caller.terminal(user: Environment.userName)
    caller.readsWhole = true
    return Operations(toolbox: Toolbox(Workshop(try setting())), caller: caller)
  }

  /// Takes everything from this process, as a server does.
  static func setting() throws(Complaint) -> Workshop.Setting {
    do throws(SystemError) {
      return try Workshop.Setting.ofThisProcess(build: ThisBuild.current)
    } catch {
      throw Complaint(
        "The program cannot look at its surroundings.", why: [error.description],
        next: "Change to a directory that exists, then call again.", code: .usage)
    }
  }

  /// Writes the end of a task whose owner died; ends nothing that somebody owns.
  func settle(_ reference: String, _ place: JSONObject) throws(Complaint) -> Settling {
    do throws(ToolFailure) {
      return try toolbox.workshop.settle(
        TaskReference(reference), team: place["team_id"]?.stringValue,
        diary: place["diary_id"]?.stringValue, caller)
    } catch {
      throw Complaint(error, of: "tasks_cancel")
    }
  }

  /// Lets a task go on that a quota stopped.
  func resume(_ reference: String, _ place: JSONObject) throws(Complaint) -> Resuming {
    do throws(ToolFailure) {
      return try toolbox.workshop.resume(
        TaskReference(reference), team: place["team_id"]?.stringValue,
        diary: place["diary_id"]?.stringValue, caller)
    } catch {
      throw Complaint(error, of: "tasks_cancel")
    }
  }

  /// Ends every session of the console.
  func signOut() throws(Complaint) {
    do throws(ToolFailure) {
      try toolbox.workshop.mayChange()
      try toolbox.workshop.signOutOfConsole()
    } catch {
      throw Complaint(error, of: "tasks_console_link")
    }
  }

  /// Does one; gives its structured result without the hint, which is for models.
  func call(_ name: String, _ arguments: JSONObject) throws(Complaint) -> JSONValue {
    do throws(ToolFailure) {
      let answer = try toolbox.answer(name, arguments, caller)
      guard var members = answer.objectValue else { return answer }
      members["hint"] = nil
      return .object(members)
    } catch {
      throw Complaint(error, of: name)
    }
  }
}

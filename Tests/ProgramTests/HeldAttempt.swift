import JSON
import Posix
import TestSupport
import Testing

/// Is an attempt that goes on until the test lets it end; the test plays its agent.
struct HeldAttempt {
  let desk: CommandDesk
  let id: String
  /// Where its agent works.
  let folder: String
  /// The file with which the agent's own tools act for the attempt.
  let pass: String

  /// Starts a task of that kind, in a folder of its own if it is to have one, and waits until it
  /// runs.
  init(on desk: CommandDesk, in name: String? = nil) throws {
    let folder = name.map { Path.join(desk.folder, $0) } ?? desk.folder
    if name != nil { try RealFileSystem().createDirectory(folder) }
    let script = "printf %s \"$ERRAND_ATTEMPT_FILE\" > pass; while [ ! -e go ]; do sleep 0.02; done"
    let task = try desk.json([
      "run", "--profile", "shell", "--dir", folder, "--json", script,
    ])
    let id = try #require(task["id"]?.stringValue, "\(task.text)")
    var pass = ""
    let runs = try eventually {
      guard try RealFileSystem().exists(folder + "/pass") else { return false }
      pass = try readText(folder + "/pass")
      return try !pass.isEmpty && desk.json(["get", "--json", id])["status"] == "running"
    }
    try #require(runs)
    self.desk = desk
    self.id = id
    self.folder = folder
    self.pass = pass
  }

  /// Starts the server that is named to agents.
  func agent() throws -> Conversation {
    try Conversation(store: desk.store, environment: ["ERRAND_ATTEMPT_FILE": pass])
  }

  /// Starts that server and asks through it, in the agent's name, which colour it should be.
  func asking() throws -> Conversation {
    let agent = try agent()
    try agent.send([
      Modern.call(7, "task_ask", #"{"question":"Which colour?","options":["red","blue"]}"#)
    ])
    let asks = try eventually {
      try desk.json(["get", "--json", id])["status"] == "input_required"
    }
    try #require(asks)
    return agent
  }

  /// Lets the attempt end well.
  func end() throws {
    try writeFile(folder + "/go", "")
    let ends = try eventually {
      try desk.json(["get", "--json", id])["status"] == "completed"
    }
    #expect(ends)
  }
}

/// Lends an attempt whose agent has asked which colour it should be.
func withQuestion(_ body: (HeldAttempt, _ agent: Conversation) throws -> Void) throws {
  try withCommandDesk { desk in
    let held = try HeldAttempt(on: desk)
    let agent = try held.asking()
    try body(held, agent)
    try held.end()
    #expect(try agent.finish() == .exited(code: 0))
  }
}

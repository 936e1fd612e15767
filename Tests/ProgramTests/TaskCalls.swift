import JSON
import Posix
import TestSupport
import Testing

extension Conversation {
  /// Calls a tool in the modern era and gives its structured result.
  func call(_ tool: String, _ arguments: JSONValue, id: Int = 1000) throws -> JSONValue {
    let result = try result(of: tool, arguments, id: id)
    #expect(result["isError"] != true, "\(tool): \(result.text)")
    return try #require(result["structuredContent"], "\(tool): \(result.text)")
  }

  /// Calls a tool that gives content blocks, and gives the first.
  func content(of tool: String, _ arguments: JSONValue, id: Int = 1000) throws -> String {
    let result = try result(of: tool, arguments, id: id)
    #expect(result["isError"] != true, "\(tool): \(result.text)")
    return try #require(result["content"]?.arrayValue?.first?["text"]?.stringValue)
  }

  /// Calls a tool that must refuse, and gives the words it refused with.
  func refusal(_ tool: String, _ arguments: JSONValue, id: Int = 1000) throws -> String {
    let result = try result(of: tool, arguments, id: id)
    #expect(result["isError"] == true, "\(tool): \(result.text)")
    #expect(result["structuredContent"] == nil, "an error stands in its text alone")
    #expect(result["content"]?.arrayValue?.count == 1)
    return try #require(result["content"]?.arrayValue?.first?["text"]?.stringValue)
  }

  func result(of tool: String, _ arguments: JSONValue, id: Int = 1000) throws -> JSONValue {
    try result(id, Modern.call(id, tool, arguments.text))
  }

  /// Creates a shell task in a directory and gives its id.
  func createShellTask(_ script: String, in directory: String) throws -> String {
    let task = try call(
      "tasks_create",
      [
        "brief": .string(script), "profile": "shell", "directory": .string(directory),
        "workspace": "shared_mount",
      ])
    return try #require(task["id"]?.stringValue)
  }

  /// Waits until the task has ended and gives its envelope.
  func end(of task: String, within tries: Int = 3) throws -> JSONValue {
    for _ in 0..<tries {
      let waited = try call(
        "tasks_wait", ["task_ids": [.string(task)], "until": "terminal", "timeout_sec": 20])
      if waited["timedOut"] == false { break }
    }
    return try call("tasks_get", ["task_id": .string(task)])
  }

  /// Gives all text the latest attempt wrote.
  func text(of task: String) throws -> String {
    let page = try call("tasks_messages_list", ["task_id": .string(task), "kinds": ["text"]])
    return (page["items"]?.arrayValue ?? []).compactMap { $0["payload"]?["text"]?.stringValue }
      .joined(separator: "\n")
  }

  /// Runs a task that works until `release` or until its folder goes; cancels it in the end.
  func withHeldTask(in folder: String, _ body: (_ task: String) throws -> Void) throws {
    let task = try createHeldTask(in: folder)
    try body(task)
    _ = try call("tasks_cancel", ["task_id": .string(task)])
  }

  /// Creates such a task and waits until it runs.
  func createHeldTask(in folder: String) throws -> String {
    let task = try createShellTask(HeldTask.script(in: folder), in: folder)
    try #require(
      try eventually {
        try call("tasks_get", ["task_id": .string(task)])["status"] == "running"
      })
    return task
  }

  /// Changes a task in the store without touching its work.
  func touch(_ task: String, id: Int = 1000) throws {
    // The same content again would be no change.
    let text = JSONValue.string("\(UInt64.random(in: 0 ... .max))")
    let artifact: JSONValue = ["task_id": .string(task), "text": text, "title": "note"]
    _ = try call("tasks_artifacts_upload", artifact, id: id)
  }
}

/// Is a script that works until a test says so, so that no test needs to guess a time.
enum HeldTask {
  static func script(in folder: String) -> String {
    "echo begun; while [ -d '\(folder)' ] && [ ! -e '\(folder)/go' ]; do sleep 0.05; done; "
      + "echo finished"
  }

  /// Lets it finish.
  static func release(in folder: String) throws {
    try RealFileSystem().replace(folder + "/go", with: [])
  }
}

extension Modern {
  /// Waits for the end of a task; its answer never comes from the reading thread.
  static func wait(
    _ id: Int, _ task: String, seconds: Int, capabilities: String = "{}", meta: String = ""
  ) -> String {
    call(
      id, "tasks_wait",
      #"{"task_ids":["\#(task)"],"until":"terminal","timeout_sec":\#(seconds)}"#,
      capabilities: capabilities, meta: meta)
  }
}

/// Lends a conversation on a store in which one task runs and many wait behind it, none of which
/// will run; gives their ids.
func withQueue(
  of count: Int,
  _ body: (Conversation, _ folder: String, _ ids: [String]) throws -> Void
) throws {
  try withConversation(["--allow-commands"], configuration: #"{"maxParallel":1}"#) {
    conversation, folder in
    _ = try conversation.createHeldTask(in: folder)
    let first = 10_000
    try conversation.send(
      (0..<count).map {
        Modern.call(
          first + $0, "tasks_create",
          #"{"brief":"true","profile":"shell","workspace":"none","name":"queued-\#($0)"}"#)
      })
    let before = conversation.heard.count
    try conversation.answers(first..<first + count, within: .seconds(60))
    let ids = conversation.heard[before...].compactMap {
      $0["result"]?["structuredContent"]?["id"]?.stringValue
    }
    #expect(ids.count == count)
    try body(conversation, folder, ids)
  }
}

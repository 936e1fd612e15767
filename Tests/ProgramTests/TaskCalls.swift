import JSON
import TestSupport
import Testing

extension Conversation {
  /// Calls a tool in the modern era and gives its structured result.
  func call(_ tool: String, _ arguments: JSONValue, id: Int = 1000) throws -> JSONValue {
    let result = try result(of: tool, arguments, id: id)
    #expect(result["isError"] != true, "\(tool): \(result.text)")
    return try #require(result["structuredContent"], "\(tool): \(result.text)")
  }

  /// Calls a tool that must refuse, and gives the words it refused with.
  func refusal(_ tool: String, _ arguments: JSONValue, id: Int = 1000) throws -> String {
    let result = try result(of: tool, arguments, id: id)
    #expect(result["isError"] == true, "\(tool): \(result.text)")
    #expect(result["structuredContent"] == nil, "an error stands in its text alone")
    #expect(result["content"]?.arrayValue?.count == 1)
    return try #require(result["content"]?.arrayValue?.first?["text"]?.stringValue)
  }

  private func result(of tool: String, _ arguments: JSONValue, id: Int) throws -> JSONValue {
    let answer = try ask(id, Modern.call(id, tool, arguments.text))
    return try #require(answer["result"], "\(tool): \(answer.text)")
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
}

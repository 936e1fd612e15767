import JSON
import Posix
import Synchronization

/// Judges what a server writes by the official schemas, which lie beside this file.
package enum WireSchemas {
  private static let compiled = Mutex<[String: Schema]>([:])

  /// Gives what is wrong with a line, as an answer to `method` or of the server's own accord.
  package static func faults(
    in line: JSONValue, version: String, answering method: String?
  ) throws -> [String] {
    if line["method"] != nil {
      return try check(line, version, unasked(line, version))
    }
    if line["error"] != nil {
      // Before 2025-11-25 the schemas know no error without an id, though JSON-RPC must have it.
      let judge = line["id"] == nil && version < "2025-11-25" ? "2025-11-25" : version
      return try check(line, judge, judge < "2025-11-25" ? "JSONRPCError" : "JSONRPCErrorResponse")
    }
    let envelope = version < "2025-11-25" ? "JSONRPCResponse" : "JSONRPCResultResponse"
    let outer = try check(line, version, envelope)
    guard let result = line["result"] else { return outer + ["no result"] }
    return try outer + inside(result, version, method ?? "")
  }

  private static func inside(
    _ result: JSONValue, _ version: String, _ method: String
  ) throws -> [String] {
    switch (method, result["resultType"]?.stringValue) {
    case ("tools/call", "input_required"?): try check(result, version, "InputRequiredResult")
    case ("tools/call", "task"?): try check(result, "ext-tasks", "CreateTaskResult")
    case ("tasks/get", _):
      try check(result, "ext-tasks", "GetTaskResult")
        + (result["result"].map { try check($0, version, "CallToolResult") } ?? [])
    case ("tasks/update", _): try check(result, "ext-tasks", "UpdateTaskResult")
    case ("tasks/cancel", _): try check(result, "ext-tasks", "CancelTaskResult")
    default: try check(result, version, results[method] ?? "EmptyResult")
    }
  }

  private static let results = [
    "initialize": "InitializeResult", "server/discover": "DiscoverResult",
    "tools/list": "ListToolsResult", "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult", "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult", "completion/complete": "CompleteResult",
    "subscriptions/listen": "SubscriptionsListenResult",
  ]

  private static func unasked(_ line: JSONValue, _ version: String) -> String {
    if line["method"] == "notifications/tasks" { return "TaskStatusNotification" }
    return line["id"] == nil ? "ServerNotification" : "ServerRequest"
  }

  private static func check(
    _ value: JSONValue, _ version: String, _ name: String
  ) throws -> [String] {
    let file = name == "TaskStatusNotification" ? "ext-tasks" : version
    return try schema(file, name).validate(value).map { "\(file) \(name): \($0)" }
  }

  private static func schema(_ file: String, _ name: String) throws -> Schema {
    if let known = compiled.withLock({ $0["\(file) \(name)"] }) { return known }
    let schema = try Schema(document(file, name))
    compiled.withLock { $0["\(file) \(name)"] = schema }
    return schema
  }

  /// Gives what is wrong with a value by a schema that is no official one, compiled once under its
  /// name.
  package static func faults(
    in value: JSONValue, schema: JSONValue, named name: String
  ) throws -> [String] {
    let key = "own \(name)"
    let known = compiled.withLock { $0[key] }
    let schema = try known ?? Schema(schema)
    if known == nil { compiled.withLock { $0[key] = schema } }
    return schema.validate(value).map { "\(name): \($0)" }
  }

  private static func document(_ file: String, _ name: String) throws -> JSONValue {
    let folder = Path.join(Path.parent(#filePath), "Schemas")
    let bytes = try RealFileSystem().read(Path.join(folder, "\(file).json"), limit: 1 << 20)
    let all = try JSONValue.parse(bytes)
    for key in ["$defs", "definitions"] {
      guard let definitions = all[key], definitions[name] != nil else { continue }
      return ["$ref": .string("#/\(key)/\(name)"), key: withoutForeignWords(definitions)]
    }
    throw MissingDefinition(file: file, name: name)
  }

  struct MissingDefinition: Error {
    var file: String
    var name: String
  }

  /// Drops formats that are no formats of JSON Schema, and dialects named below the root.
  private static func withoutForeignWords(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      .object(
        JSONObject(
          object.filter { !isForeign($0.key, $0.value) }
            .map { (key: $0.key, value: withoutForeignWords($0.value)) }))
    case .array(let items): .array(items.map(withoutForeignWords))
    default: value
    }
  }

  private static func isForeign(_ key: String, _ value: JSONValue) -> Bool {
    switch (key, value) {
    case ("format", "byte"), ("format", "uri-template"), ("$schema", .string): true
    default: false
    }
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Talks to a freshly started `errand serve` over real pipes, in a store of its own.
final class Conversation {
  let server: RunningProgram
  /// Everything the server has written so far, line by line.
  private(set) var heard: [JSONValue] = []

  /// Starts a server on a store; it works in the folder around it, which so becomes a root.
  init(store: String, arguments: [String] = []) throws {
    server = try Program.start(
      ["serve"] + arguments, environment: Conversation.environment(store: store),
      directory: Path.parent(store))
  }

  /// Gives the server a home of its own, so that no test reads a person's configuration.
  static func environment(store: String, _ more: [String: String] = [:]) -> [String: String] {
    var all = [
      "ERRAND_HOME": store, "ERRAND_CONFIG": Path.parent(store) + "/config/config.json",
      "HOME": Path.parent(store),
      "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]
    all.merge(more) { _, new in new }
    return all
  }

  func send(_ lines: [String]) throws {
    try server.send(lines.joined(separator: "\n"))
  }

  /// Takes the next line, which must be JSON that the schema of its era allows.
  func next(within limit: Duration = .seconds(10)) throws -> JSONValue {
    let line = try #require(try server.nextLine(within: limit), "the server fell silent")
    let message = try JSONValue.parse(line)
    heard.append(message)
    return message
  }

  /// Takes lines until the answer to this request, given by its id's JSON text.
  func answer(_ id: Int, within limit: Duration = .seconds(10)) throws -> JSONValue {
    while true {
      let message = try next(within: limit)
      if message["id"] == .integer(id), message["method"] == nil { return message }
    }
  }

  /// Sends one request and takes its answer.
  func ask(_ id: Int, _ line: String) throws -> JSONValue {
    try send([line])
    return try answer(id)
  }

  /// Sends lines and gives all that was said until a ping behind them was answered.
  func say(_ lines: [String]) throws -> [JSONValue] {
    let before = heard.count
    try send(lines + [ping(#""sentinel""#)])
    while try next()["id"] != .string("sentinel") {}
    return Array(heard[before...].dropLast())
  }

  /// Ends the input and gives the exit status.
  func finish() throws -> Posix.ExitStatus {
    server.closeInput()
    return try server.waitForExit(within: .seconds(5))
  }
}

/// Gives a conversation a store that goes away with it.
func withConversation(
  _ arguments: [String] = [], _ body: (Conversation, _ folder: String) throws -> Void
) throws {
  try withTemporaryDirectory { folder in
    let conversation = try Conversation(store: folder + "/store", arguments: arguments)
    try body(conversation, folder)
    #expect(try conversation.finish() == .exited(code: 0))
  }
}

import JSON
import Posix
import TestSupport
import Testing

/// Talks to a freshly started `errand serve` over real pipes, in a store of its own; every line the
/// server writes is judged by the schema of the version it was asked in.
final class Conversation {
  let server: RunningProgram
  /// Everything the server has written so far, line by line.
  private(set) var heard: [JSONValue] = []
  private let judge = WireJudge(outputs: ToolContract.outputs)

  /// Starts a server on a store, in a folder `work` beside it; the folder around both is its home.
  /// Nobody reads what it says to `errors`, where that is given.
  init(
    store: String, arguments: [String] = [], environment more: [String: String] = [:],
    errors: Int32? = nil
  ) throws {
    let start = Path.parent(store) + "/work"
    try RealFileSystem().createDirectory(start)
    var spec = ProcessSpec(
      executable: try Program.errand(), arguments: ["serve"] + arguments,
      environment: Conversation.environment(store: store, more), directory: start)
    spec.descriptors[2] = errors
    server = try RunningProgram(spec)
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

  /// Sends lines in one write.
  func send(_ lines: [String]) throws {
    for line in lines { judge.note(line) }
    try server.send(lines.joined(separator: "\n"))
  }

  /// Sends a line a few bytes at a time.
  func send(_ line: String, inPiecesOf size: Int) throws {
    judge.note(line)
    let bytes = Array((line + "\n").utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      try server.send(bytes: Array(bytes[start..<min(start + size, bytes.count)]))
    }
  }

  /// Takes the next line, judged; nil at the end of the output.
  private func take(within limit: Duration) throws -> JSONValue? {
    guard let line = try server.nextBytes(within: limit) else { return nil }
    let verdict = try judge.verdict(on: line)
    #expect(verdict.faults.isEmpty, "\(String(decoding: line.prefix(2000), as: UTF8.self))")
    // What is no JSON at all has failed the test, and reads as null.
    heard.append(verdict.message)
    return verdict.message
  }

  /// Takes the next line.
  func next(within limit: Duration = .seconds(30)) throws -> JSONValue {
    try #require(try take(within: limit), "the server fell silent")
  }

  /// Takes lines until one fits.
  func next(
    within limit: Duration = .seconds(30), where fits: (JSONValue) -> Bool
  ) throws -> JSONValue {
    while true {
      let message = try next(within: limit)
      if fits(message) { return message }
    }
  }

  /// Gives the first line since a mark that fits, heard already or still to come.
  func line(since mark: Int, where fits: (JSONValue) -> Bool) throws -> JSONValue {
    try heard[mark...].first(where: fits) ?? next(where: fits)
  }

  /// Takes lines until the answer to this request.
  func answer(_ id: Int, within limit: Duration = .seconds(30)) throws -> JSONValue {
    try next(within: limit) { $0["id"] == .integer(id) && $0["method"] == nil }
  }

  /// Takes lines until all these requests are answered, in whatever order.
  func answers(_ ids: some Sequence<Int>, within limit: Duration = .seconds(30)) throws {
    var missing = Set(ids)
    while !missing.isEmpty {
      let message = try next(within: limit)
      if let id = message["id"]?.intValue, message["method"] == nil { missing.remove(id) }
    }
  }

  /// Sends one request and takes its answer.
  func ask(_ id: Int, _ line: String) throws -> JSONValue {
    try send([line])
    return try answer(id)
  }

  /// Sends one request and takes its result.
  func result(_ id: Int, _ line: String) throws -> JSONValue {
    let answer = try ask(id, line)
    return try #require(answer["result"], "\(answer.text)")
  }

  /// Sends lines and gives all that was said until a ping behind them was answered.
  func say(_ lines: [String]) throws -> [JSONValue] {
    let before = heard.count
    try send(lines + [ping(#""sentinel""#)])
    while try next()["id"] != .string("sentinel") {}
    return Array(heard[before...].dropLast())
  }

  /// Tells whether the server says nothing for a while.
  func isSilent(for time: Duration) throws -> Bool {
    do {
      return try take(within: time) == nil
    } catch Program.Failure.tooSlow {
      return true
    }
  }

  /// Takes every line there is until the output ends.
  func hearOut(within limit: Duration = .seconds(30)) throws {
    while try take(within: limit) != nil {}
  }

  /// Ends the input, hears the server out and gives its exit status.
  func finish() throws -> Posix.ExitStatus {
    server.closeInput()
    try hearOut(within: .seconds(60))
    return try server.waitForExit(within: .seconds(60))
  }
}

/// Gives a conversation a store that goes away with it, and a configuration if it needs one.
func withConversation(
  _ arguments: [String] = [], configuration: String? = nil,
  _ body: (Conversation, _ folder: String) throws -> Void
) throws {
  try withTemporaryDirectory { folder in
    if let configuration {
      try RealFileSystem().createDirectory(folder + "/config")
      try writeFile(folder + "/config/config.json", configuration)
    }
    let conversation = try Conversation(store: folder + "/store", arguments: arguments)
    try body(conversation, folder)
    #expect(try conversation.finish() == .exited(code: 0))
  }
}

/// Is what the tools promise, as it is checked in.
enum ToolContract {
  static let tools: [JSONValue] = {
    let root = Path.parent(Path.parent(Path.parent(#filePath)))
    do {
      let bytes = try RealFileSystem().read(Path.join(root, "tools.json"), limit: 1 << 20)
      return try JSONValue.parse(bytes)["tools"]?.arrayValue ?? []
    } catch {
      preconditionFailure("tools.json cannot be read: \(error)")
    }
  }()

  /// Holds the output schemas of the tools that have one.
  static let outputs: [String: JSONValue] = Dictionary(
    uniqueKeysWithValues: tools.compactMap { tool in
      guard let name = tool["name"]?.stringValue, let schema = tool["outputSchema"] else {
        return nil
      }
      return (name, schema)
    })
}

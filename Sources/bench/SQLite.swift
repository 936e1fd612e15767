import Posix

/// Times statements in the system's own `sqlite3`, the yardstick for a store in one file.
struct SQLite {
  let program: String
  let database: String
  let environment: [String: String]

  /// Finds the program; nil where it is not installed.
  init?(database: String, environment: [String: String]) {
    guard let program = Environment.which("sqlite3", path: environment["PATH"]) else { return nil }
    self.program = program
    self.database = database
    self.environment = environment
  }

  static let schema = """
    PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    CREATE TABLE task(id TEXT PRIMARY KEY, status TEXT, queued INTEGER, body TEXT);
    CREATE INDEX by_time ON task(queued); CREATE INDEX by_status ON task(status, queued);

    """

  /// Runs statements and gives the seconds from the first byte sent to the end of the answer.
  func run(_ statements: String) throws -> Double {
    let toProgram = try Pipe.make()
    let fromProgram = try Pipe.make()
    let process = try ChildProcess.spawn(
      ProcessSpec(
        executable: program, arguments: ["-batch", database], environment: environment,
        descriptors: [0: toProgram.reading.rawValue, 1: fromProgram.writing.rawValue]))
    let input = toProgram.takeWriting()
    let output = fromProgram.takeReading()
    try input.write(Array("SELECT 'ready';\n".utf8))
    _ = try output.read(upTo: 64)
    let start = MonotonicTime.now
    let sender = Outbox(input)
    try Thread.start(name: "statements") { sender.send(Array(statements.utf8)) }
    _ = try output.readToEnd(limit: 1 << 30)
    let took = seconds(since: start)
    _ = try process.waitForExit(until: .after(.seconds(60)))
    _ = try process.reap()
    return took
  }

  /// Quotes a text as SQL does.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}

/// Lends a descriptor to a thread that sends and then closes it.
final class Outbox: Sendable {
  private let descriptor: Monitor<Descriptor?>

  init(_ descriptor: consuming Descriptor) { self.descriptor = Monitor(descriptor) }

  func send(_ bytes: [UInt8]) {
    descriptor.withLock { held in
      // A reader that is gone shows up on the measuring side.
      try? held?.write(bytes)
      held = nil
    }
  }
}

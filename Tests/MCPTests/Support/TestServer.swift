import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

/// Runs a server on a thread of its own, behind real pipes.
final class TestServer: Sendable {
  struct Heard {
    var lines: [JSONValue] = []
    var raw: [[UInt8]] = []
    var hasEnded = false
  }

  let fixture: Fixture
  let server: Server
  let conversation: Conversation
  private let input: Monitor<Descriptor?>
  private let output: Monitor<LineReader?>
  private let heard = Monitor(Heard())
  private let status = Monitor<Int32?>(nil)
  private let judge = WireJudge()
  private let settled = Monitor(0)
  /// Holds the codes with which the process would have been left.
  let left = Monitor<[Int32]>([])

  init(
    _ fixture: Fixture = Fixture(), limits: Conversation.Limits = Conversation.Limits(),
    reads: Bool = true
  ) throws {
    Signal.ignoreBrokenPipe()
    let toServer = try Pipe.make()
    let fromServer = try Pipe.make()
    let serverOutput = try fromServer.writing.duplicate()
    let serverInput = try toServer.reading.duplicate()
    input = Monitor(toServer.takeWriting())
    output = Monitor(LineReader(fromServer.takeReading(), maxLength: 64 << 20))
    conversation = Conversation(
      input: serverInput, output: serverOutput, limits: limits,
      leave: { [left] code in left.update { $0.append(code) } })
    self.fixture = fixture
    server = Server(fixture.offer, conversation)
    fixture.server.update { $0 = server }
    try Thread.start(name: "server") { [server, status] in
      let code = server.run()
      status.update { $0 = code }
    }
    if reads { try startReading() }
  }

  func startReading() throws {
    try Thread.start(name: "client") { [self] in
      while let line = next() {
        heard.update { heard in
          heard.raw.append(line)
          // A line that is no JSON is heard as null, and fails the test at its end.
          heard.lines.append(Self.parsed(line) ?? .null)
        }
      }
      heard.update { $0.hasEnded = true }
    }
  }

  private func next() -> [UInt8]? {
    output.withLock { reader in
      do {
        guard case .line(let line)? = try reader?.next() else { return nil }
        return line
      } catch {
        return nil
      }
    }
  }

  /// Stops reading for good: what the server writes from now on finds nobody.
  func closeOutput() { output.withLock { $0 = nil } }

  func send(_ lines: String...) throws { try send(lines) }

  /// Sends lines in one write.
  func send(_ lines: [String]) throws {
    for line in lines { note(line) }
    try sendBytes(Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  func sendBytes(_ bytes: [UInt8]) throws {
    try input.withLock { (input: inout Descriptor?) throws in
      guard let descriptor = input.take() else { return }
      try descriptor.write(bytes)
      input = consume descriptor
    }
  }

  /// Notes what a line asks, so that its answer can be judged.
  func note(_ line: String) { judge.note(line) }

  private static func parsed(_ line: [UInt8]) -> JSONValue? {
    do {
      return try JSONValue.parse(line, surrogates: .replaced)
    } catch {
      return nil
    }
  }

  /// Waits for a line; the test fails if none comes.
  func line(
    _ what: String = "a line", within limit: Duration = .seconds(30),
    where fits: (JSONValue) -> Bool, at location: SourceLocation = #_sourceLocation
  ) throws -> JSONValue {
    let found = heard.wait(until: .after(limit)) { heard in heard.lines.first(where: fits) }
    return try #require(found, "\(what) did not come", sourceLocation: location)
  }

  /// Waits for the answer to an id.
  func answer(
    _ id: JSONValue, at location: SourceLocation = #_sourceLocation
  ) throws -> JSONValue {
    try line(
      "the answer to \(id.text)", where: { $0["id"] == id && $0["method"] == nil }, at: location)
  }

  func result(
    _ id: JSONValue, at location: SourceLocation = #_sourceLocation
  ) throws -> JSONValue {
    let answer = try answer(id, at: location)
    return try #require(answer["result"], "\(answer.text)", sourceLocation: location)
  }

  func ask(
    _ id: Int, _ line: String, at location: SourceLocation = #_sourceLocation
  ) throws -> JSONValue {
    try send([line])
    return try result(.integer(id), at: location)
  }

  func code(_ id: JSONValue, at location: SourceLocation = #_sourceLocation) throws -> Int? {
    try answer(id, at: location)["error"]?["code"]?.intValue
  }

  /// Gives all lines heard so far.
  var lines: [JSONValue] { heard.withLock { $0.lines } }
  var rawLines: [[UInt8]] { heard.withLock { $0.raw } }

  /// Sends a ping and waits for its answer: everything the server answers at once has come by then.
  func settle(at location: SourceLocation = #_sourceLocation) throws -> [JSONValue] {
    let id = settled.update { count in
      count += 1
      return "settled \(count)"
    }
    try send(ping("\"\(id)\""))
    _ = try answer(.string(id), at: location)
    return lines.filter { $0["id"]?.stringValue?.hasPrefix("settled") != true }
  }

  func closeInput() { input.withLock { $0 = nil } }

  /// Ends the conversation and judges everything that was written.
  func finish(at location: SourceLocation = #_sourceLocation) throws {
    closeInput()
    let code = status.wait(until: .after(.seconds(60))) { $0 }
    #expect(code == 0, "the server must end with 0", sourceLocation: location)
    for raw in rawLines {
      let faults = try judge.verdict(on: raw).faults
      #expect(
        faults.isEmpty, "\(String(decoding: raw.prefix(2000), as: UTF8.self))",
        sourceLocation: location)
    }
  }

  /// Waits for the end without judging.
  func exitCode(within limit: Duration) -> Int32? {
    status.wait(until: .after(limit)) { $0 }
  }
}

/// Runs a conversation; at its end everything the server wrote is judged by the official schemas.
func withServer(
  _ fixture: Fixture = Fixture(), limits: Conversation.Limits = Conversation.Limits(),
  at location: SourceLocation = #_sourceLocation, _ body: (TestServer) throws -> Void
) throws {
  let server = try TestServer(fixture, limits: limits)
  do {
    try body(server)
  } catch {
    server.closeInput()
    throw error
  }
  try server.finish(at: location)
}

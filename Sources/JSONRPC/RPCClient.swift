import JSON
import Posix

/// Speaks JSON-RPC as the side that asks, over two descriptors, blocking its callers and nobody
/// else.
///
/// A thread of its own reads and calls the handler, one message after another, in the order of
/// arrival.
/// The handler must not `call` from there: the answer could not be read.
package final class RPCClient: Sendable {
  /// Is what the peer says of its own accord.
  package enum Event: Sendable, Equatable {
    /// Wants an answer by `answer`, now or later.
    case request(RequestID, method: String, params: JSONObject)
    case notification(method: String, params: JSONObject)
    /// Is a line that is no message; some programs print what they like.
    case noise([UInt8])
    /// Is the last: the peer has closed its end.
    case ended
  }

  package typealias Handler = @Sendable (RPCClient, Event) -> Void

  private let outbox: Outbox
  private let calls: PendingCalls
  private let version: Incoming.VersionMember
  private let hasEnded = Monitor(false)

  /// Starts reading at once. With `.optional` the peer leaves out the version member, and so do we.
  package init(
    reading: consuming Descriptor, writing: consuming Descriptor, name: String,
    version: Incoming.VersionMember = .required, numbering: PendingCalls.Numbering = .integers,
    maxLine: Int = 16 << 20, handler: @escaping Handler = { _, _ in }
  ) throws(SystemError) {
    calls = PendingCalls(numbering)
    outbox = Outbox(writing)
    self.version = version
    let lines = Lines(LineReader(reading, maxLength: maxLine))
    try Thread.start(name: name) { self.read(lines, handler) }
  }

  /// Carries the reader into its thread.
  private final class Lines: Sendable {
    private let reader: Monitor<LineReader>
    init(_ reader: consuming LineReader) { self.reader = Monitor(reader) }

    /// Gives the next line; a broken input is an ended one.
    func next() -> Line? {
      reader.withLock { reader in
        do {
          return try reader.next()
        } catch {
          return nil
        }
      }
    }
  }

  /// Asks, and waits for the answer.
  package func call(
    _ method: String, _ params: JSONValue? = nil, timeout: Duration,
    cancellation: Cancellation? = nil
  ) throws(CallFailure) -> JSONValue {
    try calls.call(until: .after(timeout), cancellation: cancellation) { id in
      outbox.send(shaped(Frame.request(id, method, params)))
    }
  }

  /// Tells the peer something that has no answer.
  package func notify(_ method: String, _ params: JSONValue? = nil) {
    outbox.send(shaped(Frame.notification(method, params)))
  }

  /// Answers a request of the peer.
  package func answer(_ id: RequestID, _ answer: Incoming.Answer) {
    switch answer {
    case .result(let value): outbox.send(shaped(Frame.result(id, value)))
    case .error(let error): outbox.send(shaped(Frame.error(error, id)))
    }
  }

  /// Sends a line as it is; for tests of servers and peers with a dialect.
  package func sendLine(_ line: [UInt8]) { outbox.send(line + [UInt8(ascii: "\n")]) }

  /// Closes the peer's input once everything is written; what the peer still says is heard.
  package func close() { outbox.close() }

  /// Waits until everything handed over is written; false when the deadline passes first.
  @discardableResult
  package func drain(until deadline: MonotonicTime) -> Bool { outbox.drain(until: deadline) }

  /// Waits until the peer has closed its end; false when the deadline passes first.
  package func waitForEnd(until deadline: MonotonicTime? = nil) -> Bool {
    hasEnded.wait(until: deadline, while: { !$0 })
  }

  private static let versionMember = Array(#""jsonrpc":"2.0","#.utf8)

  /// Takes the version member out for peers that do without it.
  private func shaped(_ frame: [UInt8]) -> [UInt8] {
    switch version {
    case .required: frame
    case .optional: [frame[0]] + frame.dropFirst(1 + Self.versionMember.count)
    }
  }

  private func read(_ lines: Lines, _ handler: Handler) {
    reading: while true {
      switch lines.next() {
      case .line(let line): take(line, handler)
      case .tooLong(let prefix, _): handler(self, .noise(prefix))
      case .unterminated(let rest):
        take(rest, handler)
        break reading
      case nil: break reading
      }
    }
    calls.close()
    handler(self, .ended)
    hasEnded.update { $0 = true }
  }

  private func take(_ line: [UInt8], _ handler: Handler) {
    guard let message = Self.message(line) else {
      if !line.allSatisfy({ $0 == 13 || $0 == 32 || $0 == 9 }) { handler(self, .noise(line)) }
      return
    }
    switch Incoming(message, version: version) {
    case .request(let id, let method, let params):
      handler(self, .request(id, method: method, params: params))
    case .notification(let method, let params):
      handler(self, .notification(method: method, params: params))
    case .response(let id, let answer):
      if let id { calls.settle(id, answer) }
    case .refused(let error, let id?): self.answer(id, .error(error))
    case .refused(_, nil): handler(self, .noise(line))
    case .ignored: break
    }
  }

  private static func message(_ line: [UInt8]) -> JSONValue? {
    do {
      return try JSONValue.parse(line, surrogates: .replaced)
    } catch {
      return nil
    }
  }
}

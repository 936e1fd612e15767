import JSON
import JSONRPC

/// Is where the reading thread works: takes lines in, collects answers, sends them when nothing
/// more is here.
struct Desk {
  let server: Server
  /// Is the legacy session, from its handshake on; modern requests neither need nor touch it.
  var session: Session?
  var batch = Batch()
  /// Tells that an answer has left, after which signals wait to be looked at.
  private var hasAnswered = false

  /// Holds what a legacy handshake has settled.
  struct Session {
    var client: Client
    /// Is set by `notifications/initialized`; before it nothing is sent unasked.
    var isReady = false
  }

  /// Bounds what is collected before it leaves although more could be read.
  private static let batchLimit = 1 << 20

  init(_ server: Server) { self.server = server }

  mutating func take(_ piece: Conversation.Piece) {
    switch piece {
    case .pause:
      flush()
      server.offer.reading()
    case .tooLong:
      refuse(.invalidRequest("a line is at most \(server.conversation.limits.lineLength) bytes"))
    case .line(let line):
      // From here on this thread may be busy while a signal comes.
      if hasAnswered { server.startWatchdog() }
      take(line)
      if batch.bytes.count > Self.batchLimit { flush() }
    }
  }

  /// Sends what is collected, after making durable what it acknowledges.
  mutating func flush() {
    if batch.isEmpty { return }
    if batch.hasPromises {
      do {
        try server.offer.commit()
      } catch {
        batch.breakPromises(error)
      }
    }
    server.conversation.routeSignals()
    server.conversation.outbox.sendFromReader(batch.bytes)
    batch.clear()
    hasAnswered = true
  }

  private mutating func take(_ line: [UInt8]) {
    guard let line = Self.stripped(line) else { return }
    let message: JSONValue
    do {
      message = try JSONValue.parse(line, surrogates: .replaced)
    } catch {
      refuse(.parseError(error.description))
      return
    }
    guard case .array(let messages) = message else {
      take(message)
      return
    }
    guard session?.client.version == .march2025, !messages.isEmpty else {
      refuse(.invalidRequest("batches are not part of this version"))
      return
    }
    for message in messages { take(message) }
  }

  /// Takes a byte order mark off; nil for a line of blanks.
  private static func stripped(_ line: [UInt8]) -> [UInt8]? {
    if line.first == UInt8(ascii: "{") { return line }
    let rest = line.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(line.dropFirst(3)) : line
    let isBlank = rest.allSatisfy { $0 == 32 || $0 == 13 || $0 == 9 }
    return isBlank ? nil : rest
  }

  private mutating func take(_ message: JSONValue) {
    switch Incoming(message) {
    case .request(let id, let method, let params): take(id, method, params)
    case .notification(let method, let params): hear(method, params)
    case .response(let id?, let answer): server.conversation.calls.settle(id, answer)
    case .response(nil, _), .ignored: break
    case .refused(let error, let id): refuse(error, id)
    }
  }

  mutating func refuse(_ error: RPCError, _ id: RequestID? = nil) {
    let frame = Frame.error(error, id)
    let isShort = frame.count <= Server.lineLimit
    batch.append(isShort ? frame : Frame.error(.invalidRequest("it names too long a thing"), id))
  }

  private mutating func hear(_ method: String, _ params: JSONObject) {
    switch method {
    case "notifications/cancelled":
      guard let id = params["requestId"].flatMap({ RequestID($0) }) else { return }
      server.conversation.requests.cancel(id)
      server.audience.close(id)
      reportListening()
    case "notifications/initialized":
      guard session != nil else { return }
      session?.isReady = true
      server.audience.sessionIsReady()
      reportListening()
    default: break
    }
  }

  /// Tells the embedder when the first listener has come or the last has left.
  func reportListening() {
    if let isHeard = server.audience.takeTransition() { server.offer.listening(isHeard) }
  }

  private mutating func take(_ id: RequestID, _ method: String, _ params: JSONObject) {
    if server.conversation.requests.isRunning(id) {
      refuse(.invalidRequest("a request with this id is in flight"), id)
      return
    }
    do {
      let request = try opened(id, method, params)
      if let body = try answer(request) { append(body, request) }
    } catch {
      refuse(error, id)
    }
  }

  /// Appends a result in the envelope of its era; one too long for a line becomes an error.
  mutating func append(_ body: ResultBody, _ request: Request) {
    let (id, era, server) = (request.id, request.client.era, server)
    let range = batch.append(limit: Server.lineLimit) { bytes in
      server.envelope.write(body, id, era, to: &bytes)
    } instead: {
      server.oversized(request)
    }
    guard body.acknowledges else { return }
    batch.promise(range) { server.broken($0, request) }
  }
}

/// Is one request with its method known and its sender described; shared, since it is handed on
/// often.
final class Request: Sendable {
  let id: RequestID
  let method: Method
  let params: JSONObject
  let client: Client

  init(id: RequestID, method: Method, params: JSONObject, client: Client) {
    self.id = id
    self.method = method
    self.params = params
    self.client = client
  }

  var meta: JSONObject { params["_meta"]?.objectValue ?? [:] }
}

extension Server {
  /// Answers in place of a result that is too long for a line.
  func oversized(_ request: Request) -> [UInt8] {
    guard request.method == .callTool else {
      return Frame.error(.internalError("the result is too large for one message"), request.id)
    }
    return failed(.tooLarge, request)
  }

  /// Answers in place of a result whose deed could not be made durable.
  func broken(_ failure: ToolFailure, _ request: Request) -> [UInt8] {
    guard request.method == .callTool else {
      return Frame.error(.internalError(failure.summary), request.id)
    }
    return failed(failure, request)
  }

  private func failed(_ failure: ToolFailure, _ request: Request) -> [UInt8] {
    var body = ResultBody()
    ToolResult.failure(failure).writeMembers(to: &body.members, request.client.version)
    var bytes: [UInt8] = []
    envelope.write(body, request.id, request.client.era, to: &bytes)
    return bytes
  }
}

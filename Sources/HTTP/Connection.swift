import Posix

/// Answers one client, request by request, on a thread of its own.
struct Connection {
  private let link: ClientLink
  private let service: any HTTPService
  private let stop: StopSign
  private var reader: RequestReader

  private var limits: HTTPLimits { link.limits }

  init(_ link: ClientLink, _ service: any HTTPService, _ stop: StopSign) {
    self.link = link
    self.service = service
    self.stop = stop
    reader = RequestReader(link.limits)
  }

  /// Serves until the client goes, says something that is no request, or the server stops.
  mutating func serve() {
    do throws(SystemError) {
      while try serveOne() {}
    } catch {
      // A client that is gone, or does not fetch what it asked for, can be told nothing.
    }
  }

  /// Serves the next request; false if there will be no other.
  private mutating func serveOne() throws(SystemError) -> Bool {
    do throws(Interruption) {
      guard let head = try readHead() else { return false }
      let refusal = service.refusal(of: head)
      let response =
        if let refusal { refusal } else {
          service.answer(HTTPRequest(head: head, body: try readBody(of: head)))
        }
      // The body of what is refused is not read, so nothing after it can be.
      let isReadable = refusal == nil || head.contentLength == 0
      let goesOn = try sending { () throws(SystemError) in
        try send(response, to: head, keepsAlive: head.keepsAlive && isReadable && !stop.isSet)
      }
      if !isReadable { link.linger() }
      return goesOn
    } catch {
      switch error {
      case .lost(let error): throw error
      case .wrong(let error):
        try sendBytes(.refusal(error), keepsAlive: false)
        link.linger()
        return false
      }
    }
  }

  /// Says why a request came to nothing.
  private enum Interruption: Error {
    case wrong(RequestError)
    case lost(SystemError)
  }

  private func sending<Value>(
    _ body: () throws(SystemError) -> Value
  ) throws(Interruption) -> Value {
    do throws(SystemError) { return try body() } catch { throw .lost(error) }
  }

  // MARK: Reading

  /// Reads a head; nil if none comes any more.
  private mutating func readHead() throws(Interruption) -> RequestHead? {
    var hasBegun = !reader.isEmpty
    var deadline = MonotonicTime.after(hasBegun ? limits.headTime : limits.idleTime)
    while true {
      do throws(RequestError) {
        if let head = try reader.nextHead() { return head }
      } catch {
        throw .wrong(error)
      }
      if !hasBegun, !reader.isEmpty {
        hasBegun = true
        deadline = .after(limits.headTime)
      }
      guard try fill(until: deadline, isDue: hasBegun) else { return nil }
    }
  }

  private mutating func readBody(of head: RequestHead) throws(Interruption) -> [UInt8] {
    if head.expectsContinue {
      try sending { () throws(SystemError) in
        let word = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        try link.write(word[...], until: limits.deadline(for: word.count))
      }
    }
    let deadline = MonotonicTime.after(limits.bodyTime)
    while true {
      if let body = reader.nextBody(head.contentLength) { return body }
      guard try fill(until: deadline, isDue: true) else {
        throw .wrong(.malformed("its body ends early"))
      }
    }
  }

  /// Takes in what comes next; false at the end. A client that owes something must not be late.
  private mutating func fill(
    until deadline: MonotonicTime, isDue: Bool
  ) throws(Interruption) -> Bool {
    let awaited = try sending { () throws(SystemError) in try link.wait(until: deadline) }
    switch awaited {
    case .spoken:
      let piece = try sending { () throws(SystemError) in try link.read() }
      reader.append(piece)
      return !piece.isEmpty
    case .timeOver where isDue: throw .wrong(.tooSlow)
    case .timeOver, .stopping, .other: return false
    }
  }

  // MARK: Answering

  /// Sends an answer; false if the connection ends with it.
  private func send(
    _ response: HTTPResponse, to head: RequestHead, keepsAlive: Bool
  ) throws(SystemError) -> Bool {
    switch response.body {
    case .bytes: try sendBytes(response, keepsAlive: keepsAlive, isHead: head.method == .head)
    case .content(let size, let read):
      return try sendContent(response, size, read, head, keepsAlive: keepsAlive)
    case .events(let write):
      let opening = response.head(response.status, length: nil, keepsAlive: false)
      try link.write(opening[...], until: limits.deadline(for: opening.count))
      guard head.method != .head else { return false }
      do throws(EventSink.Ended) {
        try write(EventSink(link: link))
      } catch {
        // Whoever listened has gone.
      }
      return false
    }
    return keepsAlive
  }

  private func sendBytes(
    _ response: HTTPResponse, keepsAlive: Bool, isHead: Bool = false
  ) throws(SystemError) {
    guard case .bytes(let body) = response.body else { return }
    var bytes = response.head(response.status, length: body.count, keepsAlive: keepsAlive)
    if !isHead { bytes += body }
    try link.write(bytes[...], until: limits.deadline(for: bytes.count))
  }

  private func sendContent(
    _ response: HTTPResponse, _ size: Int, _ read: (Range<Int>) throws -> [UInt8],
    _ head: RequestHead, keepsAlive: Bool
  ) throws(SystemError) -> Bool {
    var more = ["Accept-Ranges: bytes"]
    var (status, part) = (response.status, 0..<size)
    switch ByteRange(head.fields, size: size, entityTag: response.fields["ETag"]) {
    case .whole: break
    case .part(let asked):
      (status, part) = (.partialContent, asked)
      more.append("Content-Range: bytes \(asked.lowerBound)-\(asked.upperBound - 1)/\(size)")
    case .unsatisfiable:
      (status, part) = (.rangeNotSatisfiable, 0..<0)
      more.append("Content-Range: bytes */\(size)")
    }
    let deadline = limits.deadline(for: part.count)
    let opening = response.head(status, length: part.count, keepsAlive: keepsAlive, more: more)
    try link.write(opening[...], until: deadline)
    if head.method == .head { return keepsAlive }
    var next = part.lowerBound
    while next < part.upperBound {
      // What cannot be read leaves the answer short, which the client notices.
      guard let piece = try? read(next..<min(next + Self.piece, part.upperBound)), !piece.isEmpty
      else { return false }
      try link.write(piece[...], until: deadline)
      next += piece.count
    }
    return keepsAlive
  }

  private static let piece = 64 << 10
}

/// Answers one request.
package struct HTTPResponse: Sendable {
  package enum Body: Sendable {
    case bytes([UInt8])
    /// Is read piece by piece while it is sent, whole or in the part that was asked for.
    case content(size: Int, read: @Sendable (Range<Int>) throws -> [UInt8])
    /// Is written as things happen, until the closure returns or nobody listens.
    case events(@Sendable (EventSink) throws(EventSink.Ended) -> Void)
  }

  package var status: HTTPStatus
  package var fields: HeaderFields
  package var body: Body

  package init(
    _ status: HTTPStatus = .ok, fields: HeaderFields = HeaderFields(), body: Body = .bytes([])
  ) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// Answers a request that could not be read, in words.
  static func refusal(_ error: RequestError) -> HTTPResponse {
    var fields = HeaderFields(["Content-Type": "text/plain; charset=utf-8"])
    if error == .methodNotAllowed { fields.add("Allow", "GET, HEAD, POST") }
    return HTTPResponse(error.status, fields: fields, body: .bytes(Array("\(error)\n".utf8)))
  }

  static let full = HTTPResponse(
    .unavailable, fields: ["Content-Type": "text/plain; charset=utf-8", "Retry-After": "1"],
    body: .bytes(Array("Too many connections are open; close a page or try again.\n".utf8)))

  /// Writes the head; `length` is absent where the end of the connection is the end of the body.
  func head(_ status: HTTPStatus, length: Int?, keepsAlive: Bool, more: [String] = []) -> [UInt8] {
    var lines = ["HTTP/1.1 \(status.rawValue) \(status.reason)"]
    lines += fields.all.map { "\($0.name): \(Self.oneLine($0.value))" } + more
    if let length { lines.append("Content-Length: \(length)") }
    lines.append(keepsAlive ? "Connection: keep-alive" : "Connection: close")
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  /// Keeps a value from beginning another field, wherever it came from.
  private static func oneLine(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return value }
    return String(
      String.UnicodeScalarView(value.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\u{7F}" }))
  }
}

extension HeaderFields: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { add(name, value) }
  }
}

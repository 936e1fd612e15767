/// Is all of a request but its body.
package struct RequestHead: Sendable, Hashable {
  package var method: HTTPMethod
  package var target: RequestTarget
  package var fields: HeaderFields
  /// Counts the bytes of the body that follows.
  package var contentLength = 0
  /// Tells whether the client may send another request after this one.
  package var keepsAlive = true
  /// Tells whether the client waits for a word before it sends the body.
  package var expectsContinue = false
}

extension RequestHead {
  /// Reads the lines of a head, without the empty one that ends it.
  init(_ bytes: ArraySlice<UInt8>, _ limits: HTTPLimits) throws(RequestError) {
    var lines = Self.lines(bytes)[...]
    let words = (lines.popFirst() ?? []).split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(Self.isTokenByte) else {
      throw .malformed("its first line is no request line")
    }
    let version = String(decoding: words[2], as: UTF8.self)
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
      throw version.hasPrefix("HTTP/")
        ? .versionNotSupported : .malformed("its first line names no version")
    }
    guard let method = HTTPMethod(rawValue: String(decoding: words[0], as: UTF8.self)) else {
      throw .methodNotAllowed
    }
    let target = try RequestTarget(words[1])
    guard lines.count <= limits.fieldCount else { throw .fieldsTooLarge }
    var fields = HeaderFields()
    for line in lines {
      let (name, value) = try Self.field(line)
      fields.add(name, value)
    }
    self.init(method: method, target: target, fields: fields)
    try readMeaning(isCurrent: version == "HTTP/1.1", limits)
  }

  /// Takes the fields that say how the message itself is to be read.
  private mutating func readMeaning(
    isCurrent: Bool, _ limits: HTTPLimits
  ) throws(RequestError) {
    switch fields.single("Host") {
    case .one(let host) where !host.isEmpty: break
    case .absent where !isCurrent: break
    case .absent, .several, .one: throw .malformed("it must name one Host")
    }
    guard fields.values("Transfer-Encoding").isEmpty else { throw .lengthRequired }
    switch fields.single("Content-Length") {
    case .absent:
      if method == .post { throw .lengthRequired }
    case .several: throw .malformed("it names several lengths")
    case .one(let text):
      guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
        let length = Int(text)
      else { throw .malformed("its length is no number") }
      if length > limits.body { throw .bodyTooLarge }
      guard length == 0 || method == .post else { throw .malformed("only POST has a body") }
      contentLength = length
    }
    if let expectation = fields.values("Expect").first {
      guard expectation.lowercased() == "100-continue" else { throw .expectationFailed }
      expectsContinue = contentLength > 0
    }
    let wishes = fields.values("Connection").joined(separator: ",").lowercased()
    keepsAlive = isCurrent && !wishes.contains("close")
  }

  private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      // Whoever cut the head saw a carriage return before each line feed.
      lines.append(bytes[start..<end - 1])
      start = end + 1
    }
    return lines
  }

  /// Reads `Name: value`. A line that goes on with white space is refused, as is a name before it.
  private static func field(
    _ line: ArraySlice<UInt8>
  ) throws(RequestError) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte)
    else { throw .malformed("a line is no header field") }
    var value = line[(colon + 1)...]
    while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    // Others' cookies may hold any bytes above ASCII; they harm nobody here.
    guard value.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
      throw .malformed("a header field holds control characters")
    }
    return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
  }

  /// Tells whether a byte may stand in a token (RFC 9110, section 5.6.2).
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

/// Is a whole request.
package struct HTTPRequest: Sendable {
  package var head: RequestHead
  package var body: [UInt8]

  package init(head: RequestHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}

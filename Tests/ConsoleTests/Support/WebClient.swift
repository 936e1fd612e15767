import JSON
import Posix
import TestSupport

/// Is an answer over HTTP, taken apart.
struct Reply: Sendable {
  var status: Int
  var fields: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  func json() throws -> JSONValue { try JSONValue.parse(body) }
}

/// Asks a server on the loopback, one connection a question.
enum WebClient {
  static func ask(
    _ port: Int, _ method: String, _ path: String, _ fields: [(String, String)] = [],
    body: String? = nil, within limit: Duration = .seconds(30)
  ) throws -> Reply {
    let socket = try Socket.connect(loopbackPort: UInt16(port))
    var lines = ["\(method) \(path) HTTP/1.1", "Connection: close"]
    if !fields.contains(where: { $0.0 == "Host" }) { lines.append("Host: 127.0.0.1:\(port)") }
    lines += fields.map { "\($0.0): \($0.1)" }
    if let body { lines.append("Content-Length: \(body.utf8.count)") }
    try socket.write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
    let deadline = MonotonicTime.after(limit)
    var bytes: [UInt8] = []
    while true {
      guard try Poller.isReadable(socket.rawValue, until: deadline) else {
        throw Program.Failure.unexpected("no answer to \(method) \(path)")
      }
      let piece = try socket.read(upTo: 65536)
      if piece.isEmpty { break }
      bytes += piece
      // A driver may keep the connection for all that was said.
      if let reply = Reply(bytes), reply.isWhole { return reply }
    }
    guard let reply = Reply(bytes) else {
      throw Program.Failure.unexpected("no HTTP: \(String(decoding: bytes, as: UTF8.self))")
    }
    return reply
  }
}

extension Reply {
  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .split(separator: "\r\n")
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (parts[0].lowercased(), String(parts.last?.drop(while: { $0 == " " }) ?? ""))
    }
    self.init(
      status: status, fields: Dictionary(fields, uniquingKeysWith: { $1 }),
      body: Array(bytes[end.upperBound...]))
  }

  fileprivate var isWhole: Bool {
    fields["content-length"].flatMap { Int($0) }.map { body.count >= $0 } ?? false
  }
}

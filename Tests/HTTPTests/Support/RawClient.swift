import HTTP
import Posix
import TestSupport

/// Talks to a server in bytes, as no browser would.
final class RawClient: Sendable {
  let socket: Descriptor

  init(_ server: HTTPServer, _ family: Socket.Family = .v4) throws {
    socket = try Socket.connect(loopbackPort: server.port, family)
  }

  func send(_ text: String) throws { try socket.write(Array(text.utf8)) }

  /// Reads until the server has closed.
  func rest(within limit: Duration = .seconds(20)) throws -> String {
    try read(within: limit) { _ in false }
  }

  /// Reads until what was read is enough, or the server has closed.
  func read(
    within limit: Duration = .seconds(20), until isEnough: (String) -> Bool
  ) throws -> String {
    let deadline = MonotonicTime.after(limit)
    var bytes: [UInt8] = []
    while !isEnough(String(decoding: bytes, as: UTF8.self)) {
      guard try Poller.isReadable(socket.rawValue, until: deadline) else {
        throw Program.Failure.unexpected(
          "the server said only: \(String(decoding: bytes, as: UTF8.self))")
      }
      let piece: [UInt8]
      do {
        piece = try socket.read(upTo: 65536)
      } catch {
        // A reset is an end, too.
        guard error.isClosedPipe else { throw error }
        break
      }
      if piece.isEmpty { break }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Lends a server that tells back what it heard, and stops it.
func withServer(
  _ change: (inout HTTPLimits) -> Void = { _ in },
  _ body: (HTTPServer, Echo) throws -> Void
) throws {
  Signal.ignoreBrokenPipe()
  var limits = HTTPLimits()
  change(&limits)
  let echo = Echo()
  let server = try HTTPServer.start(limits: limits, echo)
  defer { server.stop() }
  try body(server, echo)
}

extension String {
  /// Gives the number in the first line of an answer.
  var status: Int { Int(split(separator: " ").dropFirst().first ?? "") ?? 0 }
}

import Posix
import TestSupport
import Testing

struct SocketTests {
  init() { Signal.ignoreBrokenPipe() }

  /// Sends a line each way over a fresh connection.
  private static func converse(
    _ listener: borrowing Descriptor, _ connect: () throws -> Conversation
  ) throws {
    let client = try connect()
    let server = try Socket.accept(listener)
    try client.socket.write(Array("question".utf8))
    try client.socket.shutdownWriting()
    #expect(try server.readToEnd(limit: 100) == Array("question".utf8))
    try server.write(Array("answer".utf8))
    _ = consume server
    #expect(try client.socket.readToEnd(limit: 100) == Array("answer".utf8))
  }

  private final class Conversation: Sendable {
    let socket: Descriptor
    init(_ socket: consuming Descriptor) { self.socket = socket }
  }

  @Test func aUnixSocketCarriesBothDirections() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/s"
      let listener = try Socket.listen(unixPath: path)
      try Self.converse(listener) { Conversation(try Socket.connect(unixPath: path)) }
      #expect(try FileStatus.of(path)?.kind == .socket)
      let taken = #expect(throws: SystemError.self) { _ = try Socket.listen(unixPath: path) }
      #expect(taken?.isAddressInUse == true)
      #expect(throws: SystemError.self) {
        _ = try Socket.connect(unixPath: String(repeating: "x", count: 200))
      }
    }
  }

  @Test(arguments: [Socket.Family.v4, .v6])
  func theLoopbackCarriesBothDirections(family: Socket.Family) throws {
    let listener: Descriptor
    do {
      listener = try Socket.listen(loopbackPort: 0, family)
    } catch {
      // A machine without IPv6 has no such loopback.
      #expect(family == .v6, "\(error)")
      return
    }
    let port = try Socket.localPort(listener)
    #expect(port > 0)
    try Self.converse(listener) { Conversation(try Socket.connect(loopbackPort: port, family)) }
    let taken = #expect(throws: SystemError.self) {
      _ = try Socket.listen(loopbackPort: port, family)
    }
    #expect(taken?.isAddressInUse == true)
  }
}

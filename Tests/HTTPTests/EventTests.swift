import HTTP
import Posix
import TestSupport
import Testing

/// Checks streams of events.
struct EventTests {
  private static func listen(_ server: HTTPServer, after: String? = nil) throws -> RawClient {
    let client = try RawClient(server)
    let resume = after.map { "Last-Event-ID: \($0)\r\n" } ?? ""
    try client.send("GET /events HTTP/1.1\r\nHost: h\r\n\(resume)\r\n")
    return client
  }

  @Test func eventsHaveNumbersAndAListenerGoesOnWhereItWas() throws {
    try withServer { server, _ in
      let first = try Self.listen(server).read { $0.contains("id: 3") && $0.hasSuffix("\n\n") }
      #expect(first.contains("event: count\nid: 1\ndata: line\ndata: 1\n\nevent: count\nid: 2\n"))
      let next = try Self.listen(server, after: "3").read {
        $0.contains("id: 6") && $0.hasSuffix("\n\n")
      }
      #expect(next.contains("id: 4\n") && !next.contains("id: 3\n"))
    }
  }

  @Test func aStreamShowsThatItIsAlive() throws {
    let change = { (limits: inout HTTPLimits) in limits.heartbeat = .milliseconds(20) }
    try withServer(change) { server, _ in
      let said = try Self.listen(server).read { $0.ranges(of: ": alive\n\n").count >= 2 }
      #expect(said.contains("id: 3"))
    }
  }

  @Test func aListenerThatLeavesOrSpeaksIsLetGo() throws {
    try withServer { server, _ in
      var listeners = [try Self.listen(server), try Self.listen(server)]
      for listener in listeners { _ = try listener.read { $0.contains("id: 3") } }
      #expect(server.connections == 2)
      listeners.removeLast()
      #expect(try eventually { server.connections == 1 })
      try listeners[0].send("GET / HTTP/1.1\r\n")
      #expect(try eventually { server.connections == 0 })
    }
  }
}

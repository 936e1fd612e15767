import HTTP
import Posix
import TestSupport
import Testing

/// Checks how a server behaves towards clients that are well, slow, many or hostile.
struct ServerTests {
  private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
  private static let last = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

  @Test(arguments: [Socket.Family.v4, .v6])
  func oneConnectionCarriesManyRequests(family: Socket.Family) throws {
    try withServer { server, _ in
      let client: RawClient
      do {
        client = try RawClient(server, family)
      } catch {
        // A machine without IPv6 has no such loopback.
        #expect(family == .v6, "\(error)")
        return
      }
      for _ in 1...3 {
        try client.send(Self.get)
        #expect(try client.read { $0.contains("GET|a|") }.status == 200)
      }
      try client.send(
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody" + Self.get + Self.last)
      let said = try client.rest()
      #expect(said.ranges(of: "HTTP/1.1 200 OK").count == 3)
      #expect(said.contains("POST|b||Host=h;Content-Length=4|body"))
      #expect(said.contains("Connection: close"))
    }
  }

  @Test func aHeadHasTheFieldsAndNoBody() throws {
    try withServer { server, _ in
      for path in ["a", "content"] {
        let client = try RawClient(server)
        try client.send("HEAD /\(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        let said = try client.rest()
        #expect(said.hasSuffix("\r\n\r\n") && said.contains("Content-Length: "))
        #expect(!said.contains("Content-Length: 0"))
      }
    }
  }

  @Test func whatIsNoRequestGetsWordsAndTheEndOfTheConnection() throws {
    try withServer { server, _ in
      let client = try RawClient(server)
      try client.send("GET / HTTP/1.1\r\nHost: h\r\nbad line\r\n\r\n" + Self.get)
      let said = try client.rest()
      #expect(said.status == 400 && said.contains("malformed"))
      #expect(said.ranges(of: "HTTP/1.1").count == 1)
    }
  }

  @Test func aRefusedBodyIsNotReadAndTheRefusalArrives() throws {
    try withServer { server, _ in
      let client = try RawClient(server)
      let body = String(repeating: "x", count: 100_000)
      try client.send("POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n\(body)")
      #expect(try client.rest().status == 403)
    }
  }

  @Test func aClientThatWaitsForAWordBeforeItsBodyGetsIt() throws {
    try withServer { server, _ in
      let client = try RawClient(server)
      try client.send(
        "POST /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n"
          + "Expect: 100-continue\r\n\r\n")
      #expect(try client.read { $0.hasSuffix("\r\n\r\n") } == "HTTP/1.1 100 Continue\r\n\r\n")
      try client.send("ok")
      #expect(try client.rest().hasSuffix("|ok"))
    }
  }

  @Test(arguments: [
    ("", 0), ("GET /", 408), ("GET / HTTP/1.1\r\nHost: h\r\n", 408),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nsome", 408),
  ])
  func aClientThatDoesNotFinishInTimeIsDropped(begun: String, status: Int) throws {
    let change = { (limits: inout HTTPLimits) in
      limits.headTime = .milliseconds(50)
      limits.bodyTime = .milliseconds(50)
      limits.idleTime = .milliseconds(50)
    }
    try withServer(change) { server, _ in
      let client = try RawClient(server)
      try client.send(begun)
      #expect(try client.rest().status == status)
      #expect(try eventually { server.connections == 0 })
    }
  }

  @Test func aClientThatDoesNotFetchItsAnswerIsDropped() throws {
    let change = { (limits: inout HTTPLimits) in
      limits.answerTime = .milliseconds(100)
      limits.leastRate = 1 << 34
    }
    try withServer(change) { server, _ in
      let client = try RawClient(server)
      try client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(try eventually { server.connections == 1 })
      #expect(try eventually { server.connections == 0 })
    }
  }

  @Test func oneClientTooManyIsTurnedAwayAndTheNextIsServedAgain() throws {
    let change = { (limits: inout HTTPLimits) in limits.connections = 3 }
    try withServer(change) { server, _ in
      var clients = try (1...3).map { _ in try RawClient(server) }
      #expect(try eventually { server.connections == 3 })
      #expect(try RawClient(server).rest().status == 503)
      clients.removeLast()
      #expect(try eventually { server.connections == 2 })
      let client = try RawClient(server)
      try client.send(Self.last)
      #expect(try client.rest().status == 200)
      #expect(clients.count == 2)
    }
  }

  @Test func anAnswerCannotBeginAnotherField() throws {
    try withServer { server, _ in
      let client = try RawClient(server)
      try client.send("GET /split HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
      #expect(try client.rest().contains("X-Said: aSet-Cookie: b\r\n"))
    }
  }

  @Test func contentThatCannotBeReadLeavesTheAnswerShort() throws {
    try withServer { server, _ in
      let client = try RawClient(server)
      try client.send("GET /broken HTTP/1.1\r\nHost: h\r\n\r\n")
      let said = try client.rest()
      #expect(said.contains("Content-Length: 1000") && said.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func aStopLetsWorkBeFinishedAndEndsTheRest() throws {
    try withServer { server, echo in
      let working = try RawClient(server)
      try working.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
      echo.gate.wait(while: { $0 == .untouched })
      let idle = try RawClient(server)
      try idle.send(Self.get)
      _ = try idle.read { $0.contains("GET|a|") }
      let listening = try RawClient(server)
      try listening.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
      _ = try listening.read { $0.contains("id: 3") }
      #expect(!server.stop(within: .milliseconds(20)))
      #expect(try idle.rest() == "")
      #expect(!(try listening.rest().contains("event")))
      #expect(throws: SystemError.self) { _ = try RawClient(server) }
      echo.gate.update { $0 = .open }
      let said = try working.rest()
      #expect(said.hasSuffix("released") && said.contains("Connection: close"))
      #expect(server.stop())
      let again = try HTTPServer.start(port: server.port, echo)
      #expect(again.port == server.port && again.stop())
    }
  }

  @Test func aTakenPortIsToldByName() throws {
    try withServer { server, echo in
      let error = #expect(throws: SystemError.self) {
        _ = try HTTPServer.start(port: server.port, echo)
      }
      #expect(error?.isAddressInUse == true)
    }
  }
}

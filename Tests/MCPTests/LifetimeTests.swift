import JSON
import JSONRPC
import MCP
import Posix
import TestSupport
import Testing

@Suite struct LifetimeTests {
  @Test func theEndOfInputEndsTheServerAtOnce() throws {
    let server = try TestServer()
    server.closeInput()
    #expect(server.exitCode(within: .seconds(30)) == 0)
    #expect(server.lines.isEmpty)
  }

  @Test func halfALineAtTheEndIsDropped() throws {
    let server = try TestServer()
    server.note(ping("1"))
    try server.sendBytes(Array((ping("1") + "\n" + ping("2")).utf8))
    try server.finish()
    #expect(try server.answer(1)["result"] == [:])
    #expect(server.lines.count == 1)
  }

  @Test func whatWaitsIsWokenAtTheEnd() throws {
    let fixture = Fixture()
    let server = try TestServer(fixture)
    try server.send([Modern.call(1, "sleep_ms", #"{"milliseconds":60000}"#)])
    #expect(try eventually { server.conversation.workers.count == 1 })
    let start = MonotonicTime.now
    try server.finish()
    #expect(try MonotonicTime.now - start < PromisedTime.bound(.seconds(5)))
    #expect(fixture.state.withLock { $0.interrupted } == 1)
    // Nobody cancelled it, so what it had to say is said.
    #expect(try server.result(1)["structuredContent"] == ["interrupted": true])
  }

  @Test func everythingReadBeforeTheEndIsAnswered() throws {
    let server = try TestServer()
    try server.send((0..<2000).map { Modern.call($0, "echo_text", #"{"text":"x"}"#) })
    try server.finish()
    #expect(server.lines.count == 2000)
    #expect(server.lines.map { $0["id"] } == (0..<2000).map { .integer($0) })
  }

  @Test func nothingIsOpenedForTheFirstAnswers() throws {
    let opened = Monitor(0)
    let fixture = Fixture { offer in
      let tools = offer.tools
      offer.tools = {
        opened.update { $0 += 1 }
        return tools()
      }
    }
    try withServer(fixture) { server in
      try server.send([Modern.request(1, "server/discover"), Legacy.initialize(2), ping("3")])
      _ = try server.settle()
      #expect(opened.withLock { $0 } == 0)
      _ = try server.ask(4, Modern.request(4, "tools/list"))
      _ = try server.ask(5, Modern.call(5, "echo_text", #"{"text":"x"}"#))
      #expect(opened.withLock { $0 } == 1)
    }
  }
}

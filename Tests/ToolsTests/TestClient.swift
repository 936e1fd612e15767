import JSON
import JSONRPC
import MCP
import Posix
import Synchronization
import TaskStore
import TestSupport
import Testing

@testable import Tools

/// Is an MCP client of the modern era, talking to a server in this process over pipes.
struct TestClient: Sendable {
  let rpc: RPCClient

  private func envelope(_ isDeclaring: Bool) -> JSONValue {
    [
      MetaKey.protocolVersion: .string(ProtocolVersion.july2026.rawValue),
      MetaKey.clientInfo: ["name": "tests", "version": "1"],
      MetaKey.clientCapabilities: isDeclaring ? ["extensions": [MetaKey.tasksExtension: [:]]] : [:],
    ]
  }

  func call(
    _ method: String, _ params: JSONObject = [:], declaring: Bool = false
  ) throws -> JSONValue {
    var params = params
    params["_meta"] = envelope(declaring)
    return try rpc.call(method, .object(params), timeout: .seconds(20))
  }

  /// Gives the whole result of a tool.
  func callTool(
    _ name: String, _ arguments: JSONObject, declaring: Bool = false
  ) throws -> JSONValue {
    try call(
      "tools/call", ["name": .string(name), "arguments": .object(arguments)], declaring: declaring)
  }

  /// Gives the structured content of a tool that must succeed.
  func tool(_ name: String, _ arguments: JSONObject) throws -> JSONValue {
    let result = try callTool(name, arguments)
    return try #require(result["structuredContent"], "\(result.text)")
  }

  /// Sends a call whose answer nobody waits for.
  func send(_ tool: String, _ arguments: JSONObject) throws {
    let params: JSONObject = [
      "name": .string(tool), "arguments": .object(arguments), "_meta": envelope(false),
    ]
    rpc.sendLine(Frame.request(.string("unawaited"), "tools/call", .object(params)))
  }

  /// Opens a stream of changes; its acknowledgement is the first that is heard.
  func listen(_ filter: JSONObject) throws {
    let params: JSONObject = ["notifications": .object(filter), "_meta": envelope(true)]
    rpc.sendLine(Frame.request(.string("listen"), "subscriptions/listen", .object(params)))
  }
}

/// Lends a client of a fresh server on the house; takes both down.
func withClient(
  of house: House, on store: TaskStore? = nil,
  hearing: @escaping @Sendable (_ method: String, _ params: JSONObject) -> Void = { _, _ in },
  _ body: (TestClient) throws -> Void
) throws {
  let requests = try Pipe.make()
  let answers = try Pipe.make()
  let conversation = Conversation(
    input: try requests.reading.duplicate(), output: try answers.writing.duplicate(),
    leave: { _ in })
  // A server of its own: what one remembers must not be what the store knows.
  let workshop = Workshop(house.workshop.setting, store: store)
  let serving = try Thread.start(name: "server") {
    _ = Toolbox.server(workshop, on: conversation).run()
  }
  let rpc = try RPCClient(
    reading: answers.takeReading(), writing: requests.takeWriting(), name: "client"
  ) { _, event in
    if case .notification(let method, let params) = event { hearing(method, params) }
  }
  let outcome = Result { try body(TestClient(rpc: rpc)) }
  rpc.close()
  serving.join()
  try outcome.get()
}

import JSON
import JSONRPC
import MCP
import Posix

/// Is one MCP client with a server of its own, started as a child over pipes.
final class DemoConnection: Sendable {
  private static let patience = Duration.seconds(12)

  private let child: ChildProcess
  private let client: RPCClient
  /// Stands in every request of the modern era; the legacy one says it once.
  private let envelope: JSONObject?

  /// Starts the program as a server and opens the conversation in the era of the version.
  init(_ spec: ProcessSpec, speaking version: ProtocolVersion) throws(DemoFailure) {
    do throws(SystemError) {
      let input = try Pipe.make()
      let output = try Pipe.make()
      var spec = spec
      spec.descriptors = [0: input.reading.rawValue, 1: output.writing.rawValue, 2: 2]
      child = try Self.spawn(spec)
      client = try RPCClient(
        reading: output.takeReading(), writing: input.takeWriting(), name: "demo-client")
    } catch {
      throw .system(error)
    }
    envelope = version.era == .modern ? Self.envelope(version) : nil
    if version.era == .legacy { try shakeHands(version) }
  }

  private static func spawn(_ spec: ProcessSpec) throws(SystemError) -> ChildProcess {
    do throws(SpawnFailure) {
      return try ChildProcess.spawn(spec)
    } catch {
      throw error.error
    }
  }

  private static func envelope(_ version: ProtocolVersion) -> JSONObject {
    [
      MetaKey.protocolVersion: .string(version.rawValue), MetaKey.clientInfo: implementation,
      MetaKey.clientCapabilities: [:],
    ]
  }

  private static var implementation: JSONValue {
    ["name": "errand-demo", "version": .string(ThisBuild.version)]
  }

  /// Opens the legacy conversation; everything after it goes without an envelope.
  private func shakeHands(_ version: ProtocolVersion) throws(DemoFailure) {
    let answer = try request(
      "initialize",
      [
        "protocolVersion": .string(version.rawValue), "capabilities": [:],
        "clientInfo": Self.implementation,
      ])
    let agreed = answer["protocolVersion"]?.stringValue
    try insist("the server agrees to \(version.rawValue)", agreed == version.rawValue)
    client.notify("notifications/initialized")
  }

  func request(_ method: String, _ params: JSONObject = [:]) throws(DemoFailure) -> JSONValue {
    var params = params
    if let envelope { params["_meta"] = .object(envelope) }
    do throws(CallFailure) {
      return try client.call(method, .object(params), timeout: Self.patience)
    } catch {
      throw .call(method: method, error)
    }
  }

  /// Calls a tool; gives its structured content.
  func tool(_ name: String, _ arguments: JSONObject) throws(DemoFailure) -> JSONValue {
    let result = try content(name, arguments)
    return try insist("\(name) gives structured content", result["structuredContent"])
  }

  /// Calls a tool; gives the whole result.
  func content(_ name: String, _ arguments: JSONObject) throws(DemoFailure) -> JSONValue {
    let result = try request(
      "tools/call", ["name": .string(name), "arguments": .object(arguments)])
    guard result["isError"]?.boolValue != true else {
      let text = result["content"]?.arrayValue?.first?["text"]?.stringValue
      throw .refused(tool: name, text: text ?? "without a word")
    }
    return result
  }

  /// Closes the server's input and insists that it ends by itself, well and soon.
  func leave() throws(DemoFailure) {
    client.close()
    let status: ExitStatus?
    do throws(SystemError) {
      status = try child.waitForExit(until: .after(.seconds(2)))
      if status != nil { try child.reap() }
    } catch {
      throw .system(error)
    }
    let ended = try insist("the server ends with its client", status)
    try insist("the server ends with 0, not \(ended)", ended.isSuccess)
  }

  /// Ends the server by force; for when something went wrong.
  func abandon() {
    client.close()
    // It may have ended by itself; then there is nothing left to signal.
    _ = try? child.signal(.kill)
    _ = try? child.reap()
  }
}

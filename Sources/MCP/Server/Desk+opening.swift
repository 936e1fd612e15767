import JSON
import JSONRPC

/// Decides the era of each request, for itself; nothing is locked for the connection.
extension Desk {
  func opened(
    _ id: RequestID, _ method: String, _ params: JSONObject
  ) throws(RPCError) -> Request {
    let isHandshake = method == Method.initialize.rawValue
    if isHandshake, params["protocolVersion"]?.stringValue != nil {
      return Request(id: id, method: .initialize, params: params, client: Self.unknown)
    }
    if case .object(let meta)? = params["_meta"], let client = try Self.client(meta) {
      let known = try Method.named(method, in: .modern, server.offer)
      return Request(id: id, method: known, params: params, client: client)
    }
    if isHandshake { throw .invalidParams("protocolVersion must be a string") }
    if method == Method.discover.rawValue || method == Method.listen.rawValue {
      throw .invalidParams("\(method) needs _meta with \(MetaKey.protocolVersion)")
    }
    guard let session else {
      guard method == Method.ping.rawValue else { throw Self.unopened }
      return Request(id: id, method: .ping, params: params, client: Self.unknown)
    }
    let known = try Method.named(method, in: .legacy, server.offer)
    return Request(id: id, method: known, params: params, client: session.client)
  }

  /// Stands for a sender who has not said anything about itself.
  private static let unknown = Client(
    version: .november2024, capabilities: [:], implementation: [:])

  private static let unopened = RPCError.invalidParams(
    "missing _meta with \(MetaKey.protocolVersion); or send initialize first",
    data: [
      "supported": .array(ProtocolVersion.allCases.reversed().map { .string($0.rawValue) })
    ])

  private static let levels: Set<String> = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  /// Holds what an envelope says, found in one pass: this runs for every request.
  private struct Envelope {
    var version: JSONValue?
    var capabilities: JSONValue?
    var implementation: JSONObject = [:]
    var level: JSONValue?

    init(_ meta: JSONObject) {
      for (key, value) in meta.members {
        switch key {
        case MetaKey.protocolVersion: version = value
        case MetaKey.clientCapabilities: capabilities = value
        case MetaKey.clientInfo: implementation = value.objectValue ?? [:]
        case MetaKey.logLevel: level = value
        default: break
        }
      }
    }
  }

  /// Reads the envelope, in the order its faults must be reported; nil if there is none.
  private static func client(_ meta: JSONObject) throws(RPCError) -> Client? {
    let envelope = Envelope(meta)
    guard let named = envelope.version else { return nil }
    guard case .string(let name) = named else {
      throw .invalidParams("\(MetaKey.protocolVersion) must be a string")
    }
    guard let version = ProtocolVersion.modern.first(where: { $0.rawValue == name }) else {
      throw .unsupportedVersion(name)
    }
    guard case .object(let capabilities)? = envelope.capabilities else {
      throw .invalidParams("\(MetaKey.clientCapabilities) must be an object")
    }
    if let level = envelope.level {
      guard case .string(let name) = level, levels.contains(name) else {
        throw .invalidParams("\(MetaKey.logLevel) must be a log level")
      }
    }
    return Client(
      version: version, capabilities: capabilities, implementation: envelope.implementation)
  }

  func discover() -> ResultBody {
    let members: JSONObject = [
      "supportedVersions": RPCError.supportedVersions,
      "capabilities": server.offer.capabilities(.modern),
      "instructions": .string(server.offer.card.instructions),
    ]
    return ResultBody(members, cache: .catalogue)
  }

  /// Opens a legacy session; a second one replaces the first.
  mutating func initialize(_ params: JSONObject) -> ResultBody {
    let version = ProtocolVersion.negotiated(params["protocolVersion"]?.stringValue ?? "")
    session = Session(
      client: Client(
        version: version, capabilities: params["capabilities"]?.objectValue ?? [:],
        implementation: params["clientInfo"]?.objectValue ?? [:]))
    server.audience.replaceSession()
    reportListening()
    return ResultBody([
      "protocolVersion": .string(version.rawValue),
      "capabilities": server.offer.capabilities(.legacy),
      "serverInfo": server.offer.card.implementation,
      "instructions": .string(server.offer.card.instructions),
    ])
  }
}

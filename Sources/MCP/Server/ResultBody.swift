import JSON
import JSONRPC

/// Is a result before its envelope, which differs between the eras and is added in one place.
struct ResultBody: Sendable {
  enum Kind: String, Sendable {
    case complete
    case inputRequired = "input_required"
    case task
  }

  /// Says how long a client may keep a result, modern era only.
  struct Cache: Sendable {
    var ttlMilliseconds: Int
    /// Lasts for what only changes with the program.
    static let catalogue = Cache(ttlMilliseconds: 3_600_000)
  }

  var kind = Kind.complete
  /// Holds the members as JSON text without the braces.
  var members: [UInt8]
  var cache: Cache?
  /// Tells that something is acknowledged by it, which must be durable before it leaves.
  var acknowledges = false

  init(
    kind: Kind = .complete, members: [UInt8] = [], cache: Cache? = nil,
    acknowledges: Bool = false
  ) {
    self.kind = kind
    self.members = members
    self.cache = cache
    self.acknowledges = acknowledges
  }

  init(
    _ object: JSONObject, kind: Kind = .complete, cache: Cache? = nil,
    acknowledges: Bool = false
  ) {
    self.init(
      kind: kind, members: Self.members(object), cache: cache, acknowledges: acknowledges)
  }

  static func members(_ object: JSONObject) -> [UInt8] {
    Array(JSONValue.object(object).bytes.dropFirst().dropLast())
  }
}

/// Writes results with the envelope of their era.
struct Envelope: Sendable {
  private let serverInfo: [UInt8]

  init(_ card: ServerCard) {
    let meta: JSONValue = [MetaKey.serverInfo: card.implementation]
    serverInfo = Array(#""_meta":"#.utf8) + meta.bytes
  }

  func write(_ body: ResultBody, _ id: RequestID, _ era: Era, to bytes: inout [UInt8]) {
    // A long answer would otherwise be copied again each time the room doubles.
    if bytes.isEmpty { bytes.reserveCapacity(body.members.count + 1024) }
    Frame.result(id, to: &bytes) { bytes in
      bytes.append(UInt8(ascii: "{"))
      switch era {
      case .legacy: bytes += body.members
      case .modern: writeModern(body, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private func writeModern(_ body: ResultBody, to bytes: inout [UInt8]) {
    switch body.kind {
    case .complete: bytes += Self.complete
    case .inputRequired: bytes += Self.inputRequired
    case .task: bytes += Self.task
    }
    if !body.members.isEmpty {
      bytes += body.members
      bytes.append(UInt8(ascii: ","))
    }
    if let cache = body.cache {
      bytes += Array(#""ttlMs":\#(cache.ttlMilliseconds),"cacheScope":"private","#.utf8)
    }
    bytes += serverInfo
  }

  private static let complete = Array(#""resultType":"complete","#.utf8)
  private static let inputRequired = Array(#""resultType":"input_required","#.utf8)
  private static let task = Array(#""resultType":"task","#.utf8)
}

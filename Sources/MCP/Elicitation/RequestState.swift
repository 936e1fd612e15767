import JSON

/// Seals what a question carries until its answer: the client brings it back and may have changed
/// it.
struct RequestState: Sendable {
  /// Makes and checks seals; asked for the key only when one is needed.
  let key: @Sendable () throws(ToolFailure) -> [UInt8]
  /// Gives the milliseconds since 1970.
  let now: @Sendable () -> Int64

  /// Says how long a question may stay open.
  static let lifetime: Int64 = 60 * 60 * 1000
  private static let sealLength = 32

  /// Names the call a state belongs to; it is good for no other.
  struct Call: Sendable {
    var tool: String
    var arguments: JSONObject

    /// Digests the arguments so that another order of members is the same call.
    fileprivate var digest: String {
      let value = JSONValue.object(arguments)
      let bytes: [UInt8]
      do {
        bytes = try value.canonical
      } catch {
        bytes = value.bytes
      }
      return Base64.urlEncode(SHA256.hash(bytes))
    }
  }

  /// Is what a question carries: its words by key, to know later what was refused, and the tool's
  /// own data.
  struct Carried: Sendable, Hashable {
    var asked: [String: String]
    var data: JSONValue
  }

  func seal(_ carried: Carried, _ call: Call) throws(ToolFailure) -> String {
    var random = SystemRandomNumberGenerator()
    let payload: JSONValue = [
      "v": 1, "method": "tools/call", "tool": .string(call.tool), "args": .string(call.digest),
      "expires": .integer(Int(now() + Self.lifetime)),
      "nonce": .string(String(random.next() as UInt64, radix: 36)),
      "asked": .object(Self.members(carried.asked)), "data": carried.data,
    ]
    let bytes = payload.bytes
    return Base64.urlEncode(bytes + HMAC.sha256(key: try key(), bytes))
  }

  private static func members(_ asked: [String: String]) -> JSONObject {
    JSONObject(asked.map { (key: $0.key, value: .string($0.value)) })
  }

  /// Gives back what was carried; nil if the state is not ours, not for this call, or too old.
  func open(_ text: String, _ call: Call) throws(ToolFailure) -> Carried? {
    guard let all = Self.decoded(text), all.count > Self.sealLength else { return nil }
    let bytes = Array(all.dropLast(Self.sealLength))
    let expected = HMAC.sha256(key: try key(), bytes)
    guard HMAC.isEqual(expected, Array(all.suffix(Self.sealLength))) else { return nil }
    guard let payload = Self.parsed(bytes), payload["v"] == 1, payload["method"] == "tools/call",
      payload["tool"] == .string(call.tool), payload["args"] == .string(call.digest),
      let expires = payload["expires"]?.intValue, Int64(expires) > now(),
      let asked = payload["asked"]?.objectValue, let data = payload["data"]
    else { return nil }
    let words = asked.compactMap { key, value in value.stringValue.map { (key, $0) } }
    return Carried(asked: Dictionary(words, uniquingKeysWith: { first, _ in first }), data: data)
  }

  private static func decoded(_ text: String) -> [UInt8]? {
    do {
      return try Base64.urlDecode(text)
    } catch {
      return nil
    }
  }

  private static func parsed(_ bytes: [UInt8]) -> JSONValue? {
    do {
      return try JSONValue.parse(bytes)
    } catch {
      return nil
    }
  }
}

import JSON

/// Writes messages straight to bytes, each one line with its newline.
package enum Frame {
  /// Writes a result whose JSON text `body` appends.
  package static func result(
    _ id: RequestID, to bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void
  ) {
    bytes += opening
    id.write(to: &bytes)
    bytes += resultKey
    body(&bytes)
    bytes += closing
  }

  package static func result(_ id: RequestID, _ value: JSONValue) -> [UInt8] {
    var bytes: [UInt8] = []
    result(id, to: &bytes) { $0 += value.bytes }
    return bytes
  }

  /// Writes an error; without an id the member is left out, since null is not an id.
  package static func error(_ error: RPCError, _ id: RequestID?) -> [UInt8] {
    var members: JSONObject = ["jsonrpc": "2.0"]
    members["id"] = id?.value
    members["error"] = error.value
    return line(.object(members))
  }

  package static func request(
    _ id: RequestID, _ method: String, _ params: JSONValue?
  ) -> [UInt8] {
    var members: JSONObject = ["jsonrpc": "2.0", "id": id.value, "method": .string(method)]
    members["params"] = params
    return line(.object(members))
  }

  package static func notification(_ method: String, _ params: JSONValue?) -> [UInt8] {
    var members: JSONObject = ["jsonrpc": "2.0", "method": .string(method)]
    members["params"] = params
    return line(.object(members))
  }

  private static func line(_ message: JSONValue) -> [UInt8] {
    var bytes = message.bytes
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static let opening = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
  private static let resultKey = Array(#","result":"#.utf8)
  private static let closing = Array("}\n".utf8)

  /// Appends digits without making a string of them.
  static func append(_ number: Int, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }
}

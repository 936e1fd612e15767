import JSON

/// Knows the lines of a protocol that carry a piece of a block still running. The block stands
/// whole elsewhere; of a secret in it, no piece looks like one.
package enum StreamPiece {
  /// Longer lines carry more than a piece.
  private static let longest = 256 << 10

  package static func isOne(_ line: [UInt8]) -> Bool {
    // What every such line has, so that few others are read twice.
    guard line.count <= longest, has("elta\"", line) || has("_chunk\"", line) else { return false }
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONValue.parse(line, surrogates: .replaced)
    } catch {
      return false
    }
    if value["type"]?.stringValue == "stream_event" {
      return value["event"]?["type"]?.stringValue == "content_block_delta"
    }
    guard let method = value["method"]?.stringValue, value["id"] == nil else { return false }
    if method == "session/update" {
      let kind = value["params"]?["update"]?["sessionUpdate"]?.stringValue
      return kind?.hasSuffix("_chunk") ?? false
    }
    return method.hasSuffix("elta")
  }

  /// Gives a transcript without such lines.
  package static func removed(from transcript: [UInt8]) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    let lines = transcript.split(separator: newline, omittingEmptySubsequences: false)
    return Array(lines.filter { !isOne(Array($0)) }.joined(separator: [newline]))
  }

  private static func has(_ sign: String, _ line: [UInt8]) -> Bool {
    let sign = Array(sign.utf8)
    let bytes = line.span
    guard bytes.count >= sign.count else { return false }
    for start in 0...(bytes.count - sign.count) where bytes[start] == sign[0] {
      if line[start..<start + sign.count].elementsEqual(sign) { return true }
    }
    return false
  }
}

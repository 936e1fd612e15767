import JSON
import Tasks

/// Makes an agent's words fit to store: valid, bounded, without control or escape sequences.
package enum AgentText {
  /// Keeps at most the bound of one message, and says what was cut.
  package static func stored(
    _ bytes: [UInt8], length: Int? = nil, limit: Int = AgentBounds.storedText
  ) -> String {
    let length = length ?? bytes.count
    guard length > limit || bytes.count < length else {
      return clean(bytes[...], limit)
    }
    let kept = bytes.prefix(characterBoundary(in: bytes, atMost: min(limit, bytes.count)))
    let text = clean(kept, limit)
    return "\(text) … [cut: \(kept.count) of \(length) bytes kept]"
  }

  /// Spares plain text, which most output is, the work of looking at each character.
  private static func clean(_ bytes: ArraySlice<UInt8>, _ limit: Int) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return isPlain(bytes) ? text : CleanText.clean(text, limit: limit)
  }

  private static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
    let bytes = bytes.span
    var others: UInt8 = 0
    for index in bytes.indices {
      let byte = bytes[index]
      // No way out of the loop and no short cut in it: only so it becomes few instructions.
      others |=
        (byte &- 0x20 <= 0x7E - 0x20 ? 0 : 1) & (byte == UInt8(ascii: "\n") ? 0 : 1)
        & (byte == UInt8(ascii: "\t") ? 0 : 1)
    }
    return others == 0
  }

  /// Keeps a small value as it is, and a large one as the beginning of its text.
  package static func stored(_ value: JSONValue) -> JSONValue {
    let bytes = value.bytes
    guard bytes.count > AgentBounds.storedValue else {
      return CleanText.clean(value, limit: AgentBounds.storedValue)
    }
    return .string(stored(bytes, limit: AgentBounds.storedValue))
  }

  /// Steps back from a cut inside a character, so that the cut adds no replacement mark.
  private static func characterBoundary(in bytes: [UInt8], atMost limit: Int) -> Int {
    var end = limit
    while end > 0, limit - end < 4, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }
}

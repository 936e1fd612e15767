import Agents

/// Remembers the last lines of a text that may be endless.
struct TailText: Sendable {
  /// Enough for an output in the agent's last words, and for the longest summary in any script.
  static let kept = 64 << 10
  private var bytes: [UInt8] = []

  /// Appends a whole block, which ends its line.
  mutating func append(_ text: String) {
    append(text.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  mutating func append(_ more: some Collection<UInt8>) {
    // What is dropped from nothing is still a slice, and a slice of a string is copied slowly.
    if more.count <= Self.kept { bytes += more } else { bytes += more.suffix(Self.kept) }
    if bytes.count > 2 * Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
  }

  /// Gives the last whole lines that fit; of one long line its end.
  func lines(atMost limit: Int) -> String {
    var start = bytes.startIndex
    // The oldest byte may stand inside a character.
    while start < bytes.endIndex, bytes[start] & 0xC0 == 0x80 { start += 1 }
    let text = String(decoding: bytes[start...], as: UTF8.self)
      .trimmingSuffix { $0.isWhitespace }
    // Only the end is counted: characters are slow to find.
    guard text.utf8.count > limit,
      let first = text.index(text.endIndex, offsetBy: -limit, limitedBy: text.startIndex),
      first > text.startIndex
    else { return String(text) }
    let end = text[first...]
    guard let newline = end.firstIndex(of: "\n") else { return String(end) }
    return String(end[end.index(after: newline)...])
  }

  /// Gives everything that is remembered.
  var all: String { lines(atMost: Self.kept * 2) }

  /// Gives the last line that says something.
  var lastLine: String? {
    lines(atMost: AgentBounds.summary).split(separator: "\n").last {
      !$0.allSatisfy(\.isWhitespace)
    }.map(String.init)
  }
}

extension String {
  func trimmingSuffix(while drop: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let last = rest.last, drop(last) { rest.removeLast() }
    return rest
  }
}

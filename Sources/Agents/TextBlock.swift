import Tasks

/// Gathers plain lines into blocks, so that a chatty program costs a message per block.
struct TextBlock: Sendable {
  private var bytes: [UInt8] = []

  var isEmpty: Bool { bytes.isEmpty }

  /// Takes in a line; gives what is full, and a long line by itself.
  mutating func gather(_ line: AgentLine) -> [AgentEvent] {
    if line.isCut || line.bytes.count > AgentBounds.block {
      return flush() + [.text(AgentText.stored(line.bytes, length: line.length))]
    }
    bytes.append(contentsOf: line.bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes.count >= AgentBounds.block ? flush() : []
  }

  mutating func flush() -> [AgentEvent] {
    defer { bytes.removeAll(keepingCapacity: true) }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    let text = AgentText.stored(bytes)
    return text.allSatisfy(\.isWhitespace) ? [] : [.text(text)]
  }
}

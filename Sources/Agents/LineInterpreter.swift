import JSON
import Tasks

/// Understands a program that writes lines: event lines become events, all others text.
///
/// Plain lines are gathered into blocks, so that a chatty program costs a message per block and
/// not per line; whoever drives the interpreter calls `pause` when the stream rests.
package struct LineInterpreter: AgentInterpreter {
  private var block: [UInt8] = []

  package init() {}

  package var isGathering: Bool { !block.isEmpty }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    switch EventLine.read(line) {
    case .plain: return Reaction(events: gather(line))
    case .malformed: return Reaction(events: gather(line) + [.unknown])
    case .event(let event): return Reaction(events: flushed() + [event])
    }
  }

  /// Ignores commands: such a program has been given its whole input at the start.
  package mutating func carry(out command: AgentCommand) -> Reaction { .none }

  package mutating func pause() -> Reaction { Reaction(events: flushed()) }

  package mutating func finish() -> Reaction { Reaction(events: flushed()) }

  private mutating func gather(_ line: AgentLine) -> [AgentEvent] {
    if line.isCut || line.bytes.count > AgentBounds.block {
      return flushed() + [.text(AgentText.stored(line.bytes, length: line.length))]
    }
    block.append(contentsOf: line.bytes)
    block.append(UInt8(ascii: "\n"))
    return block.count >= AgentBounds.block ? flushed() : []
  }

  private mutating func flushed() -> [AgentEvent] {
    defer { block.removeAll(keepingCapacity: true) }
    if block.last == UInt8(ascii: "\n") { block.removeLast() }
    let text = AgentText.stored(block)
    return text.allSatisfy(\.isWhitespace) ? [] : [.text(text)]
  }
}

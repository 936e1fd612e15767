/// Understands a program that writes lines: event lines become events, all others text.
///
/// Plain lines are gathered into blocks; whoever drives the interpreter calls `pause` when the
/// stream rests.
package struct LineInterpreter: AgentInterpreter {
  private var block = TextBlock()

  package init() {}

  package var isGathering: Bool { !block.isEmpty }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    switch EventLine.read(line) {
    case .plain: return Reaction(events: block.gather(line))
    case .malformed: return Reaction(events: block.gather(line) + [.unknown])
    case .event(let event): return Reaction(events: block.flush() + [event])
    }
  }

  /// Ignores commands: such a program has been given its whole input at the start.
  package mutating func carry(out command: AgentCommand) -> Reaction { .none }

  package mutating func pause() -> Reaction { Reaction(events: block.flush()) }

  package mutating func finish() -> Reaction { Reaction(events: block.flush()) }
}

import JSON

/// Carries one line of an agent's output, without its newline.
package struct AgentLine: Sendable, Hashable {
  package var bytes: [UInt8]
  /// How long the line was; more than `bytes` hold when it was cut.
  package var length: Int

  package init(_ bytes: [UInt8], length: Int? = nil) {
    self.bytes = bytes
    self.length = length ?? bytes.count
  }

  package var isCut: Bool { bytes.count < length }
}

/// Tells a running agent something.
package enum AgentCommand: Sendable, Hashable {
  case answer(requestId: String, JSONValue)
  case interrupt
  case message(String)
}

/// Holds what follows from a line or a command: events for us, bytes for the agent's input.
package struct Reaction: Sendable, Hashable {
  package var events: [AgentEvent]
  package var bytes: [UInt8]

  package init(events: [AgentEvent] = [], bytes: [UInt8] = []) {
    self.events = events
    self.bytes = bytes
  }

  package static let none = Reaction()
}

/// Understands one agent's stream: lines and commands in, events and bytes out, no clock, no I/O.
package protocol AgentInterpreter: Sendable {
  mutating func interpret(_ line: AgentLine) -> Reaction
  mutating func carry(out command: AgentCommand) -> Reaction
  /// Tells whether something gathered waits for `pause`.
  var isGathering: Bool { get }
  /// Gives up what was gathered, since nothing came for a while.
  mutating func pause() -> Reaction
  /// Gives up everything, since nothing more will come.
  mutating func finish() -> Reaction
}

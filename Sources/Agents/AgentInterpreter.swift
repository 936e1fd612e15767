import JSON
import Tasks

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

/// Says whether an agent has work of its own left, after what it has said so far.
package enum AgentRest: Sendable, Hashable {
  case working
  /// Its turn is over; something it started goes on and may wake it again.
  case background
  /// It waits for us: it may be told more, or its input closed.
  case resting
}

/// Understands one agent's stream: lines and commands in, events and bytes out, no clock, no I/O.
package protocol AgentInterpreter: Sendable {
  /// What it says first on the agent's input, beyond what the launch gives.
  mutating func open() -> Reaction
  mutating func interpret(_ line: AgentLine) -> Reaction
  mutating func carry(out command: AgentCommand) -> Reaction
  var rest: AgentRest { get }
  /// What the agent last said the whole conversation has used, where it counts totals.
  var totals: Usage? { get }
  /// Tells whether a message could be given to it as it stands now.
  var takesMessages: Bool { get }
  /// Tells whether something gathered waits for `pause`.
  var isGathering: Bool { get }
  /// Gives up what was gathered, since nothing came for a while.
  mutating func pause() -> Reaction
  /// Gives up everything, since nothing more will come.
  mutating func finish() -> Reaction
}

extension AgentInterpreter {
  package mutating func open() -> Reaction { .none }
  package var rest: AgentRest { .working }
  package var totals: Usage? { nil }
  package var takesMessages: Bool { false }
  package var isGathering: Bool { false }
  package mutating func pause() -> Reaction { .none }
  package mutating func finish() -> Reaction { .none }
}

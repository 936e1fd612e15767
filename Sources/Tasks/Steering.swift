import JSON

/// Holds something said to a running agent: queued, then heard by it or taken back.
package struct Steering: Sendable, Hashable {
  /// Says when the agent is to hear it.
  package enum Timing: String, Sendable, Hashable, CaseIterable, JSONCodable {
    /// When its turn is over.
    case afterTurn = "after_turn"
    /// At once: its turn is stopped first.
    case interrupt
    package static let json = Codec<Timing>.enumeration
  }

  package enum State: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case queued, delivered, withdrawn
    package static let json = Codec<State>.enumeration
  }

  /// Names it, and makes a repeated call harmless.
  package var sendId: String
  package var attemptN: Int
  package var text: String
  package var timing: Timing
  package var sentBy: Actor
  package var sentAt: Timestamp
  package var state: State
}

/// Says something to the running attempt.
package struct Saying: Sendable, Hashable {
  package var sendId: String
  package var text: String
  package var timing: Steering.Timing

  package init(sendId: String, text: String, timing: Steering.Timing) {
    self.sendId = sendId
    self.text = text
    self.timing = timing
  }
}

// What is said to an agent is a change of its task, so that it survives whoever said it.
extension TaskRecord {
  /// What was said and not yet heard, in order.
  package var queuedSteering: [Steering] {
    guard status.isActive else { return [] }
    return steering.filter { $0.state == .queued && $0.attemptN == attemptCount }
  }

  /// What the latest attempt was told and had not heard, also when it ended before it could.
  package var unheardSteering: [Steering] {
    steering.filter { $0.state == .queued && $0.attemptN == attemptCount }
  }

  mutating func say(_ saying: Saying, at moment: Moment) throws(IllegalTransition.Cause) {
    guard status.isActive else { throw .status(status) }
    guard cancelRequest == nil else { throw .alreadyRequested }
    guard !steering.contains(where: { $0.sendId == saying.sendId }) else { throw .alreadyExists }
    guard queuedSteering.count < Limit.queuedSteering else { throw .limit("queuedSteering") }
    guard steering.count < Limit.steering else { throw .limit("steering") }
    steering.append(
      Steering(
        sendId: saying.sendId, attemptN: attemptCount, text: saying.text, timing: saying.timing,
        sentBy: moment.by, sentAt: moment.at, state: .queued))
  }

  /// Takes back what was not heard yet, or marks it as heard.
  mutating func conclude(
    _ sendId: String, as state: Steering.State
  ) throws(IllegalTransition.Cause) {
    guard let index = steering.firstIndex(where: { $0.sendId == sendId }) else {
      throw .unknownMessage(sendId)
    }
    guard steering[index].state == .queued else { throw .alreadyHeard(sendId) }
    guard status.isActive, steering[index].attemptN == attemptCount else { throw .status(status) }
    steering[index].state = state
  }
}

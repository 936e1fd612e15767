import JSON

/// Shows what was said to an agent that has not heard it yet.
package struct SteeringView: Sendable, Hashable {
  package var sendId: String
  package var text: String
  package var timing: Steering.Timing
  package var sentAt: Timestamp
}

extension SteeringView {
  package init(_ steering: Steering) {
    self.init(
      sendId: steering.sendId.cleanedWord,
      text: CleanText.line(steering.text, limit: ViewLimit.option), timing: steering.timing,
      sentAt: steering.sentAt)
  }
}

extension SteeringView: JSONCodable {
  package static let json = Codec.object(
    Self.init(sendId:text:timing:sentAt:),
    required("sendId", \.sendId, .string, "Takes it back, as cancel_send_id."),
    required("text", \.text, .string, "What was said, cut."),
    required("when", \.timing, Steering.Timing.json, "When it is to be heard."),
    required("sentAt", \.sentAt, .timestamp, "When it was said."))
}

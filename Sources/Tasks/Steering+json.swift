import JSON

extension Saying: JSONCodable {
  package static let json = Codec.object(
    Self.init(sendId:text:timing:),
    required("sendId", \.sendId, .string, "Names it."),
    required("text", \.text, .string, "What is said."),
    required("when", \.timing, Steering.Timing.json, "When it is to be heard."))
}

extension Steering: JSONCodable {
  package static let json = Codec.object(
    Self.init(sendId:attemptN:text:timing:sentBy:sentAt:state:),
    required("sendId", \.sendId, .string, "Names it."),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt it was said to."),
    required("text", \.text, .string, "What was said."),
    required("when", \.timing, Timing.json, "When it is to be heard."),
    required("sentBy", \.sentBy, Actor.json, "Who said it."),
    required("sentAt", \.sentAt, .timestamp, "When."),
    required("state", \.state, State.json, "Whether it was heard."))
}

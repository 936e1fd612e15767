import JSON

extension MessageBody {
  /// Writes the payload of the body's kind.
  func writePayload(to writer: inout JSONWriter) {
    typealias Payload = MessagePayload
    switch self {
    case .userMessage(let text, let from):
      Payload.Words.json.write(.init(text: text, from: from), to: &writer)
    case .text(let text), .textDelta(let text):
      Payload.Text.json.write(.init(text: text), to: &writer)
    case .toolCallStart(let callId, let tool, let title, let arguments):
      Payload.CallStart.json.write(
        .init(callId: callId, tool: tool, title: title, arguments: arguments), to: &writer)
    case .toolCallEnd(let callId, let tool, let ok, let result, let durationMs):
      Payload.CallEnd.json.write(
        .init(callId: callId, tool: tool, ok: ok, result: result, durationMs: durationMs),
        to: &writer)
    case .turnEnd(let turn, let usage, let stopReason):
      Payload.TurnEnd.json.write(
        .init(turn: turn, usage: usage, stopReason: stopReason), to: &writer)
    case .error(let code, let message, let retryable):
      Payload.Trouble.json.write(
        .init(code: code, message: message, retryable: retryable), to: &writer)
    case .info(let text, let data):
      Payload.Note.json.write(.init(text: text, data: data), to: &writer)
    case .inputRequest(let request): RequestMessage.json.write(request, to: &writer)
    case .inputResponse(let requestId, let answer, let answeredBy):
      Payload.Answer.json.write(
        .init(requestId: requestId, answer: answer, answeredBy: answeredBy), to: &writer)
    }
  }

  /// Reads what somebody else's program says in one message.
  package static func reading(
    _ kind: MessageKind, _ payload: JSONValue
  ) throws(Mismatch) -> MessageBody {
    try Self.payload(of: kind).decode(payload)
  }

  /// Gives the codec that reads the payload of a kind as a body.
  static func payload(of kind: MessageKind) -> Codec<MessageBody> {
    payloads[kind] ?? makePayload(of: kind)
  }

  // Made once: reading messages is where many come at a time.
  private static let payloads = Dictionary(
    uniqueKeysWithValues: MessageKind.allCases.map { ($0, makePayload(of: $0)) })

  private static func makePayload(of kind: MessageKind) -> Codec<MessageBody> {
    switch kind {
    case .userMessage:
      reading(MessagePayload.Words.json) { .userMessage(text: $0.text, from: $0.from) }
    case .text: reading(MessagePayload.Text.json) { .text($0.text) }
    case .textDelta: reading(MessagePayload.Text.json) { .textDelta($0.text) }
    case .toolCallStart:
      reading(MessagePayload.CallStart.json) {
        .toolCallStart(
          callId: $0.callId, tool: $0.tool, title: $0.title, arguments: $0.arguments)
      }
    case .toolCallEnd:
      reading(MessagePayload.CallEnd.json) {
        .toolCallEnd(
          callId: $0.callId, tool: $0.tool, ok: $0.ok, result: $0.result,
          durationMs: $0.durationMs)
      }
    case .turnEnd:
      reading(MessagePayload.TurnEnd.json) {
        .turnEnd(turn: $0.turn, usage: $0.usage, stopReason: $0.stopReason)
      }
    case .error:
      reading(MessagePayload.Trouble.json) {
        .error(code: $0.code, message: $0.message, retryable: $0.retryable)
      }
    case .info: reading(MessagePayload.Note.json) { .info(text: $0.text, data: $0.data) }
    case .inputRequest: reading(RequestMessage.json) { .inputRequest($0) }
    case .inputResponse:
      reading(MessagePayload.Answer.json) {
        .inputResponse(
          requestId: $0.requestId, answer: $0.answer, answeredBy: $0.answeredBy)
      }
    }
  }

  private static func reading<Payload>(
    _ codec: Codec<Payload>, _ embed: @escaping @Sendable (Payload) -> MessageBody
  ) -> Codec<MessageBody> {
    Codec<MessageBody>(
      schema: codec.schema, read: { codec.read($0, &$1).map(embed) },
      write: { $0.writePayload(to: &$1) })
  }
}

import JSON

extension MessageBody {
  /// Is the one part of a body that may be long, as text: words as they are, any other value as
  /// its JSON.
  package var longPart: String {
    switch self {
    case .userMessage(let text, _), .text(let text), .textDelta(let text): text
    case .toolCallStart(_, _, _, let arguments): arguments.map(Self.words) ?? ""
    case .toolCallEnd(_, _, _, let result, _): result.map(Self.words) ?? ""
    case .error(_, let message, _): message
    case .info(let text, let data): data.map { "\(text)\n\(Self.words($0))" } ?? text
    case .inputRequest(let request): request.question
    case .inputResponse(_, let answer, _): Self.words(answer)
    case .turnEnd: ""
    }
  }

  /// Gives the same body with a piece of its long part in place of the whole.
  package func holding(_ piece: String) -> MessageBody {
    switch self {
    case .userMessage(_, let from): .userMessage(text: piece, from: from)
    case .text: .text(piece)
    case .textDelta: .textDelta(piece)
    case .toolCallStart(let callId, let tool, let title, _):
      .toolCallStart(callId: callId, tool: tool, title: title, arguments: .string(piece))
    case .toolCallEnd(let callId, let tool, let ok, _, let durationMs):
      .toolCallEnd(
        callId: callId, tool: tool, ok: ok, result: .string(piece), durationMs: durationMs)
    case .error(let code, _, let retryable):
      .error(code: code, message: piece, retryable: retryable)
    case .info: .info(text: piece, data: nil)
    case .inputRequest(let request):
      .inputRequest(
        RequestMessage(
          requestId: request.requestId, question: piece, options: request.options))
    case .inputResponse(let requestId, _, let answeredBy):
      .inputResponse(requestId: requestId, answer: .string(piece), answeredBy: answeredBy)
    case .turnEnd: self
    }
  }

  private static func words(_ value: JSONValue) -> String { value.stringValue ?? value.text }
}

import JSON

extension MessageBody {
  /// Gives the body as it may be shown: every text of it cleaned and bounded.
  package func cleaned(limit: Int) -> MessageBody {
    func clean(_ text: String) -> String { CleanText.clean(text, limit: limit) }
    func line(_ text: String) -> String {
      CleanText.line(text, limit: min(limit, ViewLimit.title))
    }
    func clean(_ value: JSONValue?) -> JSONValue? {
      value.map { CleanText.clean($0, limit: limit) }
    }
    switch self {
    case .userMessage(let text, let from): return .userMessage(text: clean(text), from: from)
    case .text(let text): return .text(clean(text))
    case .textDelta(let text): return .textDelta(clean(text))
    case .toolCallStart(let callId, let tool, let title, let arguments):
      return .toolCallStart(
        callId: line(callId), tool: line(tool), title: title.map(line),
        arguments: clean(arguments))
    case .toolCallEnd(let callId, let tool, let ok, let result, let durationMs):
      return .toolCallEnd(
        callId: line(callId), tool: line(tool), ok: ok, result: clean(result),
        durationMs: durationMs)
    case .turnEnd(let turn, let usage, let stopReason):
      return .turnEnd(turn: turn, usage: usage?.cleaned, stopReason: stopReason.map(line))
    case .error(let code, let message, let retryable):
      return .error(code: line(code), message: clean(message), retryable: retryable)
    case .info(let text, let data): return .info(text: clean(text), data: clean(data))
    case .inputRequest(let request):
      return .inputRequest(
        RequestMessage(
          requestId: line(request.requestId), question: clean(request.question),
          options: request.options.prefix(ViewLimit.options).map(line),
          schema: clean(request.schema),
          permission: request.permission.map {
            PermissionWish(tool: line($0.tool), arguments: clean($0.arguments))
          }, deadline: request.deadline))
    case .inputResponse(let requestId, let answer, let answeredBy):
      return .inputResponse(
        requestId: line(requestId), answer: CleanText.clean(answer, limit: limit),
        answeredBy: answeredBy.cleaned)
    }
  }
}

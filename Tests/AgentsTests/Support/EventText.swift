import Agents
import JSON
import Tasks

/// Writes events as lines a person can read.
enum EventText {
  static func event(_ event: AgentEvent) -> String {
    switch event {
    case .text(let text): "text \(short(text))"
    case .textDelta(let text): "delta \(quoted(text))"
    case .toolStart(let callId, let tool, let title, let arguments):
      "start \(callId) \(tool) \(quoted(title ?? "")) \(short(arguments?.text ?? ""))"
    case .toolEnd(let callId, let tool, let ok, let result, let duration):
      "end \(callId) \(tool) \(ok ? "ok" : "NOT OK") \(short(result?.text ?? ""))"
        + (duration.map { " \($0) ms" } ?? "")
    case .turnEnd(let used, let stop):
      "turn end (\(stop ?? "")) \(used.map(usage) ?? "")"
    case .usage(let used): usage(used)
    case .progress(let text, let data): "note \(short(text)) \(short(data?.text ?? ""))"
    case .error(let reason, let message): "error \(reason.rawValue): \(short(message))"
    case .result(let result):
      "RESULT \(short(result.summary ?? "")) \(short(result.output?.text ?? ""))"
    case .failed(let failure):
      "FAILED \(failure.reason.rawValue): \(short(failure.message))"
        + (failure.resumeAt.map { " until \($0)" } ?? "")
    case .session(let session): "session \(JSONValue.object(session.members).text)"
    case .asked(let question): asked(question)
    case .withdrawn(let id): "withdrawn \(id)"
    case .unknown: "unknown"
    }
  }

  static func usage(_ usage: Usage) -> String { "usage \(Usage.json.value(of: usage).text)" }

  static func outcome(_ outcome: Settlement.Outcome) -> String {
    switch outcome {
    case .completed: "completed"
    case .cancelled: "cancelled"
    case .failed(let error): "failed \(error.code.rawValue): \(short(error.message))"
    case .paused(let pause):
      "paused until \(pause.resumeAt): \(short(pause.error.message))"
    }
  }

  static func short(_ text: String) -> String {
    let line = text.replacing("\n", with: "⏎")
    return line.count > 240 ? "\(line.prefix(240))… (\(line.count))" : line
  }

  private static func quoted(_ text: String) -> String { "“\(short(text))”" }

  private static func asked(_ question: AgentQuestion) -> String {
    let kind =
      switch question.kind {
      case .permission(let tool, _): "permission for \(tool)"
      case .question: "question"
      }
    return "ASKED \(question.requestId) \(kind): \(short(question.question)) "
      + "\(question.options) \(short((question.schema ?? question.arguments)?.text ?? ""))"
  }
}

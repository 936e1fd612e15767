import JSON
import Tasks

/// Bounds what is told again, in characters and in number.
private enum Told {
  static let words = 2_000
  static let answers = 20
}

extension TaskRecord {
  /// Says what was answered to an attempt that may have ended before it heard it, for whoever goes
  /// on with its conversation. What it may have heard is told again, but for leave to do something,
  /// which was for then: only the last it asked for may still be without an answer.
  func answers(to attemptN: Int) -> [String] {
    guard let attempt = attempts.first(where: { $0.attemptN == attemptN }),
      attempt.status != .completed
    else { return [] }
    let asked = requests.filter { $0.attemptN == attemptN }
    let telling = asked.filter { $0.permission == nil || $0 == asked.last }
    return telling.suffix(Told.answers).compactMap { request -> String? in
      guard let answer = request.answer?.value else { return nil }
      let question = CleanText.line(request.question, limit: Told.words)
      return "You had asked: \(question) The answer is: \(Self.words(of: answer))"
    }
  }

  private static func words(of answer: JSONValue) -> String {
    let decision = answer["decision"]?.stringValue.map { word in
      answer["message"]?.stringValue.map { "\(word), \($0)" } ?? word
    }
    return CleanText.line(decision ?? answer.stringValue ?? answer.text, limit: Told.words)
  }
}

import JSON

/// Says what a look at one thing showed, what it means, and the safe next step.
struct Finding: Sendable {
  enum Level: String, Sendable {
    case ok
    /// Worth knowing; nothing is broken.
    case note
    case problem
  }

  var level: Level
  var subject: String
  var says: String
  var means: String?
  var next: String?

  static func ok(_ subject: String, _ says: String) -> Finding {
    Finding(level: .ok, subject: subject, says: says)
  }

  static func note(
    _ subject: String, _ says: String, means: String? = nil, next: String? = nil
  ) -> Finding {
    Finding(level: .note, subject: subject, says: says, means: means, next: next)
  }

  static func problem(
    _ subject: String, _ says: String, means: String, next: String
  ) -> Finding {
    Finding(level: .problem, subject: subject, says: says, means: means, next: next)
  }

  var json: JSONValue {
    var object: JSONObject = [
      "level": .string(level.rawValue), "subject": .string(subject), "says": .string(says),
    ]
    object["means"] = means.map { .string($0) }
    object["next"] = next.map { .string($0) }
    return .object(object)
  }

  func text(_ terminal: Terminal) -> String {
    let (mark, style): (String, Terminal.Style) =
      switch level {
      case .ok: ("✓", .green)
      case .note: ("-", .yellow)
      case .problem: ("✗", .red)
      }
    var lines = [terminal.styled(mark, style) + " \(subject): \(says)"]
    if let means { lines.append("    means: \(means)") }
    if let next { lines.append("    next:  \(next)") }
    return lines.joined(separator: "\n")
  }
}

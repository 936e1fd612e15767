import JSON
import Tasks

/// Reads the parts of a task's envelope that the terminal shows; agents' words are cleaned.
enum TaskText {
  static func id(of task: JSONValue) -> String { task["id"]?.stringValue ?? "" }

  static func name(of task: JSONValue) -> String { task["name"]?.stringValue ?? id(of: task) }

  static func status(of task: JSONValue) -> TaskStatus? {
    task["status"]?.stringValue.flatMap { TaskStatus(rawValue: $0) }
  }

  /// Joins status and reason: `failed (timeout)`.
  static func standing(of task: JSONValue) -> String {
    let status = task["status"]?.stringValue ?? "unknown"
    guard let reason = task["statusReason"]?.stringValue else { return status }
    return "\(status) (\(reason))"
  }

  static func style(of task: JSONValue) -> Terminal.Style? {
    if task["statusReason"]?.stringValue == TaskRecord.damaged { return .red }
    return switch status(of: task) {
    case .completed: .green
    case .failed: .red
    case .inputRequired: .yellow
    case .running, .dispatched: .cyan
    case .waiting, .queued, .cancelled, .expired, nil: .dim
    }
  }

  /// Puts a decision in words, as `deny: use tabs`; any other answer stays as it is.
  static func answer(_ value: JSONValue) -> JSONValue {
    guard let decision = value["decision"]?.stringValue else { return value }
    let words = [decision, value["message"]?.stringValue].compactMap(\.self)
    return .string(words.joined(separator: ": "))
  }

  /// Cleans a member's text to one line.
  static func line(_ value: JSONValue?, limit: Int = 300) -> String {
    value?.stringValue.map { CleanText.line($0, limit: limit) } ?? ""
  }

  /// Cleans a member's text and keeps its lines.
  static func block(_ value: JSONValue?, limit: Int = 1 << 20) -> String {
    value?.stringValue.map { CleanText.clean($0, limit: limit) } ?? ""
  }

  /// Gives the exit code that a task's standing means.
  static func exitCode(of task: JSONValue) -> ExitCode {
    switch status(of: task) {
    case .completed: .ok
    case .failed: exitCode(ofFailure: task["statusReason"]?.stringValue)
    case .cancelled, .expired: .stopped
    case .inputRequired: .needsInput
    case .waiting, .queued, .dispatched, .running, nil: .tryLater
    }
  }

  private static func exitCode(ofFailure reason: String?) -> ExitCode {
    switch reason.flatMap({ FailureReason(rawValue: $0) }) {
    case .timeout, .dispatchTimeout, .budgetExhausted, .maxTurns: .stopped
    default: .taskFailed
    }
  }

  /// Says in one line how it ended: result, time, turns and cost, as far as they are known.
  static func summary(of task: JSONValue, now: Int64, _ terminal: Terminal) -> String {
    var parts = [terminal.styled(standing(of: task), style(of: task) ?? .dim)]
    let result = line(task["resultSummary"])
    let message = line(task["statusMessage"])
    // Why it ended as it did matters more than what it said last, and damage more than that.
    let reason =
      switch status(of: task) {
      case .failed: message
      case .cancelled: line(task["cancelReason"])
      default: task["statusReason"] == "damaged" ? message : ""
      }
    let words = [reason, result, message].first { !$0.isEmpty }
    if let words { parts.append(words) }
    parts += figures(of: task, now: now)
    return parts.joined(separator: terminal.styled(" · ", .dim))
  }

  /// Lists time, turns, tokens and cost; what the agent did not say is left out.
  static func figures(of task: JSONValue, now: Int64) -> [String] {
    var parts: [String] = []
    if let time = Figures.span(
      from: task["startedAt"]?.stringValue, to: task["completedAt"]?.stringValue, now: now)
    {
      parts.append(time)
    }
    let usage = task["usage"]
    if let turns = usage?["turns"]?.intValue {
      parts.append(turns == 1 ? "1 turn" : "\(turns) turns")
    }
    if let cost = usage?["costUsd"]?.doubleValue { parts.append(Figures.money(cost)) }
    return parts
  }
}

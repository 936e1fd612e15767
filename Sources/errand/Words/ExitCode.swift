/// Tells the caller how it went; the numbers are part of the contract with scripts.
enum ExitCode: Int32, Sendable, CaseIterable {
  case ok = 0
  case taskFailed = 1
  case usage = 2
  case notFound = 3
  case needsInput = 4
  /// Cancelled, timed out, over budget or expired.
  case stopped = 5
  /// The store is busy, full or not writable, or the wait was too short.
  case tryLater = 75
  /// The person pressed Ctrl-C.
  case interrupted = 130

  /// Is the word for it in errors written as JSON.
  var name: String {
    switch self {
    case .ok: "ok"
    case .taskFailed: "failed"
    case .usage: "usage"
    case .notFound: "not_found"
    case .needsInput: "needs_input"
    case .stopped: "stopped"
    case .tryLater: "try_later"
    case .interrupted: "interrupted"
    }
  }

  var meaning: String {
    switch self {
    case .ok: "it went well"
    case .taskFailed: "the task failed, or the check found something"
    case .usage: "the command cannot be carried out as given"
    case .notFound: "there is no such task or artifact"
    case .needsInput: "the task waits for an answer"
    case .stopped: "the task was cancelled, timed out, expired or ran over its budget"
    case .tryLater: "try later: the store is busy, full or not writable, or the wait was too short"
    case .interrupted: "interrupted by Ctrl-C; a task being watched goes on"
    }
  }
}

import JSON

/// Refuses an event that the task's state does not allow; this is the compare-and-set.
package struct IllegalTransition: Error, Sendable, Hashable, CustomStringConvertible {
  /// Says what stood in the way.
  package enum Cause: Error, Sendable, Hashable {
    case alreadyExists
    case doesNotExist
    case status(TaskStatus)
    case lostLease
    case wrongAttempt(expected: Int, given: Int)
    case unknownRequest(String)
    case alreadyAnswered(String)
    case unknownMessage(String)
    case alreadyHeard(String)
    case alreadyRequested
    case deleted
    case notCompleted(Int)
    /// Carries the name of the bound that is reached, as `TaskRecord.Limit` or the spec has it.
    case limit(String)
  }

  package let event: String
  package let cause: Cause

  package init(event: String, cause: Cause) {
    self.event = event
    self.cause = cause
  }

  package var description: String {
    let reason =
      switch cause {
      case .alreadyExists: "it exists already"
      case .doesNotExist: "the task does not exist"
      case .status(let status): "the task is \(status.rawValue)"
      case .lostLease: "the lease is lost"
      case .wrongAttempt(let expected, let given): "attempt \(given) is not \(expected)"
      case .unknownRequest(let id): "there is no question \(id)"
      case .alreadyAnswered(let id): "question \(id) is answered already"
      case .unknownMessage(let id): "nothing was said as \(id)"
      case .alreadyHeard(let id): "\(id) was heard or taken back already"
      case .deleted: "the task was deleted"
      case .alreadyRequested: "its cancellation is requested already"
      case .notCompleted(let number): "attempt \(number) did not complete"
      case .limit(let name): "the limit of \(name) is reached"
      }
    return "\(event) refused: \(reason)"
  }
}

import Tasks

extension TaskLimits {
  /// Says which limits a task got lower than they were asked for, and why; nil if none is.
  func lowering(in spec: TaskSpec) -> String? {
    var lowered: [String] = []
    func compare<Number: Comparable>(_ name: String, _ asked: Number?, _ given: Number?) {
      if let asked, let given, given < asked { lowered.append("\(name) is \(given)") }
    }
    compare("budget_usd", budget.usd, spec.budget.usd)
    compare("budget_tokens", budget.tokens, spec.budget.tokens)
    compare("max_turns", budget.turns, spec.budget.turns)
    compare("dispatch_timeout_sec", dispatchTimeoutSec, spec.dispatchTimeoutSec)
    compare("running_timeout_sec", runningTimeoutSec, spec.runningTimeoutSec)
    guard !lowered.isEmpty else { return nil }
    let ceiling = spec.parentId == nil ? "" : ", with what its parent has left,"
    return "\(lowered.joined(separator: ", ")): the configuration\(ceiling) is the ceiling."
  }
}

import JSON

/// Gathers what one task may use: money, tokens, turns, and time.
package struct TaskLimits: Sendable, Hashable {
  package var budget: Budget
  package var dispatchTimeoutSec: Int?
  package var runningTimeoutSec: Int?

  package init(
    budget: Budget = Budget(), dispatchTimeoutSec: Int? = nil, runningTimeoutSec: Int? = nil
  ) {
    self.budget = budget
    self.dispatchTimeoutSec = dispatchTimeoutSec
    self.runningTimeoutSec = runningTimeoutSec
  }

  /// Folds two sets: of each limit the lower holds, so that an argument can never raise a ceiling.
  package func lowered(by other: TaskLimits) -> TaskLimits {
    TaskLimits(
      budget: budget.lowered(by: other.budget),
      dispatchTimeoutSec: lower(dispatchTimeoutSec, other.dispatchTimeoutSec),
      runningTimeoutSec: lower(runningTimeoutSec, other.runningTimeoutSec))
  }

  /// Folds ceilings (configuration, profile) and a request (arguments), in any number.
  package static func folding(_ sets: [TaskLimits]) -> TaskLimits {
    sets.reduce(TaskLimits()) { $0.lowered(by: $1) }
  }
}

extension Budget {
  /// Takes the lower of each limit; an absent one is no limit.
  package func lowered(by other: Budget) -> Budget {
    Budget(
      usd: lower(usd, other.usd), tokens: lower(tokens, other.tokens),
      turns: lower(turns, other.turns))
  }

  /// Names the first limit that the usage is above: `usd`, `tokens` or `turns`.
  package func exceeded(by usage: Usage) -> String? {
    if let usd, let spent = usage.costUsd, spent > usd { return "usd" }
    if let tokens, usage.totalTokens > tokens { return "tokens" }
    if let turns, let taken = usage.turns, taken > turns { return "turns" }
    return nil
  }
}

/// Lower of two limits of which either may be absent; a negative one allows nothing.
private func lower<Number: Comparable & SignedNumeric>(_ left: Number?, _ right: Number?) -> Number?
{
  guard let left else { return right.map { max($0, 0) } }
  return max(min(left, right ?? left), 0)
}

/// Holds what was measured for one thing, beside its yardstick in the same run.
struct Figure {
  var name: String
  /// The median, in `unit`.
  var value: Double
  var unit: String
  /// The yardstick's median in the same unit, and what it is.
  var yardstick: (name: String, value: Double)?
  /// The ratio that counts as reached; `atLeast` for rates, where more is better.
  var goal: Goal?

  enum Goal {
    case atMost(Double)
    case atLeast(Double)
    /// The value itself is bounded, not its ratio.
    case valueAtMost(Double)
    case valueAtLeast(Double)
  }

  var ratio: Double? {
    guard let yardstick, yardstick.value > 0 else { return nil }
    return value / yardstick.value
  }

  /// Tells whether the goal was reached; nil where there is nothing to compare with.
  var isReached: Bool? {
    switch goal {
    case .atMost(let limit): ratio.map { $0 <= limit }
    case .atLeast(let limit): ratio.map { $0 >= limit }
    case .valueAtMost(let limit): value <= limit
    case .valueAtLeast(let limit): value >= limit
    case nil: nil
    }
  }
}

extension Array where Element == Double {
  /// The middle value: what machines with noise may be judged by.
  var median: Double {
    guard !isEmpty else { return .nan }
    let ordered = sorted()
    return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
  }

  func percentile(_ part: Double) -> Double {
    guard !isEmpty else { return .nan }
    let ordered = sorted()
    return ordered[Swift.min(count - 1, Int(Double(count) * part))]
  }
}

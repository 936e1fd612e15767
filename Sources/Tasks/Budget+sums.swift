/// Reckons with what is given from one task to another.
extension Budget {
  package static let nothing = Budget(usd: 0, tokens: 0, turns: 0)

  package init(_ usage: Usage) {
    // Taking away less than nothing would overflow.
    self.init(
      usd: usage.costUsd, tokens: max(0, usage.totalTokens), turns: usage.turns.map { max(0, $0) })
  }

  package func plus(_ other: Budget) -> Budget {
    Budget(
      usd: (usd ?? 0) + (other.usd ?? 0), tokens: Self.sum(tokens, other.tokens),
      turns: Self.sum(turns, other.turns))
  }

  /// Gives what is left after some use; nothing is ever less than nothing.
  package func less(_ other: Budget) -> Budget {
    Budget(
      usd: usd.map { max(0, $0 - (other.usd ?? 0)) },
      tokens: tokens.map { max(0, $0 - (other.tokens ?? 0)) },
      turns: turns.map { max(0, $0 - (other.turns ?? 0)) })
  }

  private static func sum(_ left: Int?, _ right: Int?) -> Int {
    let (sum, isTooMuch) = (left ?? 0).addingReportingOverflow(right ?? 0)
    return isTooMuch ? .max : sum
  }
}

import Tasks

/// Decides when what an attempt has used is worth a line of the journal: at each hundredth of a limit,
/// and, where there is none, when it has grown by an eighth. So an attempt writes few lines, however
/// long it takes.
struct UsageNews: Sendable {
  private let budget: Budget
  private var told = Usage()

  init(_ budget: Budget) { self.budget = budget }

  /// Gives the usage if it is to be told, and takes it as told.
  mutating func take(_ usage: Usage) -> Usage? {
    let (old, new) = (Budget(told), Budget(usage))
    let isNews =
      Self.isNews(old.usd, new.usd, budget.usd)
      || Self.isNews(old.tokens, new.tokens, budget.tokens)
      || Self.isNews(old.turns, new.turns, budget.turns)
    guard isNews else { return nil }
    told = usage
    return usage
  }

  private static func isNews(_ old: Int?, _ new: Int?, _ limit: Int?) -> Bool {
    isNews(old.map(Double.init), new.map(Double.init), limit.map(Double.init))
  }

  private static func isNews(_ old: Double?, _ new: Double?, _ limit: Double?) -> Bool {
    let (old, new) = (old ?? 0, new ?? 0)
    guard new > old else { return false }
    // Beyond its limit nobody counts by hundredths any more.
    if let limit, old < limit * 2 { return new - old >= limit / 100 }
    return new >= old * 1.125
  }
}

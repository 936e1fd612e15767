import Tasks

/// Watches what an attempt uses against what it may use.
struct BudgetGuard: Sendable {
  /// Names a limit, by its figure in words.
  struct Crossing: Sendable, Hashable {
    var limit: String
    var text: String
  }

  /// Warns when this share of a limit is used.
  static let warningShare = 0.8

  private let budget: Budget
  /// What earlier attempts of the task have used: a limit is on all together.
  private let spent: Usage
  private var warned: Set<String> = []

  init(_ budget: Budget, spent: Usage = Usage()) {
    self.budget = budget
    self.spent = spent
  }

  /// Returns the limits whose warning mark was crossed since the last look, each once.
  mutating func warnings(at usage: Usage) -> [Crossing] {
    shares(of: usage)
      .filter { $0.share >= Self.warningShare && warned.insert($0.name).inserted }
      .map { Crossing(limit: $0.name, text: "\(Int($0.share * 100)) % of the budget: \($0.text)") }
  }

  /// Returns the first limit that is used up.
  func exhausted(at usage: Usage) -> Crossing? {
    shares(of: usage).first { $0.share >= 1 }
      .map { Crossing(limit: $0.name, text: "The budget is used up: \($0.text).") }
  }

  private func shares(of usage: Usage) -> [(name: String, share: Double, text: String)] {
    let usage = spent + usage
    var shares: [(String, Double, String)] = []
    func add(_ name: String, _ used: Double, _ limit: Double, _ text: String) {
      // A limit of zero is used up by anything, and by nothing at all not yet.
      let share = limit > 0 ? used / limit : used > 0 ? 1 : 0
      shares.append((name, min(share, 1000), text))
    }
    if let limit = budget.usd, let used = usage.costUsd {
      add("usd", used, limit, "\(used) of \(limit) US dollars")
    }
    if let limit = budget.tokens {
      let used = usage.totalTokens
      add("tokens", Double(used), Double(limit), "\(used) of \(limit) tokens")
    }
    if let limit = budget.turns, let used = usage.turns {
      add("turns", Double(used), Double(limit), "\(used) of \(limit) turns")
    }
    return shares
  }
}

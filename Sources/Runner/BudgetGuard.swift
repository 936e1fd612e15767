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
  /// What the task has given to others: it may not use that itself.
  var given = Budget.nothing
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
    let own = Budget(spent + usage)
    let parts = [
      share("usd", "US dollars", own.usd, given.usd, budget.usd) { "\($0)" },
      share("tokens", own: own.tokens, given.tokens, budget.tokens),
      share("turns", own: own.turns, given.turns, budget.turns),
    ]
    return parts.compactMap(\.self)
  }

  private func share(
    _ name: String, own: Int?, _ given: Int?, _ limit: Int?
  ) -> (name: String, share: Double, text: String)? {
    share(name, name, own.map(Double.init), given.map(Double.init), limit.map(Double.init)) {
      "\(Int($0.clamped))"
    }
  }

  private func share(
    _ name: String, _ unit: String, _ own: Double?, _ given: Double?, _ limit: Double?,
    _ words: (Double) -> String
  ) -> (name: String, share: Double, text: String)? {
    guard let own, let limit else { return nil }
    let given = given ?? 0
    // A limit of zero is used up by anything, and by nothing at all not yet.
    let share = limit > 0 ? (own + given) / limit : own > 0 ? 1 : 0
    let theirs = given > 0 ? ", \(words(given)) of it given to subtasks" : ""
    return (
      name, min(share, 1000), "\(words(own + given)) of \(words(limit)) \(unit)\(theirs)"
    )
  }
}

extension Double {
  /// Keeps within what a whole number can say.
  fileprivate var clamped: Double { min(self, 9e15) }
}

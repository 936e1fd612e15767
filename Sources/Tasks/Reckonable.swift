/// Bounds the numbers that are read of a task: a bundle or a damaged line may say anything, and
/// whoever reckons with what lies beyond would overflow.
enum Reckonable {
  /// What counts beyond is none of ours, and other readers of JSON would round it.
  static let counts = 0...(1 << 53) - 1
  /// No configuration allows as much.
  static let seconds = 1...1_000_000_000
  /// What one attempt can have cost, in US dollars.
  static let cost = 0...1_000_000.0
}

extension TaskRecord {
  /// Where another store's count of changes may have come to, with room for ours behind it.
  private static let mostElsewhere = 1 << 32

  /// Gives the revision behind another; it stays within what can be read again.
  static func revision(after last: Int) -> Int { min(last, Reckonable.counts.upperBound - 1) + 1 }

  /// Gives the revision of what is taken over, behind what is known of it here.
  func revision(takenOverAfter known: Int) -> Int {
    Self.revision(after: max(min(revision, Self.mostElsewhere), known))
  }
}

extension Usage {
  /// Gives it with figures that one attempt can have used: less than nothing would lift limits.
  var reckonable: Usage {
    var next = self
    for figure in [
      \Usage.inputTokens, \.outputTokens, \.cacheReadTokens, \.cacheWriteTokens, \.toolCalls,
      \.turns,
    ] {
      next[keyPath: figure] = self[keyPath: figure].map { within($0, Reckonable.counts) }
    }
    next.costUsd = costUsd.map { within($0, Reckonable.cost) }
    return next
  }

  private func within<Figure>(_ figure: Figure, _ range: ClosedRange<Figure>) -> Figure {
    min(max(figure, range.lowerBound), range.upperBound)
  }
}

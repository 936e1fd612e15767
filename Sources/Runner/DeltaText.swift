import Posix

/// Gathers the pieces of a running block: at most four messages a second, and one per 4 KiB.
struct DeltaText: Sendable {
  private static let interval = Duration.milliseconds(250)
  private static let most = 4 << 10

  private var text = ""
  private var lastGiven: MonotonicTime?

  /// Takes in a piece; gives what is due.
  mutating func gather(_ piece: String, now: MonotonicTime = .now) -> String? {
    text += piece
    let isDue = lastGiven.map { $0 + Self.interval <= now } ?? true
    guard isDue || text.utf8.count >= Self.most else { return nil }
    defer { text = "" }
    lastGiven = now
    return text
  }

  /// Forgets what the whole block now says.
  mutating func reset() { text = "" }
}

import JSON

/// Writes figures for people: short, and absent where nobody gave one.
enum Figures {
  static func duration(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds) / 1000
    switch seconds {
    case ..<1: return "\(max(0, milliseconds)) ms"
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h"
    default: return "\(seconds / 86_400) d"
    }
  }

  /// Gives the time from then to now.
  static func age(of time: String?, now: Int64) -> String {
    guard let time = time.flatMap({ Timestamp(rfc3339: $0) }) else { return "" }
    // Ages are looked at by people, for whom a second is no time.
    let passed = now - time.milliseconds
    return passed < 1000 ? "0 s" : duration(milliseconds: passed)
  }

  /// Gives the time between two moments, to now where the second has not come.
  static func span(from start: String?, to end: String?, now: Int64) -> String? {
    guard let start = start.flatMap({ Timestamp(rfc3339: $0) }) else { return nil }
    let end = end.flatMap { Timestamp(rfc3339: $0) }?.milliseconds ?? now
    return duration(milliseconds: end - start.milliseconds)
  }

  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<10_240: return "\(count) B"
    case ..<10_485_760: return "\(count / 1024) KiB"
    case ..<10_737_418_240: return "\(count / 1_048_576) MiB"
    default: return "\(count / 1_073_741_824) GiB"
    }
  }

  /// Gives dollars with cents, and with more digits while they are fewer than ten cents.
  static func money(_ usd: Double) -> String {
    guard usd.isFinite, abs(usd) < 1e12 else { return "$?" }
    let digits = usd < 0.1 ? 4 : 2
    let scale = digits == 4 ? 10_000.0 : 100.0
    let units = Int64((max(0, usd) * scale).rounded())
    let fraction = String(units % Int64(scale))
    return "$\(units / Int64(scale))."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

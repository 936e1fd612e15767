import Posix

/// Measures the limits of a started attempt on the monotonic clock.
struct AttemptClocks: Sendable {
  /// Names the limit that was passed.
  enum Passed: Sendable, Hashable {
    /// From the start to the agent's first sign, where it must speak first.
    case start
    case running
    /// From the agent's latest sign, while it should give some.
    case silence
  }

  private enum Phase {
    case starting(until: MonotonicTime)
    case running(until: MonotonicTime)
    /// A question stops the clock; the time left is kept.
    case stopped(left: Duration)
  }

  private var phase: Phase
  private var hasWarned = false
  private let runningLimit: Duration
  private let silenceLimit: Duration?
  private var heardAt: MonotonicTime

  /// Starts when the process lives.
  init(
    speaksFirst: Bool, startLimit: Duration, runningLimit: Duration,
    silenceLimit: Duration? = nil, now: MonotonicTime = .now
  ) {
    phase = speaksFirst ? .starting(until: now + startLimit) : .running(until: now + runningLimit)
    self.runningLimit = runningLimit
    self.silenceLimit = silenceLimit
    heardAt = now
  }

  /// The agent has said something, or has reason to say nothing.
  mutating func heard(now: MonotonicTime = .now) { heardAt = now }

  private var silenceEnd: MonotonicTime? { silenceLimit.map { heardAt + $0 } }

  /// The agent has given its first sign.
  mutating func spoke(now: MonotonicTime = .now) {
    if case .starting = phase { phase = .running(until: now + runningLimit) }
  }

  /// A question is open: waiting for people costs the agent nothing.
  mutating func stop(now: MonotonicTime = .now) {
    if case .running(let until) = phase { phase = .stopped(left: until - now) }
  }

  mutating func goOn(now: MonotonicTime = .now) {
    if case .stopped(let left) = phase { phase = .running(until: now + left) }
  }

  /// When the next limit is reached; nil while the clock is stopped.
  var deadline: MonotonicTime? {
    switch phase {
    case .starting(let until): until
    case .running(let until): silenceEnd.map { min($0, until) } ?? until
    case .stopped: nil
    }
  }

  /// When it is to be warned of the limit, if it was not yet.
  var warningTime: MonotonicTime? {
    guard !hasWarned, case .running(let until) = phase else { return nil }
    return until + runningLimit * (BudgetGuard.warningShare - 1)
  }

  /// Tells once that little of the time is left.
  mutating func isNearlyOver(now: MonotonicTime = .now) -> Bool {
    guard let time = warningTime, time <= now else { return false }
    hasWarned = true
    return true
  }

  func passed(now: MonotonicTime = .now) -> Passed? {
    switch phase {
    case .starting(let until): until <= now ? .start : nil
    case .running(let until) where until <= now: .running
    case .running: silenceEnd.map { $0 <= now } ?? false ? .silence : nil
    case .stopped: nil
    }
  }
}

import Posix

/// Says how far an attempt's process has come.
enum AttemptPhase {
  case working
  /// It was asked to stop: in its own words, after which INT follows, or by INT, and then TERM.
  case asked(until: MonotonicTime, inWords: Bool)
  /// TERM is sent; KILL follows.
  case ending(killAt: MonotonicTime)
  /// The leader is gone; what still comes is read until the stream rests.
  case draining(rest: MonotonicTime, limit: MonotonicTime)
  case over
}

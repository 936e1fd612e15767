import CPosix

/// Measures time that no clock change moves and that stands still while the machine sleeps.
package struct MonotonicTime: Sendable, Hashable, Comparable {
  package var nanoseconds: UInt64

  package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  package static var now: MonotonicTime { MonotonicTime(nanoseconds: cposix_monotonic_ns()) }

  /// Gives a time from now on, for deadlines.
  package static func after(_ duration: Duration) -> MonotonicTime { now + duration }

  package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let moved = Int64(clamping: time.nanoseconds).addingReportingOverflow(duration.nanoseconds)
    return MonotonicTime(nanoseconds: moved.overflow ? .max : UInt64(max(0, moved.partialValue)))
  }

  package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    .nanoseconds(Int64(clamping: left.nanoseconds) - Int64(clamping: right.nanoseconds))
  }

  /// Gives the time left until then; zero if it has passed.
  package var remaining: Duration { max(.zero, self - .now) }
}

extension Duration {
  /// Gives whole nanoseconds, clamped to what 64 bits hold.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if whole.overflow { return seconds < 0 ? .min : .max }
    let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
    return sum.overflow ? (seconds < 0 ? .min : .max) : sum.partialValue
  }

  /// Gives milliseconds, rounded up, so that waiting that long is long enough.
  package var milliseconds: Int64 {
    let exact = nanoseconds
    return exact / 1_000_000 + (exact % 1_000_000 > 0 ? 1 : 0)
  }
}

/// Reads the clock on the wall.
package enum WallClock {
  /// Gives the milliseconds since 1970, UTC.
  package static func nowMilliseconds() -> Int64 { cposix_wall_ms() }
}

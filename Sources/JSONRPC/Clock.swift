import Posix

/// Reads the wall clock for rooms that do not know the system.
package enum Clock {
  /// Gives the milliseconds since 1970, UTC.
  package static func wallMilliseconds() -> Int64 { WallClock.nowMilliseconds() }
}

import JSON
import Posix

extension Timestamp {
  /// Reads the clock on the wall.
  package static var now: Timestamp { Timestamp(milliseconds: WallClock.nowMilliseconds()) }
}

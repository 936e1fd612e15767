import JSON
import Posix
import Tasks

/// Measures the time from a claim to the agent's start.
struct DispatchClock: Sendable {
  private let limitSec: Int
  /// When the agent must have been started; what is done before is not waited for any longer.
  private(set) var deadline: MonotonicTime

  /// The claim was made in another process: only the wall clock reaches back to it, and from here
  /// on the monotonic one counts.
  init(
    claimedAt: Timestamp, limitSec: Int, now: MonotonicTime = .now,
    wall: Int64 = WallClock.nowMilliseconds()
  ) {
    self.limitSec = limitSec
    let waited = max(0, wall - claimedAt.milliseconds)
    deadline = now + .milliseconds(max(0, Int64(limitSec) * 1000 - waited))
  }

  /// Leaves out of account what has a limit of its own.
  mutating func extend(by time: Duration) { deadline = deadline + time }

  func hasRunOut(now: MonotonicTime = .now) -> Bool { now >= deadline }

  func check(now: MonotonicTime = .now) throws(Unfit) {
    if hasRunOut(now: now) {
      throw Unfit(.dispatchTimeout, "Its agent was not started within \(limitSec) s of the claim.")
    }
  }
}

import Posix
import TestSupport
import Testing

struct WaitingTests {
  @Test func aWaiterIsWokenByAChange() throws {
    let monitor = Monitor(0)
    let thread = try Thread.start(name: "a name far longer than the system keeps") {
      for _ in 0..<1000 { monitor.update { $0 += 1 } }
    }
    let reached: Int? = monitor.wait(until: .after(.seconds(60))) { $0 == 1000 ? $0 : nil }
    #expect(reached == 1000)
    thread.join()
  }

  @Test func aWaitEndsAtItsDeadline() {
    let monitor = Monitor("never")
    let begun = MonotonicTime.now
    #expect(!monitor.wait(until: .after(.milliseconds(30)), while: { $0 == "never" }))
    #expect(MonotonicTime.now - begun >= .milliseconds(30))
  }

  @Test func joiningWaitsForTheWork() throws {
    let done = Monitor(0)
    let threads = try (0..<8).map { _ in
      try Joined("work") { for _ in 0..<1000 { done.withLock { $0 += 1 } } }
    }
    for thread in threads { thread.join() }
    #expect(done.withLock { $0 } == 8000)
  }

  @Test func monotonicTimeAddsSubtractsAndSaturates() {
    let time = MonotonicTime(nanoseconds: 1_000_000)
    #expect((time + .milliseconds(2)).nanoseconds == 3_000_000)
    #expect((time + .seconds(-1)).nanoseconds == 0)
    #expect(time - MonotonicTime(nanoseconds: 3_000_000) == .milliseconds(-2))
    #expect(time + .seconds(Int64.max) > time)
    #expect(MonotonicTime(nanoseconds: 0).remaining == .zero)
    #expect(Duration.microseconds(1500).milliseconds == 2)
    #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
    let first = MonotonicTime.now
    #expect(first <= .now)
  }

  @Test func theWallClockIsInThisCentury() {
    let milliseconds = WallClock.nowMilliseconds()
    #expect(milliseconds > 1_700_000_000_000 && milliseconds < 4_102_444_800_000)
  }
}

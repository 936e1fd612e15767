import Posix

/// Asks again until the answer is yes; false when the time is over first. The one place where tests
/// wait for time.
package func eventually(
  within limit: Duration = .seconds(60), _ condition: () throws -> Bool
) throws -> Bool {
  let deadline = MonotonicTime.after(limit)
  var pause = 1
  while true {
    if try condition() { return true }
    if deadline <= .now { return false }
    _ = try Poller.wait([], timeoutMilliseconds: pause)
    pause = min(pause * 2, 50)
  }
}

import Posix

/// Holds a promised time also on a machine that is busy with other things.
package enum PromisedTime {
  /// Is added for each time a small program takes to start and end just now: some milliseconds on a
  /// quiet machine, so that the promise stands there nearly as it is.
  private static let shares = 20

  /// Gives the time within which what was promised must have come.
  package static func bound(_ promise: Duration) throws -> Duration {
    var slowest = Duration.zero
    for _ in 0..<3 {
      let start = MonotonicTime.now
      _ = try Program.run(["-c", ":"], executable: "/bin/sh")
      slowest = max(slowest, MonotonicTime.now - start)
    }
    return promise + min(slowest * shares, .seconds(4))
  }
}

import Posix

/// Bounds what one client, and all of them together, may take of this process.
package struct HTTPLimits: Sendable {
  /// Bytes of the request line, and of all fields after it.
  package var line = 8 << 10
  package var fields = 16 << 10
  package var fieldCount = 100
  package var body = 2 << 20
  package var connections = 64
  /// How long a client may take to say what it wants, and to send what belongs to it.
  package var headTime = Duration.seconds(10)
  package var bodyTime = Duration.seconds(30)
  /// How long a connection may wait for its next request.
  package var idleTime = Duration.seconds(60)
  /// How long a client may take to fetch an answer, beside a second for each `leastRate` bytes.
  package var answerTime = Duration.seconds(10)
  package var leastRate = 64 << 10
  /// How often a stream of events shows that it is still there.
  package var heartbeat = Duration.seconds(15)

  package init() {}

  /// Gives the time by which so many bytes must have been fetched.
  func deadline(for count: Int) -> MonotonicTime {
    .after(answerTime + .seconds(count / max(1, leastRate)))
  }
}

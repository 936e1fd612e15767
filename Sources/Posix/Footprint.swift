import CPosix

/// Keeps a process small that mostly waits: gives memory back that only its busy times need.
package struct Footprint {
  private var next = MonotonicTime.now
  /// Shorter waits are not worth it.
  private static let pause = Duration.milliseconds(400)
  /// What was given back costs a little to get again.
  private static let interval = Duration.seconds(10)

  package init() {}

  /// Is called before a wait until then; nil is a wait without end.
  package mutating func rest(until deadline: MonotonicTime?) {
    let now = MonotonicTime.now
    guard now >= next, deadline.map({ $0 - now > Self.pause }) ?? true else { return }
    next = now + Self.interval
    Self.shrink()
  }

  package static func shrink() { cposix_shrink() }
}

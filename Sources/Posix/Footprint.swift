import CPosix

/// Keeps a process small that mostly waits: gives memory back that only its busy times need.
///
/// A loop bounds each wait by it, and tells it how the wait ended: one quiet second after anything
/// happened the memory goes, and from then on nothing wakes the loop for that.
package struct Footprint: Sendable {
  private var isLarge = true
  private var due: MonotonicTime?
  private static let quiet = Duration.seconds(1)

  package init() {}

  /// Tells that the memory is given back, and nothing happened since.
  package var isSmall: Bool { !isLarge }

  /// Gives until when to wait; nil is a wait without end.
  package mutating func bounded(_ deadline: MonotonicTime?) -> MonotonicTime? {
    due = isLarge ? .after(Self.quiet) : nil
    return [deadline, due].compactMap(\.self).min()
  }

  /// Is told after the wait whether it brought anything.
  package mutating func woke(byNothing: Bool) {
    if !byNothing {
      isLarge = true
    } else if let due, due <= .now {
      isLarge = false
      Self.shrink()
    }
  }

  package static func shrink() { cposix_shrink() }
}

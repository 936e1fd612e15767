import Posix

/// Counts who looks at the moment: the runner stays for them, and they leave room for others.
final class Audience: Sendable {
  private let count = Monitor(0)

  /// Leaves some connections to pages that only ask.
  private static let most = 48

  var isEmpty: Bool { count.withLock { $0 == 0 } }

  /// Gives a place; nil if all are taken.
  func enter() -> Seat? {
    count.withLock { count in
      guard count < Self.most else { return nil }
      count += 1
      return Seat(audience: self)
    }
  }

  /// Is one place, given back once when the listener leaves or the answer is dropped.
  final class Seat: Sendable {
    private let audience: Audience
    private let isTaken = Monitor(true)

    fileprivate init(audience: Audience) { self.audience = audience }

    deinit { leave() }

    func leave() {
      let wasTaken = isTaken.withLock { taken in
        defer { taken = false }
        return taken
      }
      if wasTaken { audience.count.withLock { $0 -= 1 } }
    }
  }
}

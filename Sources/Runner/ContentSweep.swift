import JSON
import Posix
import TaskStore

/// Takes away content that was bound to no task for long: once a day, while nothing is to do.
struct ContentSweep {
  private let store: TaskStore
  /// How long it must be quiet before, since whoever asks for something meanwhile has to wait.
  private let rest: Duration
  private var quietSince: MonotonicTime?
  private var dueAt: Int64

  private static let pace: Int64 = 86_400_000

  init(_ store: TaskStore, rest: Duration) {
    self.store = store
    self.rest = rest
    // What cannot be told was never done.
    let last = try? store.files.status(store.layout.sweepMark)?.modified
    dueAt = last.map { $0 / 1_000_000 + Self.pace } ?? 0
  }

  /// Gives when to look again; nil while that hangs on other things.
  var deadline: MonotonicTime? {
    guard let quietSince else { return nil }
    let left = Duration.milliseconds(max(0, dueAt - WallClock.nowMilliseconds()))
    // The clock that is slept by stands still while the machine sleeps.
    return max(quietSince + rest, .after(min(left, .seconds(3600))))
  }

  /// Does it, if it is time.
  mutating func look(isQuiet: Bool, _ retention: Retention) {
    quietSince = isQuiet ? quietSince ?? .now : nil
    let now = WallClock.nowMilliseconds()
    guard let quietSince, quietSince + rest <= .now, dueAt <= now else { return }
    dueAt = now + Self.pace
    do throws(StoreError) {
      try store.sweepContent(retention, now: now)
    } catch {
      StandardError.write("errand runner: content of no task stays: \(error)\n")
    }
  }
}

import Posix
import Synchronization

/// Notices that the process should end although its input stays open: a signal, the parent's
/// death, or that nobody can read its output any more.
package final class Watchdog: Sendable {
  // Taken when made: a parent that dies later is noticed, however late the thread starts.
  private let parent = ParentWatch()
  private let signals = Mutex<SignalPipe?>(nil)
  private let routed = Atomic(false)
  private let started = Atomic(false)

  /// Watched for its other end's going, which comes unasked and wakes nobody before.
  private let output: Descriptor?

  package init(output: consuming Descriptor? = nil) { self.output = output }

  /// Routes the signals, once, just before the first answer leaves: who has had one may send a
  /// signal at once, and until then a signal ends the process by itself.
  package func routeSignals() {
    guard !routed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    do throws(SystemError) {
      let pipe = try SignalPipe.install([.terminate, .interrupt, .hangup])
      signals.withLock { $0 = pipe }
    } catch {
      // Without it the end of input still ends the process; a signal does so at once.
      StandardError.write("errand: signals cannot be waited for: \(error)\n")
    }
  }

  /// Waits for the first bytes to read, or the end, on the thread that will read them: the start is
  /// too dear for a thread of its own. Answers false once the parent has died before.
  func awaitFirst(of input: Int32) -> Bool {
    let watched = watched(input)
    while true {
      do throws(SystemError) {
        let ready = try Poller.wait(watched, timeoutMilliseconds: interval)
        if ready[input] != nil { return true }
        if !ready.isEmpty || parent.isOrphaned { return false }
      } catch {
        // Reading says what is wrong.
        return true
      }
    }
  }

  /// Starts the thread, once; `onEnd` is called on it, once.
  package func start(_ onEnd: @escaping @Sendable () -> Void) {
    guard !started.exchange(true, ordering: .acquiringAndReleasing) else { return }
    routeSignals()
    do {
      try Thread.start(name: "watchdog", stackSize: 128 << 10) {
        self.watch()
        onEnd()
      }
    } catch {
      // Without it the end of input still ends the process.
      StandardError.write("errand: no watchdog: \(error)\n")
    }
  }

  /// Only where the parent cannot be polled is it asked for, once a second.
  private var interval: Int? { parent.descriptor == nil ? 1000 : nil }

  private func watched(_ first: Int32?) -> [(descriptor: Int32, events: Poller.Event)] {
    var watched: [(descriptor: Int32, events: Poller.Event)] =
      [first, parent.descriptor].compactMap { $0.map { ($0, .readable) } }
    switch output {
    case .some(let output): watched.append((output.rawValue, []))
    case .none: break
    }
    return watched
  }

  private func watch() {
    let watched = watched(signals.withLock { $0?.descriptor })
    // What the start needed goes at once, what the first requests needed a little later.
    Footprint.shrink()
    var first: Int? = 2000
    while true {
      do {
        let ready = try Poller.wait(watched, timeoutMilliseconds: interval ?? first)
        if !ready.isEmpty || parent.isOrphaned { return }
        if exchange(&first, with: nil) != nil { Footprint.shrink() }
      } catch {
        return
      }
    }
  }
}

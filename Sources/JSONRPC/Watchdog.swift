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
  private let output: Descriptor
  /// Counts what whoever reads has read, to tell busy times from quiet ones.
  private let reads = Atomic(0)
  /// Tells that the thread waits without an end, and must hear of the next read.
  private let rests = Atomic(false)
  private let bell: Pipe

  package init(output: consuming Descriptor) throws(SystemError) {
    self.output = output
    bell = try Pipe.make()
  }

  func noteRead() {
    reads.wrappingAdd(1, ordering: .sequentiallyConsistent)
    guard rests.load(ordering: .sequentiallyConsistent),
      rests.exchange(false, ordering: .sequentiallyConsistent)
    else { return }
    // Unheard, it costs memory alone. One byte a rest never fills a pipe.
    _ = try? bell.writing.write([0])
  }

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

  /// Tells whether a thread watches, so that nobody else needs to.
  var hasStarted: Bool { started.load(ordering: .acquiring) }

  /// Watches on the thread that waits for input, which is then there: a conversation of one request
  /// is over before a thread of its own would pay. False once there is nobody left to serve.
  func watch(untilReadable input: Int32) -> Bool { watch(input) }

  /// Starts the thread, once; `onEnd` is called on it, once.
  package func start(_ onEnd: @escaping @Sendable () -> Void) {
    guard !hasStarted, !started.exchange(true, ordering: .acquiringAndReleasing) else { return }
    routeSignals()
    do {
      try Thread.start(name: "watchdog", stackSize: 128 << 10) {
        // What the start needed goes at once, what requests need when they have been answered.
        Footprint.shrink()
        _ = self.watch(nil)
        onEnd()
      }
    } catch {
      // Without it the end of input still ends the process.
      StandardError.write("errand: no watchdog: \(error)\n")
    }
  }

  /// Only where the parent cannot be polled is it asked for, once a second.
  private var interval: Int? { parent.descriptor == nil ? 1000 : nil }

  /// Waits for the input, if there is one to wait for (true), or for a reason to end (false).
  private func watch(_ input: Int32?) -> Bool {
    let reasons = [signals.withLock { $0?.descriptor }, parent.descriptor].compactMap(\.self)
    let output = (descriptor: output.rawValue, events: Poller.Event.closed)
    let ends = reasons.map { (descriptor: $0, events: Poller.Event.readable) } + [output]
    let watched = ends + [(input ?? bell.reading.rawValue, .readable)]
    var footprint = Footprint()
    while true {
      let before = reads.load(ordering: .sequentiallyConsistent)
      do throws(SystemError) {
        let limit = footprint.bounded(interval.map { .after(.milliseconds($0)) })
        if input == nil, footprint.isSmall {
          rests.store(true, ordering: .sequentiallyConsistent)
        }
        // A read that came between was not told to who did not rest yet.
        let isMissed = reads.load(ordering: .sequentiallyConsistent) != before
        let ready = try Poller.wait(watched, until: isMissed ? .now : limit)
        if ends.contains(where: { ready[$0.descriptor] != nil }) || parent.isOrphaned {
          return false
        }
        if input != nil, !ready.isEmpty { return true }
        rests.store(false, ordering: .sequentiallyConsistent)
        if !ready.isEmpty { _ = try bell.reading.read(upTo: 16) }
        let isQuiet = ready.isEmpty && reads.load(ordering: .sequentiallyConsistent) == before
        footprint.woke(byNothing: isQuiet)
      } catch {
        // Reading says what is wrong; without anything to read nothing can be said.
        return input != nil
      }
    }
  }
}

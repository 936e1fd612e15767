import Posix

/// Does one last thing when the person presses Ctrl-C, and ends the program at once.
final class Farewell: Sendable {
  private enum Phase { case listening, leaving, over }

  private let pipe: SignalPipe
  private let phase = Monitor(Phase.listening)

  /// Routes the signals here; whatever the program was doing is left where it stands.
  static func start(
    _ signals: [Signal], _ lastThing: @escaping @Sendable () -> Void
  ) throws(Complaint) -> Farewell {
    do throws(SystemError) {
      let farewell = Farewell(pipe: try SignalPipe.install(signals))
      try Thread.start(name: "farewell") { farewell.listen(lastThing) }
      return farewell
    } catch {
      throw Complaint(
        "Signals cannot be watched.", why: [error.description], next: "Try again.",
        code: .tryLater)
    }
  }

  private init(pipe: SignalPipe) { self.pipe = pipe }

  /// Takes it back: the program ends by itself. Never returns once the last thing has begun.
  func end() {
    _ = phase.wait { phase -> Bool? in
      if phase == .leaving { return nil }
      phase = .over
      return true
    }
  }

  private func listen(_ lastThing: () -> Void) {
    do {
      _ = try Poller.wait([(pipe.descriptor, .readable)])
    } catch {
      // Without the pipe a signal has its usual effect, which is to end the program.
      return
    }
    let isLeaving = phase.withLock { phase in
      if phase == .listening { phase = .leaving }
      return phase == .leaving
    }
    guard isLeaving else { return }
    lastThing()
    exitNow(ExitCode.interrupted.rawValue)
  }
}

import Posix
import Tasks

/// Starts an agent as soon as the system has room for it: others may give back what it is out of.
struct PatientStart {
  let signals: SignalPipe

  private static let pause = Duration.seconds(1)

  /// Tries until `start` succeeds, or fails for good, as it does once its time is over; nil as soon
  /// as the attempt is no longer ours.
  func begin(
    isOurs: () throws(Unfit) -> Bool, telling: (String) -> Void,
    start: () throws(Unfit) -> AgentProcess
  ) throws(Unfit) -> AgentProcess? {
    var hasTold = false
    while try isOurs() {
      do throws(Unfit) { return try start() } catch {
        guard error.mayPass else { throw error }
        if !hasTold { telling("\(error.error.message) It is tried again.") }
        hasTold = true
      }
      try rest()
    }
    return nil
  }

  private func rest() throws(Unfit) {
    let asked = try fit { () throws(SystemError) in
      _ = try Poller.wait([(signals.descriptor, .readable)], until: .after(Self.pause))
      return try signals.take().contains(where: \.endsUs)
    }
    if asked { throw Unfit(.interrupted, "It was told to end before its agent started.") }
  }
}

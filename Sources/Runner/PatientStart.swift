import Posix
import Tasks

/// Starts a process as soon as the system has room for it: others may give back what it is out of.
struct PatientStart {
  let signals: SignalPipe

  private static let pause = Duration.seconds(1)

  /// Starts an agent; nil as soon as the attempt is no longer ours.
  func begin(
    isOurs: () throws(Unfit) -> Bool, telling: (String) -> Void,
    start: () throws(Unfit) -> AgentProcess
  ) throws(Unfit) -> AgentProcess? {
    let (process, wish) = try begin(
      until: nil, look: { () throws(Unfit) in try isOurs() ? .none : .unwanted },
      telling: telling, start: start)
    if wish == .asked {
      throw Unfit(.interrupted, "It was told to end before its agent started.")
    }
    return process
  }

  /// Tries until `start` succeeds, or fails for good, as it does once its time is over; no process
  /// where somebody wishes for its end first.
  func begin(
    until deadline: MonotonicTime?, look: () throws(Unfit) -> CommandRun.Wish,
    telling: (String) -> Void, start: () throws(Unfit) -> AgentProcess
  ) throws(Unfit) -> (AgentProcess?, CommandRun.Wish) {
    var hasTold = false
    while true {
      let wish = try look()
      if wish != .none { return (nil, wish) }
      do throws(Unfit) { return (try start(), .none) } catch {
        guard error.mayPass, deadline.map({ $0 > .now }) ?? true else { throw error }
        if !hasTold { telling("\(error.error.message) It is tried again.") }
        hasTold = true
      }
      if try isAsked() { return (nil, .asked) }
    }
  }

  /// Waits a while; true if this process is told to end.
  private func isAsked() throws(Unfit) -> Bool {
    try fit { () throws(SystemError) in
      _ = try Poller.wait([(signals.descriptor, .readable)], until: .after(Self.pause))
      return try signals.take().contains(where: \.endsUs)
    }
  }
}

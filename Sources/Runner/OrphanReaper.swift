import Posix

/// Collects the orphans that end as children of a supervisor, as they come: an agent may leave
/// thousands behind in an hour, and each would hold its number to the end of the attempt.
final class OrphanReaper {
  private let agent: Int32
  // A pipe of its own: a crowd that ends at once must not push out a signal that is for us.
  private let signals: SignalPipe

  /// Never collects the agent itself, whose number must stay its own until its tree is gone.
  init(sparing agent: Int32) throws(SystemError) {
    self.agent = agent
    signals = try SignalPipe.install([.child])
  }

  /// Lends the number that turns readable when somebody has ended.
  var descriptor: Int32 { signals.descriptor }

  func reap() throws(SystemError) {
    _ = try signals.take()
    try ProcessTable.reapChildren(sparing: agent)
  }
}

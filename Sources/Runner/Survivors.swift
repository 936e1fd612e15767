import Posix
import Tasks

extension ProcessTree {
  /// Ends what carries an attempt's mark, and the agent if it is still the same process and not
  /// another store's; answers who is left.
  ///
  /// Neither group nor session is trusted here: the machine may have been started anew since.
  static func sweep(
    _ mark: AttemptMark, _ executor: Executor? = nil, adopting: Adoption = .none
  ) throws(SystemError) -> [ProcessRecord] {
    let leader = executor.map {
      ProcessIdentity(pid: Int32(truncatingIfNeeded: $0.pid), startTicks: $0.startedAtTicks)
    }
    let tree = ProcessTree(
      leader: ProcessIdentity(pid: -1, startTicks: 0), marker: mark.entry,
      recorded: try mark.others(leader: leader), adopting: adopting)
    return try tree.end(grace: .milliseconds(500), deadline: .after(.seconds(5)))
  }
}

extension Sequence<ProcessRecord> {
  /// Names processes that could not be ended, as a settlement keeps them.
  var asSurvivors: [String] { map { "\($0.pid) \(CleanText.line($0.name, limit: 40))" } }
}

import Agents
import Posix
import TaskStore
import Tasks

/// Is what every process of an attempt bears, by which whoever settles it finds them.
///
/// It names the store by what no copy of it has, the number of its folder: a copy knows attempt and
/// leader as well, and that its own lock is free, but what runs is not its to end. A store that is
/// moved within its file system keeps the number.
package struct AttemptMark: Sendable, Hashable {
  private let value: String
  /// Is all that versions marked with which did not name the store: such a process counts as ours.
  private let older: String

  package init(_ task: TaskID, _ attemptN: Int, in root: String) {
    let attempt = "\(task)/\(attemptN)"
    older = "\(AgentEnvironment.Name.attempt)=\(attempt)"
    value = "\(attempt)@\(Self.place(of: root))"
  }

  /// The environment entry.
  package var entry: String { "\(AgentEnvironment.Name.mark)=\(value)" }

  /// The variable with its value.
  var variable: [String: String] { [AgentEnvironment.Name.mark: value] }

  private static func place(of root: String) -> String {
    // Where the folder is gone or closed nothing runs for it, and nothing of others' may be ended.
    guard let status = try? FileStatus.of(root) else { return "nowhere" }
    return "\(status.device)-\(status.inode)"
  }

  /// Lists what the mark itself does not find: the leader, by what was recorded of it, and what an
  /// older version has started.
  func others(leader: ProcessIdentity?) throws(SystemError) -> Set<ProcessIdentity> {
    let found = try ProcessTable.carrying(marker: older).map(\.identity)
    return Set(found + (leader.map { [$0] } ?? [])).filter { !isForeign($0.pid) }
  }

  /// Tells whether a process was started for another store, or a copy of this one.
  private func isForeign(_ pid: Int32) -> Bool {
    if let borne = ProcessTable.value(of: AgentEnvironment.Name.mark, in: pid) {
      return borne != value
    }
    // It may have emptied its environment.
    return ProcessTable.isBranded(pid, otherThanBy: [entry, older])
  }
}

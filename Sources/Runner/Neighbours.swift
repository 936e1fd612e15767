import Agents
import Posix
import TaskStore
import Tasks

/// Finds who else has changed the same files, in another work tree of the same repository, and is
/// not done yet: their branches will not merge by themselves.
struct Neighbours {
  /// Names one of them, and what it has in common with a change.
  struct Finding: Sendable, Hashable {
    var task: TaskID
    var name: String
    var files: String
  }

  private let running: [(task: TaskRecord, workspace: AttemptWorkspace)]

  /// Bounds who is looked at, and for how long in all: an end waits for it.
  private static let most = 8
  private static let patience = Duration.seconds(3)

  init(of task: TaskID, in store: TaskStore) throws(StoreError) {
    running = try store.activeTasks().filter { $0.id != task && $0.status.isActive }
      .compactMap { other in
        other.latestAttempt?.workspace.map { (other, $0) }
      }.suffix(Self.most)
  }

  func findings(
    on changes: GitChanges, _ workTree: WorkTreeRecord
  ) throws(GitFailure) -> [Finding] {
    let deadline = MonotonicTime.after(Self.patience)
    var findings: [Finding] = []
    for other in running {
      let common = try workTree.common(changes, with: other.workspace, until: deadline)
      guard !common.isEmpty else { continue }
      let listed = common.prefix(10).map { CleanText.line($0, limit: 200) }
        .joined(separator: ", ")
      let more = common.count > 10 ? " and \(common.count - 10) more" : ""
      findings.append(
        Finding(task: other.task.id, name: other.task.spec.name, files: listed + more))
    }
    return findings
  }
}

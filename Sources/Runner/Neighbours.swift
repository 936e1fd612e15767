import Agents
import Posix
import TaskStore
import Tasks

/// Finds who else has changed the same files, in another work tree of the same repository, and is
/// not done yet: their branches will not merge by themselves.
struct Neighbours: Sendable {
  /// Names one of them, and the files it has in common with a change, as they are shown.
  struct Finding: Sendable, Hashable {
    var task: TaskID
    var name: String
    var files: [String]
  }

  private struct Other: Sendable {
    var task: TaskID
    var name: String
    var place: AttemptWorkspace
  }

  private let running: [Other]

  /// Bounds who is looked at, and for how long in all: an end waits for it.
  private static let most = 8
  static let patience = Duration.seconds(3)

  /// Tells by files alone who works in the same repository; no git runs where nobody does.
  init(
    of task: TaskID, beside place: AttemptWorkspace, in store: TaskStore
  ) throws(StoreError) {
    let others = try store.activeTasks().filter { $0.id != task && $0.status.isActive }
    let own = others.isEmpty ? nil : GitRepository.sharedFolder(above: place.path)
    running = others.compactMap { other in
      guard let own, let found = other.latestAttempt?.workspace, found.path != place.path,
        GitRepository.sharedFolder(above: found.path) == own
      else { return nil }
      return Other(task: other.id, name: other.spec.name, place: found)
    }.suffix(Self.most)
  }

  var isEmpty: Bool { running.isEmpty }

  func findings(
    on changed: [String], _ workTree: WorkTreeRecord
  ) throws(GitFailure) -> [Finding] {
    guard !changed.isEmpty else { return [] }
    let deadline = MonotonicTime.after(Self.patience)
    var findings: [Finding] = []
    for other in running {
      let common = try workTree.common(changed, with: other.place, until: deadline)
      guard !common.isEmpty else { continue }
      findings.append(
        Finding(
          task: other.task, name: other.name,
          files: common.map { CleanText.line($0, limit: 200) }))
    }
    return findings
  }
}

import Agents
import Posix
import Tasks

/// Remembers a repository as it was before an attempt, to tell afterwards what was changed.
struct WorkTreeRecord {
  private let snapshots: GitSnapshots
  private let before: GitSnapshots.Snapshot
  private let place: AttemptWorkspace
  private let environment: [String: String]

  /// Looks at a workspace, no longer than until the deadline; nil if it is in no repository.
  static func begin(
    in place: AttemptWorkspace, environment: [String: String], folder: String,
    until deadline: MonotonicTime
  ) throws(GitFailure) -> WorkTreeRecord? {
    guard
      let repository = try GitRepository.containing(
        place.path, environment: environment, until: deadline)
    else { return nil }
    let snapshots = try GitSnapshots(of: repository, in: folder, until: deadline)
    return WorkTreeRecord(
      snapshots: snapshots, before: try snapshots.take(head: repository.head, until: deadline),
      place: place, environment: environment)
  }

  /// Describes the workspace as it was found.
  var workspace: AttemptWorkspace {
    AttemptWorkspace(
      mode: place.mode, path: place.path, branch: snapshots.repository.branch,
      baseCommit: snapshots.repository.head, headCommit: snapshots.repository.head,
      dirty: before.isDirty)
  }

  /// Looks again; the private snapshots can be removed afterwards.
  func end() throws(GitFailure) -> (workspace: AttemptWorkspace, changes: GitChanges) {
    let first = snapshots.repository
    let now = try first.reread()
    let after = try snapshots.take(head: now.head)
    let changes = try snapshots.changes(
      from: before, to: after, heads: (before: first.head, after: now.head))
    var workspace = workspace
    workspace.branch = now.branch
    workspace.headCommit = now.head
    workspace.dirty = after.isDirty
    return (workspace, changes)
  }

  /// Lists what of a change was changed in another work tree of the repository, too.
  func common(
    _ changes: GitChanges, with other: AttemptWorkspace, until deadline: MonotonicTime
  ) throws(GitFailure) -> [String] {
    guard other.path != place.path,
      let repository = try GitRepository.containing(
        other.path, environment: environment, until: deadline),
      repository.isOne(with: snapshots.repository)
    else { return [] }
    let touched = try repository.touched(since: other.baseCommit, until: deadline)
    return changes.files.map(\.path).filter(touched.contains)
  }

  /// Tells the commit that is checked out now; nil where that cannot be told.
  var head: String? {
    do throws(GitFailure) { return try snapshots.repository.reread().head } catch { return nil }
  }

  /// Whether new files were too many or too large to be looked at.
  var leavesOutNewFiles: Bool { before.trackedOnly }
}

import Agents
import Posix
import Tasks

/// Remembers a repository as it was before an attempt, to tell afterwards what was changed.
struct WorkTreeRecord: Sendable {
  private let snapshots: GitSnapshots
  private let before: GitSnapshots.Snapshot
  let place: AttemptWorkspace
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

  /// Lists the files that differ from how they were found, while the agent works on.
  func changedSoFar(until deadline: MonotonicTime) throws(GitFailure) -> [String] {
    let now = try snapshots.take(head: nil, until: deadline)
    return try snapshots.files(from: before, to: now, until: deadline).0.map(\.path)
  }

  /// Lists what of a change was changed in another work tree of the repository, too.
  func common(
    _ paths: [String], with other: AttemptWorkspace, until deadline: MonotonicTime
  ) throws(GitFailure) -> [String] {
    guard other.path != place.path,
      let repository = try GitRepository.containing(
        other.path, environment: environment, until: deadline),
      repository.isOne(with: snapshots.repository)
    else { return [] }
    let touched = try repository.touched(since: other.baseCommit, until: deadline)
    return paths.filter(touched.contains)
  }

  /// Tells the commit that is checked out now; nil where that cannot be told.
  var head: String? {
    do throws(GitFailure) { return try snapshots.repository.reread().head } catch { return nil }
  }

  /// Whether new files were too many or too large to be looked at.
  var leavesOutNewFiles: Bool { before.trackedOnly }
}

extension WorkTreeRecord {
  /// Remembers a workspace; that it cannot is no reason not to run.
  static func begin(
    in place: AttemptWorkspace, environment: [String: String], folder: String,
    until deadline: MonotonicTime, _ voice: inout AgentVoice
  ) -> WorkTreeRecord? {
    // A scratch folder is no part of a repository, even if one lies above it.
    guard place.mode == .sharedMount || place.branch != nil else { return nil }
    do throws(GitFailure) {
      let workTree = try begin(
        in: place, environment: environment, folder: folder, until: deadline)
      if workTree?.leavesOutNewFiles == true {
        voice.note("There are too many new files to look at; changes show tracked files only.")
      }
      return workTree
    } catch {
      voice.note("The repository could not be looked at: \(error).")
      return nil
    }
  }
}

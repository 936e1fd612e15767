import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Makes work trees and scratch copies for one attempt, in the folder beside the store.
struct WorkplaceMaker {
  let record: TaskRecord
  let attemptN: Int
  let layout: StoreLayout
  let environment: [String: String]
  let deadline: MonotonicTime

  /// Gives a work tree of the task's directory, or a copy of it where there is no repository.
  func fresh() throws(Unfit) -> Workplace {
    guard let directory = record.spec.directory else {
      throw Unfit(.workspaceError, "The task has no directory to make a worktree of.")
    }
    let source = try Workplace.checked(directory)
    guard let repository = try repository(of: source) else {
      return try copy(of: source, because: "\(source) is in no git repository")
    }
    let isDirty = try isUncommitted(repository)
    var place = try tree(
      of: repository, directory: source,
      branch: Worktree.branch(task: record.spec.name, attemptN: attemptN),
      // Whoever created the task was told of changes that were not committed then.
      from: record.spec.revision ?? "HEAD")
    if isDirty, record.spec.revision == nil {
      place.notes.append(
        "\(repository.workTree) has changes that are not committed; the worktree is without them.")
    }
    return place
  }

  /// Goes on where an earlier attempt left off, making its work tree again if it was taken away.
  func again(_ left: AttemptWorkspace) throws(Unfit) -> Workplace {
    switch left.mode {
    case .sharedMount: return .found(try Workplace.checked(left.path), as: left)
    case .none:
      guard Look.at(left.path)?.kind == .directory else {
        throw Unfit(.workspaceError, "The scratch folder \(left.path) is gone.")
      }
      return .found(left.path, as: left)
    case .dedicatedWorktree: break
    }
    guard Path.isInside(left.path, resolvedRoot), left.path != resolvedRoot else {
      throw Unfit(.workspaceError, "\(left.path) is no worktree of this store's.")
    }
    // Nobody takes it away between the look and the making; afterwards our claim keeps it.
    let lock = try fit { () throws(SystemError) in
      try FileLock.acquire(layout.worktreesLock, until: deadline)
    }
    guard let lock else {
      throw Unfit(
        .workspaceError, "Worktrees are being taken away, and \(layout.worktreesLock) is not free.")
    }
    let place = try reopened(left)
    lock.release()
    return place
  }

  private func reopened(_ left: AttemptWorkspace) throws(Unfit) -> Workplace {
    if Look.at(left.path)?.kind == .directory {
      var place = Workplace.found(left.path, as: left)
      if let branch = left.branch, let now = try repository(of: left.path)?.branch, now != branch {
        place.notes.append("The worktree is on branch \(now) now; it was on \(branch).")
      }
      return place
    }
    guard let branch = left.branch, let directory = record.spec.directory,
      let repository = try repository(of: try Workplace.checked(directory))
    else { throw Unfit(.workspaceError, "The scratch copy \(left.path) is gone.") }
    let top = String(left.path.dropLast(subfolder(of: directory, in: repository).utf8.count))
    try prepareFolder(above: top)
    _ = try making { () throws(WorktreeError) in
      try repository.restoreWorktree(at: top, branch: branch)
    }
    var place = Workplace.found(left.path, as: left)
    place.isNew = true
    place.notes.append("The worktree had been taken away; it was made again from \(branch).")
    return place
  }

  /// Starts from what an earlier attempt left, in a place apart from it.
  func apart(from left: AttemptWorkspace) throws(Unfit) -> Workplace {
    let directory = record.spec.directory ?? left.path
    let repository = left.mode == .none ? nil : try repository(of: directory)
    guard let repository, left.branch != nil || left.headCommit != nil else {
      let source = left.mode == .sharedMount ? try Workplace.checked(left.path) : left.path
      return try copy(of: source, because: "what it starts from is in no git repository")
    }
    let parent = left.branch ?? "errand/\(record.spec.name)"
    var place = try tree(
      of: repository, directory: directory,
      branch: "\(parent)-fork-\(record.id.description.prefix(8))-\(attemptN)",
      from: left.headCommit ?? left.branch ?? "HEAD")
    if left.dirty == true {
      place.notes.append(
        "The attempt it starts from left changes in \(left.path) that are not committed; "
          + "they are not here.")
    }
    return place
  }

  private func tree(
    of repository: GitRepository, directory: String, branch: String, from revision: String
  ) throws(Unfit) -> Workplace {
    let top = try ownFolder(for: repository.workTree)
    let made = try making { () throws(WorktreeError) in
      try repository.addWorktree(at: top, branch: branch, revision: revision)
    }
    let inner = top + subfolder(of: directory, in: repository)
    guard Look.at(inner)?.kind == .directory else {
      throw Unfit(
        .workspaceError,
        "\(directory) is not in commit \(made.base.prefix(12)), which was checked out.")
    }
    var place = Workplace.new(inner, .dedicatedWorktree)
    place.workspace.branch = branch
    place.workspace.baseCommit = made.base
    place.workspace.headCommit = made.base
    place.workspace.dirty = false
    return place
  }

  private func copy(of source: String, because reason: String) throws(Unfit) -> Workplace {
    let target = try ownFolder(for: source)
    try ScratchCopy.make(of: source, at: target, environment: environment, until: deadline)
    var place = Workplace.new(target, .dedicatedWorktree)
    place.notes.append("This is a scratch copy of \(source), since \(reason).")
    return place
  }

  /// Names a folder that does not exist yet, under one for the directory it stems from.
  private func ownFolder(for source: String) throws(Unfit) -> String {
    let hash = Hex.encode(SHA256.hash(Array(source.utf8)).prefix(4))
    let name = TaskName.slug(Path.name(source))
    let own = attemptN == 1 ? record.spec.name : "\(record.spec.name)-\(attemptN)"
    let folder = Path.join(layout.worktrees, "\(name.isEmpty ? "root" : name)-\(hash)/\(own)")
    try prepareFolder(above: folder)
    guard let parent = Look.resolve(Path.parent(folder)) else {
      throw Unfit(.workspaceError, "\(Path.parent(folder)) cannot be used.")
    }
    return Path.join(parent, own)
  }

  private func prepareFolder(above folder: String) throws(Unfit) {
    // Its name can be guessed, and where others may write, somebody may have made it first, or a
    // link to lead it elsewhere later.
    let (named, found) = try fit { () throws(SystemError) in
      try RealFileSystem().createDirectories(layout.worktrees)
      return (
        try FileStatus.of(layout.worktrees, followingLinks: false),
        try FileStatus.of(layout.worktrees)
      )
    }
    let own = Environment.userID
    guard named?.owner == own, let found, found.owner == own, found.mode & 0o022 == 0 else {
      throw Unfit(
        .workspaceError,
        "\(layout.worktrees) belongs to somebody else, or others may write in it.")
    }
    try fit { () throws(SystemError) in
      try RealFileSystem().createDirectories(Path.parent(folder))
    }
  }

  /// Paths that attempts worked in are resolved ones.
  private var resolvedRoot: String { Look.resolve(layout.worktrees) ?? layout.worktrees }

  /// Gives where in its work tree a directory lies, beginning with a slash; empty for the top.
  private func subfolder(of directory: String, in repository: GitRepository) -> String {
    Path.isInside(directory, repository.workTree)
      ? String(directory.dropFirst(repository.workTree.count)) : ""
  }

  private func repository(of directory: String) throws(Unfit) -> GitRepository? {
    try making { () throws(WorktreeError) in
      do throws(GitFailure) {
        return try GitRepository.containing(
          directory, environment: environment, until: deadline)
      } catch {
        throw .git(error)
      }
    }
  }

  private func isUncommitted(_ repository: GitRepository) throws(Unfit) -> Bool {
    do throws(WorktreeError) {
      try repository.checkStart(revision: nil)
      return false
    } catch {
      if case .uncommitted = error { return true }
      throw Unfit(.workspaceError, error.description)
    }
  }

  private func making<Value>(
    _ body: () throws(WorktreeError) -> Value
  ) throws(Unfit) -> Value {
    do throws(WorktreeError) { return try body() } catch {
      throw Unfit(.workspaceError, error.description)
    }
  }
}

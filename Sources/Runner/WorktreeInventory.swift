import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Lists the worktrees and copies beside a store, and takes away those in which nothing is lost.
package struct WorktreeInventory {
  /// Is one folder that an attempt worked in.
  package struct Entry: Sendable, Hashable {
    package var path: String
    /// The task it was made for, where that is still known.
    package var task: String?
    package var branch: String?
    package var bytes: Int
    /// Why it stays, in words; empty for one that may go.
    package var reasons: [String]
  }

  private let store: TaskStore
  private let configuration: Configuration
  private let environment: [String: String]
  private let files: any FileSystem

  package init(
    store: TaskStore, configuration: Configuration, environment: [String: String],
    files: any FileSystem = RealFileSystem()
  ) {
    self.store = store
    self.configuration = configuration
    self.environment = environment
    self.files = files
  }

  /// Looks at all of them and changes nothing.
  package func look() throws(RunnerError) -> [Entry] {
    try folders().map { (path) throws(RunnerError) in try entry(path, using: status) }
  }

  /// Takes away what may go; answers with everything as it was found.
  package func prune() throws(RunnerError) -> [Entry] {
    let (guarded, deadline) = (store.layout.worktreesLock, MonotonicTime.after(.seconds(60)))
    return try folders().map { (path) throws(RunnerError) in
      // A task that is claimed from here on waits for the lock, then makes its worktree again.
      let lock = try fromSystem { () throws(SystemError) in
        try FileLock.acquire(guarded, until: deadline)
      }
      guard let lock else {
        var found = try entry(path, using: status)
        found.reasons.append("another worktree is being made (\(guarded) is not free)")
        return found
      }
      let found = try entry(path, using: remove)
      lock.release()
      return found
    }
  }

  private func folders() throws(RunnerError) -> [String] {
    try fromSystem { () throws(SystemError) in
      var found: [String] = []
      for group in try subfolders(store.layout.worktrees) { found += try subfolders(group) }
      return found
    }
  }

  private func subfolders(_ folder: String) throws(SystemError) -> [String] {
    guard try files.exists(folder) else { return [] }
    var found: [String] = []
    for name in try files.list(folder) {
      let path = Path.join(folder, name)
      if try files.status(path, followingLinks: false)?.kind == .directory { found.append(path) }
    }
    return found
  }

  private func entry(
    _ path: String, using judge: (GitRepository, [String]) throws(GitFailure) -> WorktreeStatus
  ) throws(RunnerError) -> Entry {
    let size = try fromSystem { () throws(SystemError) in try FolderSize.of(path) }
    let record = try owner(of: Path.name(path))
    var entry = Entry(
      path: path, task: record?.spec.name, branch: nil, bytes: size.bytes, reasons: [])
    if let user = try user(of: path) {
      entry.reasons.append("task \(user) works in it")
      return entry
    }
    do throws(GitFailure) {
      guard Look.at(Path.join(path, ".git")) != nil,
        let repository = try GitRepository.containing(path, environment: environment),
        repository.workTree == Look.resolve(path)
      else {
        entry.reasons += copyReasons(path, size)
        return entry
      }
      entry.branch = repository.branch
      let found = try judge(repository, disposable(record))
      entry.reasons = found.reasons.map(\.description)
    } catch {
      entry.reasons.append("its repository cannot be read: \(error)")
    }
    return entry
  }

  private func status(
    _ repository: GitRepository, _ disposable: [String]
  ) throws(GitFailure) -> WorktreeStatus {
    try repository.worktreeStatus(disposable: disposable)
  }

  private func remove(
    _ repository: GitRepository, _ disposable: [String]
  ) throws(GitFailure) -> WorktreeStatus {
    try repository.removeWorktree(disposable: disposable)
  }

  /// Outside git nobody can tell what of a copy is elsewhere; an empty folder holds nothing.
  private func copyReasons(_ path: String, _ size: FolderSize) -> [String] {
    size.entries == 0
      ? ["it is empty; remove it by hand"]
      : ["it is a copy outside git: what changed in it is nowhere else"]
  }

  /// Finds the task a folder was made for: it is named like it, later attempts with their number.
  private func owner(of name: String) throws(RunnerError) -> TaskRecord? {
    let trimmed = name.split(separator: "-").dropLast().joined(separator: "-")
    for candidate in [name, trimmed] where TaskName.isValid(candidate) {
      do throws(StoreError) {
        return try store.lastKnown(.name(candidate))
      } catch {
        switch error {
        case .notFound, .inBin: continue
        default: throw .store(error)
        }
      }
    }
    return nil
  }

  /// Names a task that works in the folder, is about to, or will go on there.
  private func user(of path: String) throws(RunnerError) -> String? {
    let tasks = try fromStore { () throws(StoreError) in try store.activeTasks() }
    let name = Path.name(path)
    return tasks.first { task in
      let places = [task.latestAttempt?.workspace?.path, task.spec.continuation?.workspace?.path]
      return places.compactMap(\.self).contains { Path.isInside($0, path) }
        || name == task.spec.name || name.hasPrefix(task.spec.name + "-")
    }?.spec.name
  }

  /// Gives what the profile says may be made anew at any time.
  private func disposable(_ record: TaskRecord?) -> [String] {
    configuration.profiles.first { $0.name == record?.spec.launch.profile }?.disposable ?? []
  }
}

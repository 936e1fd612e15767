import Posix
import Tasks

/// Is a work tree of a task's own, on a branch of its own, beside the user's.
package struct Worktree: Sendable, Hashable {
  /// The top folder, absolute.
  package let path: String
  package let branch: String
  /// The commit it started from.
  package let base: String

  /// Names the branch of an attempt: a later attempt starts anew, beside what the first left.
  package static func branch(task name: String, attemptN: Int) -> String {
    attemptN == 1 ? "errand/\(name)" : "errand/\(name)-\(attemptN)"
  }

  /// Bounds one checkout of a large repository.
  package static let timeLimit = Duration.seconds(240)
}

extension GitRepository {
  /// Makes a work tree at `path`, which must not exist, on a new branch.
  ///
  /// Without a revision it starts from the last commit, provided nothing would be left behind.
  /// Filters the user configured run, as in any checkout: without them large files would be
  /// stand-ins. Hooks do not.
  package func addWorktree(
    at path: String, branch: String, revision: String? = nil
  ) throws(WorktreeError) -> Worktree {
    let deadline = MonotonicTime.after(Worktree.timeLimit)
    let base = try checkStart(revision: revision)
    try checkFree(branch)
    _ = try asking { () throws(GitFailure) in
      try git.demand(
        ["worktree", "add", "--quiet", "--no-track", "-b", branch, "--", path, base],
        in: workTree, until: deadline)
    }
    return Worktree(path: path, branch: branch, base: base)
  }

  /// Makes the work tree of a branch again that was taken away.
  package func restoreWorktree(at path: String, branch: String) throws(WorktreeError) -> Worktree {
    let deadline = MonotonicTime.after(Worktree.timeLimit)
    let place = try checkout(of: branch, until: deadline)
    guard let place else { throw .branchGone(branch, repository: workTree) }
    // One that somebody deleted by hand is still in git's list, under the path it had.
    guard place.isEmpty || place == path else { throw .branchTaken(branch, checkedOutAt: place) }
    _ = try asking { () throws(GitFailure) in
      try git.demand(
        ["worktree", "add", "--quiet", "--force", "--", path, branch], in: workTree,
        until: deadline)
    }
    return Worktree(path: path, branch: branch, base: try commit(branch, until: deadline))
  }

  /// Checks that a work tree could start from a revision, or without one from the last commit;
  /// answers the commit.
  @discardableResult
  package func checkStart(revision: String?) throws(WorktreeError) -> String {
    let deadline = GitRepository.soon(nil)
    guard head != nil else { throw .noCommit(workTree) }
    if revision == nil { try demandCommitted(until: deadline) }
    return try commit(revision ?? "HEAD", until: deadline)
  }

  private func demandCommitted(until deadline: MonotonicTime) throws(WorktreeError) {
    let found = try asking { () throws(GitFailure) in
      try git.demand(
        ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all", "-z"],
        in: workTree, until: deadline)
    }
    let files = WorktreeStatus.paths(found.bytes)
    guard files.isEmpty else { throw .uncommitted(repository: workTree, files: files) }
  }

  private func commit(
    _ revision: String, until deadline: MonotonicTime
  ) throws(WorktreeError) -> String {
    let found = try asking { () throws(GitFailure) in
      try git.run(
        ["rev-parse", "--quiet", "--verify", "--end-of-options", "\(revision)^{commit}"],
        in: workTree, until: deadline)
    }
    guard found.status.isSuccess, let hash = found.lines.first else {
      throw .unknownRevision(CleanText.line(revision, limit: 100), repository: workTree)
    }
    return hash
  }

  /// Checks that there is no branch of that name yet.
  package func checkFree(_ branch: String) throws(WorktreeError) {
    guard let place = try checkout(of: branch, until: GitRepository.soon(nil)) else { return }
    throw .branchTaken(branch, checkedOutAt: place.isEmpty ? nil : place)
  }

  /// Says where a branch is checked out, if it is; nil if there is no such branch.
  private func checkout(
    of branch: String, until deadline: MonotonicTime
  ) throws(WorktreeError) -> String? {
    let found = try asking { () throws(GitFailure) in
      try git.demand(
        ["for-each-ref", "--format=%(worktreepath)", "refs/heads/\(branch)"],
        in: workTree, until: deadline)
    }
    return found.bytes.isEmpty ? nil : found.lines.first ?? ""
  }

  private func asking<Answer>(
    _ body: () throws(GitFailure) -> Answer
  ) throws(WorktreeError) -> Answer {
    do throws(GitFailure) { return try body() } catch { throw .git(error) }
  }
}

/// Says why a worktree could not be made.
package enum WorktreeError: Error, Sendable, Hashable, CustomStringConvertible {
  case notARepository(String)
  case noCommit(String)
  case unknownRevision(String, repository: String)
  /// Tracked files differ from the last commit; a worktree would silently start without that.
  case uncommitted(repository: String, files: [String])
  case branchTaken(String, checkedOutAt: String?)
  case branchGone(String, repository: String)
  case git(GitFailure)

  package var description: String {
    switch self {
    case .notARepository(let directory):
      "\(directory) is in no git repository, so there is nothing to make a worktree of. "
        + "Use the workspace shared_mount."
    case .noCommit(let repository):
      "\(repository) has no commit yet, so there is nothing to start a worktree from. "
        + "Commit something first, or use the workspace shared_mount."
    case .unknownRevision(let revision, let repository):
      "\(repository) knows no commit \(revision). Name a branch, tag or commit that it has."
    case .uncommitted(let repository, let files):
      "\(repository) has changes that are not committed (\(Self.listed(files))), and a worktree "
        + "would start without them. Commit or stash them, or give the revision HEAD to start "
        + "from the last commit all the same."
    case .branchTaken(let branch, let place?):
      "The branch \(branch) is checked out at \(place). Give the task another name."
    case .branchTaken(let branch, nil):
      "The branch \(branch) exists already. Give the task another name."
    case .branchGone(let branch, let repository):
      "\(repository) has no branch \(branch) any more, so its worktree cannot be made again."
    case .git(let failure): "The worktree could not be made: \(failure)."
    }
  }

  private static func listed(_ files: [String]) -> String {
    let shown = files.prefix(3).joined(separator: ", ")
    return files.count > 3 ? "\(shown) and \(files.count - 3) more" : shown
  }
}

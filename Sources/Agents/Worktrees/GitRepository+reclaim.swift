import Posix

extension GitRepository {
  /// Looks for everything in this work tree that is nowhere else.
  ///
  /// Ignored files count too, unless their path begins with one of `disposable`, such as
  /// "node_modules/".
  package func worktreeStatus(disposable: [String] = []) throws(GitFailure) -> WorktreeStatus {
    let deadline = MonotonicTime.after(.seconds(60))
    var reasons = try fileReasons(disposable, until: deadline)
    if let stashes = try stashes(until: deadline) { reasons.append(.stashed(stashes)) }
    if let head, try !isOnABranch(head, until: deadline) {
      reasons.append(.unreachable(commit: head))
    }
    if let operation = try unfinishedOperation(until: deadline) {
      reasons.append(.unfinished(operation))
    }
    return WorktreeStatus(branch: branch, head: head, reasons: reasons)
  }

  /// Takes the work tree away if nothing in it would be lost; the branch stays.
  ///
  /// Answers what was found, with reasons if it was kept.
  package func removeWorktree(disposable: [String] = []) throws(GitFailure) -> WorktreeStatus {
    let found = try worktreeStatus(disposable: disposable)
    guard found.reasons.isEmpty else { return found }
    // Without force, so that git refuses what changed between the look and this.
    _ = try git.demand(
      ["worktree", "remove", "--", workTree], in: workTree, until: .after(Worktree.timeLimit))
    return found
  }

  private func fileReasons(
    _ disposable: [String], until deadline: MonotonicTime
  ) throws(GitFailure) -> [WorktreeStatus.Reason] {
    let listed = try git.demand(
      ["status", "--porcelain", "--untracked-files=all", "--ignored=traditional", "-z"],
      in: workTree, limit: 8 << 20, until: deadline)
    if listed.isCut { throw .tooMuch("too many files differ to list them") }
    var (changed, untracked, ignored) = (0, 0, 0)
    for entry in WorktreeStatus.entries(listed.bytes) {
      switch entry.code {
      case "??": untracked += 1
      case "!!": ignored += disposable.contains { entry.path.hasPrefix($0) } ? 0 : 1
      default: changed += 1
      }
    }
    var reasons: [WorktreeStatus.Reason] = []
    if changed > 0 { reasons.append(.changed(files: changed)) }
    if untracked > 0 { reasons.append(.untracked(files: untracked)) }
    if ignored > 0 { reasons.append(.ignored(files: ignored)) }
    return reasons
  }

  /// Counts the stashes made on this branch: all work trees of a repository share the list.
  private func stashes(until deadline: MonotonicTime) throws(GitFailure) -> Int? {
    guard let branch else { return nil }
    let listed = try git.demand(["stash", "list", "--format=%gs"], in: workTree, until: deadline)
    let own = listed.lines.count {
      $0.hasPrefix("WIP on \(branch):") || $0.hasPrefix("On \(branch):")
    }
    return own == 0 ? nil : own
  }

  private func isOnABranch(
    _ commit: String, until deadline: MonotonicTime
  ) throws(GitFailure) -> Bool {
    let found = try git.demand(
      ["for-each-ref", "--count=1", "--contains=\(commit)", "--format=%(refname)", "refs/heads"],
      in: workTree, until: deadline)
    return !found.bytes.isEmpty
  }

  private func unfinishedOperation(until deadline: MonotonicTime) throws(GitFailure) -> String? {
    let marks = [
      ("rebase-merge", "rebase"), ("rebase-apply", "rebase"), ("MERGE_HEAD", "merge"),
      ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"), ("BISECT_LOG", "bisect"),
    ]
    let found = try git.demand(
      ["rev-parse", "--path-format=absolute"] + marks.flatMap { ["--git-path", $0.0] },
      in: workTree, until: deadline)
    return zip(marks, found.lines).first { Look.at($1) != nil }?.0.1
  }
}

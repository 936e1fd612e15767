import Posix

/// Holds what changed in a work tree between two snapshots.
package struct GitChanges: Sendable, Hashable {
  package struct File: Sendable, Hashable {
    /// A added, M modified, D deleted, T changed type.
    package var status: String
    package var path: String
  }

  /// New commits on the branch, newest first, as "hash subject".
  package var commits: [String]
  package var files: [File]
  /// More files changed than are listed.
  package var filesCut: Bool
  /// The commits as a preface and the difference as a patch; empty if nothing changed.
  package var patch: [UInt8]
  package var patchCut: Bool

  package var isEmpty: Bool { commits.isEmpty && files.isEmpty }

  /// Bounds what is kept of a change.
  package enum Limit {
    package static let patch = 8 << 20
    package static let files = 1000
    package static let commits = 100
  }
}

extension GitSnapshots {
  /// Compares two snapshots, and lists what was committed between two heads.
  package func changes(
    from before: Snapshot, to after: Snapshot, heads: (before: String?, after: String?)
  ) throws(GitFailure) -> GitChanges {
    let deadline = MonotonicTime.after(Limit.time)
    let commits = try commits(heads, until: deadline)
    let (files, filesCut) = try files(from: before, to: after, until: deadline)
    var changes = GitChanges(
      commits: commits, files: files, filesCut: filesCut, patch: [], patchCut: false)
    guard !changes.isEmpty else { return changes }
    let patch = try git(
      [
        "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--binary", "-M",
        "--src-prefix=a/", "--dst-prefix=b/", before.tree, after.tree,
      ], limit: GitChanges.Limit.patch, until: deadline)
    changes.patchCut = patch.isCut
    changes.patch = Array(commits.map { "commit \($0)\n" }.joined().utf8) + patch.bytes
    if patch.isCut {
      changes.patch += Array("\n[cut: only the first \(patch.bytes.count) bytes kept]\n".utf8)
    }
    return changes
  }

  /// Names the files that differ between two snapshots; the second tells whether there are more.
  package func files(
    from before: Snapshot, to after: Snapshot, until deadline: MonotonicTime
  ) throws(GitFailure) -> ([GitChanges.File], Bool) {
    Self.files(
      try git(
        ["diff-tree", "-r", "-z", "--name-status", "--no-renames", before.tree, after.tree],
        limit: 4 << 20, until: deadline))
  }

  private func commits(
    _ heads: (before: String?, after: String?), until deadline: MonotonicTime
  ) throws(GitFailure) -> [String] {
    guard let after = heads.after, after != heads.before else { return [] }
    let range = heads.before.map { ["^\($0)", after] } ?? [after]
    return try git(
      ["log", "--no-show-signature", "--no-color", "--format=%H %s"]
        + ["--max-count=\(GitChanges.Limit.commits)"] + range + ["--"],
      until: deadline
    ).lines
  }

  private static func files(_ output: GitCommand.Output) -> ([GitChanges.File], Bool) {
    var parts = output.bytes.split(separator: 0)[...]
    var files: [GitChanges.File] = []
    while files.count < GitChanges.Limit.files, let status = parts.popFirst(),
      let path = parts.popFirst()
    {
      files.append(
        GitChanges.File(
          status: String(decoding: status, as: UTF8.self),
          path: String(decoding: path, as: UTF8.self)))
    }
    return (files, output.isCut || !parts.isEmpty)
  }
}

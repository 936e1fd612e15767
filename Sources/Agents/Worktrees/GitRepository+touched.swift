import Posix

extension GitRepository {
  /// Tells whether both are work trees of one repository.
  package func isOne(with other: GitRepository) -> Bool { paths.objects == other.paths.objects }

  /// Lists the files that differ from a commit, committed or not, new ones among them.
  package func touched(
    since commit: String?, until deadline: MonotonicTime
  ) throws(GitFailure) -> Set<String> {
    var lists = [["ls-files", "-z", "--others", "--exclude-standard", "--full-name"]]
    if let commit { lists.append(["diff", "--name-only", "-z", "--no-ext-diff", commit, "--"]) }
    var touched: Set<String> = []
    for list in lists {
      let output = try git.demand(list, in: workTree, limit: 4 << 20, until: deadline)
      touched.formUnion(
        output.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
    return touched
  }
}

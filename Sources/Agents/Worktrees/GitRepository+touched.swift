import Posix

extension GitRepository {
  /// Tells whether both are work trees of one repository.
  package func isOne(with other: GitRepository) -> Bool { paths.objects == other.paths.objects }

  /// Finds the folder that all work trees of a directory's repository share, without a git; nil
  /// outside any repository.
  package static func sharedFolder(above directory: String) -> String? {
    guard let entry = gitEntry(above: directory) else { return nil }
    if Look.at(entry)?.kind == .directory { return Look.resolve(entry) }
    // A linked work tree has a file instead, which names its own folder, which names the shared.
    let link = "gitdir: "
    guard let line = line(of: entry), line.hasPrefix(link) else { return nil }
    let folder = Path.join(Path.parent(entry), String(line.dropFirst(link.count)))
    return Look.resolve(Path.join(folder, Self.line(of: Path.join(folder, "commondir")) ?? "."))
  }

  private static func line(of path: String) -> String? {
    do throws(SystemError) {
      let bytes = try RealFileSystem().read(path, 0..<4096)
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    } catch {
      return nil
    }
  }

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

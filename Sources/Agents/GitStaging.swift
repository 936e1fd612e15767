import Posix

extension GitSnapshots {
  /// Puts the work tree into the private index; false if that index is of no use.
  ///
  /// Adding a submodule makes git run a status inside it, by that repository's own settings and so
  /// with its filters, whatever is to be ignored. So submodules are left out, and only the commit
  /// they are at is taken, for which git does nothing but read their head.
  func add(_ scope: String, until deadline: MonotonicTime) throws(GitFailure) -> Bool {
    guard let submodules = try submodules(until: deadline) else { return false }
    let others = submodules.map { Array(":(exclude,literal)".utf8) + $0 }
    let wanted = try list([Array(".".utf8)] + others, named: "wanted")
    // Files that cannot be read, and folders that are half a repository, are left out.
    let added = try run(
      ["add", scope, "--ignore-errors", "--pathspec-file-nul", "--pathspec-from-file=\(wanted)"],
      // Without magic nothing could be excluded.
      literal: false, until: deadline)
    if added.status.code == 128 { return false }
    guard !submodules.isEmpty else { return true }
    // Should this be refused, the submodules stay at the commits the index had.
    _ = try run(
      ["update-index", "--add", "--remove", "-z", "--stdin"],
      input: list(submodules, named: "submodules"), until: deadline)
    return true
  }

  /// Lists the paths of the index that stand for other repositories; nil if it cannot be read.
  private func submodules(until deadline: MonotonicTime) throws(GitFailure) -> [[UInt8]]? {
    let listed = try run(["ls-files", "--stage", "-z"], limit: Limit.index, until: deadline)
    guard listed.status.isSuccess || listed.isCut else { return nil }
    // One that is not listed would not be left out.
    if listed.isCut { throw .tooMuch("the index is too large to look for submodules") }
    let mode = Array("160000 ".utf8)
    var paths = Set<[UInt8]>()
    for entry in listed.bytes.split(separator: 0) where entry.starts(with: mode) {
      guard let tab = entry.firstIndex(of: UInt8(ascii: "\t")) else { continue }
      paths.insert(Array(entry[(tab + 1)...]))
    }
    return paths.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func run(
    _ arguments: [String], literal: Bool = true, input: String = "/dev/null",
    limit: Int = 1 << 20, until deadline: MonotonicTime
  ) throws(GitFailure) -> GitCommand.Output {
    var variables = variables
    if !literal { variables["GIT_LITERAL_PATHSPECS"] = nil }
    return try repository.git.run(
      settings.flatMap { ["-c", $0] } + arguments, in: repository.workTree, variables: variables,
      input: input, limit: limit, until: deadline)
  }

  /// Writes paths for git to read, each ended by a zero byte; answers the file's path.
  private func list(_ paths: [[UInt8]], named name: String) throws(GitFailure) -> String {
    let file = Path.join(folder, name)
    do throws(SystemError) {
      let files = RealFileSystem()
      try files.removeIfPresent(file)
      try files.createFile(file).append(paths.flatMap { $0 + [0] })
    } catch {
      throw GitFailure(error)
    }
    return file
  }
}

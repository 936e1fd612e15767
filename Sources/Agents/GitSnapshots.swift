import Posix

/// Takes snapshots of a work tree as tree objects, in a git folder of its own.
///
/// The user's repository lends its objects and nothing else: its configuration is never read here,
/// so that no filter, hook or driver named in it can run, and its index is copied, never written.
package struct GitSnapshots: Sendable {
  package let repository: GitRepository
  let folder: String
  let settings: [String]

  /// Bounds what untracked files may add to a snapshot.
  package enum Limit {
    package static let untrackedFiles = 20_000
    package static let untrackedBytes = 256 << 20
    package static let untrackedList = 8 << 20
    package static let time = Duration.seconds(30)
    package static let index = 64 << 20
  }

  /// Holds one state of the work tree.
  package struct Snapshot: Sendable, Hashable {
    package let tree: String
    /// Whether new files were left out, since there are too many or they are too large.
    package let trackedOnly: Bool
    package let isDirty: Bool
  }

  /// Prepares a private git folder at `folder`, which must not exist.
  package init(
    of repository: GitRepository, in folder: String, until deadline: MonotonicTime? = nil
  ) throws(GitFailure) {
    self.repository = repository
    self.folder = folder
    settings = try Self.borrowedSettings(of: repository, until: GitRepository.soon(deadline))
    let files = RealFileSystem()
    do throws(SystemError) {
      for path in ["", "/objects", "/objects/info", "/refs", "/info"] {
        try files.createDirectory(folder + path)
      }
      try Self.write("ref: refs/heads/none\n", to: folder + "/HEAD")
      try Self.write(Self.configuration(of: repository), to: folder + "/config")
      try Self.write(repository.paths.objects + "\n", to: folder + "/objects/info/alternates")
      try Self.copy(repository.paths.exclude, to: folder + "/info/exclude")
      // The copied index saves reading every unchanged file again.
      try Self.copy(repository.paths.index, to: folder + "/index")
    } catch {
      throw GitFailure(error)
    }
  }

  /// Puts the work tree as it is now into a tree object.
  package func take(
    head: String?, until limit: MonotonicTime? = nil
  ) throws(GitFailure) -> Snapshot {
    let deadline = min(.after(Limit.time), limit ?? .after(Limit.time))
    // A git that took too long was killed, and has left this; nobody else works here.
    do throws(SystemError) {
      try RealFileSystem().removeIfPresent(folder + "/index.lock")
    } catch {
      throw GitFailure(error)
    }
    let trackedOnly = try !untrackedFit(until: deadline)
    let scope = trackedOnly ? "-u" : "-A"
    if try !add(scope, until: deadline) {
      // An index with parts outside its file cannot be copied: start from an empty one.
      try removeIndex()
      _ = try add(scope, until: deadline)
    }
    let tree = try git(["write-tree", "--missing-ok"], until: deadline).lines.first
    guard let tree else { throw .tooMuch("git write-tree printed nothing") }
    let headTree = try head.map { (head) throws(GitFailure) in
      try git(["rev-parse", "--verify", "\(head)^{tree}"], until: deadline).lines.first
    }
    return Snapshot(tree: tree, trackedOnly: trackedOnly, isDirty: headTree != .some(tree))
  }

  /// Removes the private folder with all its objects.
  package func remove() throws(GitFailure) {
    do throws(SystemError) { try RealFileSystem().removeTree(folder) } catch {
      throw GitFailure(error)
    }
  }

  func git(
    _ arguments: [String], limit: Int = 1 << 20, until deadline: MonotonicTime
  ) throws(GitFailure) -> GitCommand.Output {
    try repository.git.demand(
      settings.flatMap { ["-c", $0] } + arguments, in: repository.workTree, variables: variables,
      limit: limit, until: deadline)
  }

  var variables: [String: String] {
    [
      "GIT_DIR": folder, "GIT_WORK_TREE": repository.workTree, "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_INDEX_FILE": folder + "/index", "GIT_LITERAL_PATHSPECS": "1",
    ]
  }

  private func untrackedFit(until deadline: MonotonicTime) throws(GitFailure) -> Bool {
    let list = try git(
      ["ls-files", "--others", "--exclude-standard", "-z"], limit: Limit.untrackedList,
      until: deadline)
    let names = list.bytes.split(separator: 0)
    guard !list.isCut, names.count <= Limit.untrackedFiles else { return false }
    var size = 0
    for name in names {
      let path = Path.join(repository.workTree, String(decoding: name, as: UTF8.self))
      size += Look.at(path, followingLinks: false)?.size ?? 0
    }
    return size <= Limit.untrackedBytes
  }

  private func removeIndex() throws(GitFailure) {
    do throws(SystemError) { try RealFileSystem().removeIfPresent(folder + "/index") } catch {
      throw GitFailure(error)
    }
  }
}

extension GitSnapshots {
  /// Takes over the few settings that say how files are read, and none that names a program.
  private static func borrowedSettings(
    of repository: GitRepository, until deadline: MonotonicTime
  ) throws(GitFailure) -> [String] {
    let names = "filemode|ignorecase|precomposeunicode|symlinks|autocrlf|eol|excludesfile"
    let found = try repository.git.run(
      ["config", "-z", "--type=path", "--get-regexp", "^core\\.(\(names))$"],
      in: repository.workTree, until: deadline)
    var settings = found.bytes.split(separator: 0).compactMap { entry -> String? in
      let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "=")
    }
    if !settings.contains(where: { $0.hasPrefix("core.excludesfile=") }),
      let usual = usualExcludes(repository.git.environment)
    {
      settings.append("core.excludesFile=\(usual)")
    }
    return settings
  }

  private static func usualExcludes(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"] { return folder + "/git/ignore" }
    return environment["HOME"].map { $0 + "/.config/git/ignore" }
  }

  private static func configuration(of repository: GitRepository) -> String {
    let format = repository.paths.objectFormat
    return format == "sha1"
      ? "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
      : "[core]\n\trepositoryformatversion = 1\n\tbare = false\n"
        + "[extensions]\n\tobjectformat = \(format)\n"
  }

  private static func write(_ text: String, to path: String) throws(SystemError) {
    try RealFileSystem().createFile(path).append(Array(text.utf8))
  }

  private static func copy(_ path: String, to target: String) throws(SystemError) {
    let files = RealFileSystem()
    guard try files.exists(path) else { return }
    try files.createFile(target).append(try files.read(path))
  }
}

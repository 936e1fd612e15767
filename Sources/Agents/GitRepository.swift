import Posix

/// Reads a repository without changing a byte of it.
package struct GitRepository: Sendable {
  /// The top folder of the work tree.
  package let workTree: String
  package let branch: String?
  /// Absent before the first commit.
  package let head: String?
  let paths: Paths
  let git: GitCommand

  /// Holds where git keeps what a snapshot borrows, absolute.
  struct Paths: Sendable {
    var objects: String
    var index: String
    var exclude: String
    var objectFormat: String
  }

  /// Finds the repository a directory belongs to; nil if it belongs to none.
  package static func containing(
    _ directory: String, environment: [String: String], until deadline: MonotonicTime? = nil
  ) throws(GitFailure) -> GitRepository? {
    guard gitEntry(above: directory) != nil else { return nil }
    let git = try GitCommand(environment: environment)
    return try open(directory, git, until: Self.soon(deadline))
  }

  /// Bounds what git needs no time for, also where there is more.
  static func soon(_ deadline: MonotonicTime?) -> MonotonicTime {
    min(.after(.seconds(10)), deadline ?? .after(.seconds(10)))
  }

  /// Reads head and branch again, after somebody may have committed.
  package func reread() throws(GitFailure) -> GitRepository {
    let repository = try Self.open(workTree, git, until: Self.soon(nil))
    guard let repository else { throw .tooMuch("the repository is gone") }
    return repository
  }

  /// Spares directories outside any repository the start of a git.
  static func gitEntry(above directory: String) -> String? {
    var place = directory
    while true {
      let entry = Path.join(place, ".git")
      if Look.at(entry) != nil { return entry }
      if place == "/" || place == "." { return nil }
      place = Path.parent(place)
    }
  }

  private static func open(
    _ directory: String, _ git: GitCommand, until deadline: MonotonicTime
  ) throws(GitFailure) -> GitRepository? {
    let found = try git.run(
      [
        "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-path", "objects",
        "--git-path", "index", "--git-path", "info/exclude", "--show-object-format",
      ], in: directory, until: deadline)
    let lines = found.lines
    // A bare repository has no work tree, and one of another user's is refused: none of ours.
    guard found.status.isSuccess, lines.count == 5 else { return nil }
    let branch = try git.run(
      ["symbolic-ref", "-q", "--short", "HEAD"], in: directory, until: deadline)
    let head = try git.run(
      ["rev-parse", "-q", "--verify", "HEAD^{commit}"], in: directory, until: deadline)
    return GitRepository(
      workTree: lines[0], branch: branch.status.isSuccess ? branch.lines.first : nil,
      head: head.status.isSuccess ? head.lines.first : nil,
      paths: Paths(objects: lines[1], index: lines[2], exclude: lines[3], objectFormat: lines[4]),
      git: git)
  }
}

import Posix

/// Runs git as its user would, with an identity and without anybody's settings.
package enum Git {
  /// Gives what it printed, without the last newline.
  @discardableResult
  package static func run(_ arguments: [String], in directory: String) throws -> String {
    let path = Environment.value("PATH") ?? "/usr/bin:/bin"
    let outcome = try Program.run(
      arguments, executable: Environment.which("git", path: path) ?? "/usr/bin/git",
      environment: [
        "PATH": path, "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@b",
      ], directory: directory)
    guard outcome.status.isSuccess else {
      throw Program.Failure.unexpected("git \(arguments): \(outcome.errorText)")
    }
    return outcome.text.hasSuffix("\n") ? String(outcome.text.dropLast()) : outcome.text
  }

  /// Makes a repository with two commits of `a.txt`, the first tagged `v1`; `*.log` is ignored.
  package static func makeRepository(at tree: String) throws {
    try RealFileSystem().createDirectories(tree + "/inner")
    try run(["init", "-q", "-b", "main"], in: tree)
    try writeFile(tree + "/inner/b.txt", "b\n")
    try writeFile(tree + "/.gitignore", "*.log\n")
    for (number, text) in ["one", "two"].enumerated() {
      try writeFile(tree + "/a.txt", text + "\n")
      try run(["add", "."], in: tree)
      try run(["commit", "-q", "-m", text], in: tree)
      if number == 0 { try run(["tag", "v1"], in: tree) }
    }
  }
}

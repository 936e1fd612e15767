import Agents
import Posix
import TestSupport
import Testing

private let environment = [
  "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "HOME": "/nonexistent",
]

@Suite struct GitSubmoduleTests {
  /// Lends a repository with a submodule `sm` whose filter for `a.t` writes a witness, an own `b`,
  /// and a folder for snapshots.
  private static func withSubmodule(
    _ body: (_ tree: String, _ folder: String, _ witness: String) throws -> Void
  ) throws {
    try withTemporaryDirectory { base in
      let (tree, inner, witness) = (base + "/tree", base + "/inner", base + "/witness")
      for path in [tree, inner] {
        try RealFileSystem().createDirectory(path)
        try Git.run(["init", "-q", "-b", "main"], in: path)
      }
      try writeFile(inner + "/a.t", "a\n")
      try writeFile(inner + "/.gitattributes", "*.t filter=f\n")
      try Git.run(["add", "."], in: inner)
      try Git.run(["commit", "-q", "-m", "inner"], in: inner)
      try Git.run(
        ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sm"], in: tree)
      try writeFile(tree + "/b", "b\n")
      try Git.run(["add", "."], in: tree)
      try Git.run(["commit", "-q", "-m", "outer"], in: tree)
      try Git.run(["config", "filter.f.clean", "touch '\(witness)'; cat"], in: tree + "/sm")
      try body(tree, base + "/snapshots", witness)
    }
  }

  /// Makes git doubt whether the submodule's file is what it was.
  private static func unsettle(_ tree: String) throws {
    try RealFileSystem().remove(tree + "/sm/a.t")
    try writeFile(tree + "/sm/a.t", "a\n")
  }

  @Test func nothingNamedInASubmoduleIsRun() throws {
    try Self.withSubmodule { tree, folder, witness in
      try Self.unsettle(tree)
      let repository = try #require(try GitRepository.containing(tree, environment: environment))
      let snapshots = try GitSnapshots(of: repository, in: folder)
      let before = try snapshots.take(head: repository.head)
      #expect(!before.isDirty)
      #expect(Look.at(witness) == nil)
      try writeFile(tree + "/b", "changed\n")
      try Self.unsettle(tree)
      let now = try repository.reread()
      let after = try snapshots.take(head: now.head)
      let changes = try snapshots.changes(
        from: before, to: after, heads: (before: nil, after: now.head))
      #expect(changes.files.map(\.path) == ["b"])
      #expect(Look.at(witness) == nil)
      // The bait is real: the user's own git does run it.
      try Git.run(["status"], in: tree)
      #expect(Look.at(witness) != nil)
    }
  }

  @Test func aCommitInASubmoduleIsAChange() throws {
    try Self.withSubmodule { tree, folder, witness in
      let repository = try #require(try GitRepository.containing(tree, environment: environment))
      let snapshots = try GitSnapshots(of: repository, in: folder)
      let before = try snapshots.take(head: repository.head)
      try Git.run(["commit", "-q", "--allow-empty", "-m", "more"], in: tree + "/sm")
      // The user's own commit may have run the filter.
      try RealFileSystem().removeIfPresent(witness)
      let committed = try snapshots.take(head: repository.head)
      let changes = try snapshots.changes(from: before, to: committed, heads: (nil, nil))
      #expect(changes.files.map { "\($0.status) \($0.path)" } == ["M sm"])
      #expect(String(decoding: changes.patch, as: UTF8.self).contains("+Subproject commit"))
      try RealFileSystem().removeTree(tree + "/sm")
      let removed = try snapshots.changes(
        from: before, to: try snapshots.take(head: repository.head), heads: (nil, nil))
      #expect(removed.files.map { "\($0.status) \($0.path)" } == ["D sm"])
      #expect(Look.at(witness) == nil)
    }
  }
}

import Agents
import Posix
import TestSupport
import Testing

private let environment = [
  "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "HOME": "/nonexistent",
]

/// A repository with one commit of `kept.txt` and `gone.txt`, and a folder for snapshots.
private func withRepository(_ body: (String, String) throws -> Void) throws {
  try withTemporaryDirectory { base in
    let tree = base + "/tree"
    try RealFileSystem().createDirectory(tree)
    try Git.run(["init", "-q", "-b", "main"], in: tree)
    try writeFile(tree + "/kept.txt", "one\n")
    try writeFile(tree + "/gone.txt", "bye\n")
    try writeFile(tree + "/.gitignore", "*.log\n")
    try Git.run(["add", "."], in: tree)
    try Git.run(["commit", "-q", "-m", "first"], in: tree)
    try body(tree, base + "/snapshots")
  }
}

private func snapshots(_ tree: String, _ folder: String) throws -> GitSnapshots {
  let repository = try #require(try GitRepository.containing(tree, environment: environment))
  return try GitSnapshots(of: repository, in: folder)
}

/// Everything git keeps for itself, by path, to show that none of it changed.
private func contents(of folder: String) throws -> [String: [UInt8]] {
  let files = RealFileSystem()
  var found: [String: [UInt8]] = [:]
  for name in try files.list(folder) {
    let path = folder + "/" + name
    if try files.status(path, followingLinks: false)?.kind == .directory {
      found.merge(try contents(of: path)) { $1 }
    } else {
      found[path] = try files.read(path)
    }
  }
  return found
}

@Suite struct GitTests {
  @Test func aDirectoryOutsideAnyRepositoryHasNone() throws {
    try withTemporaryDirectory { base in
      let found = try GitRepository.containing(base, environment: environment)
      #expect(found == nil)
    }
  }

  @Test func headAndBranchAreReadFromAnyFolderOfTheTree() throws {
    try withRepository { tree, _ in
      try RealFileSystem().createDirectory(tree + "/deep")
      let repository = try #require(
        try GitRepository.containing(tree + "/deep", environment: environment))
      #expect(repository.workTree == tree)
      #expect(repository.branch == "main")
      #expect(try repository.head == Git.run(["rev-parse", "HEAD"], in: tree))
    }
  }

  @Test func committedChangedNewAndRemovedFilesAreOneChange() throws {
    try withRepository { tree, folder in
      try writeFile(tree + "/mine.txt", "untracked before\n")
      let snapshots = try snapshots(tree, folder)
      let before = try snapshots.take(head: snapshots.repository.head)
      #expect(before.isDirty)
      try writeFile(tree + "/committed.txt", "new\n")
      try Git.run(["add", "committed.txt"], in: tree)
      try Git.run(["commit", "-q", "-m", "second"], in: tree)
      try writeFile(tree + "/kept.txt", "two\n")
      try writeFile(tree + "/new.txt", "new\n")
      try writeFile(tree + "/noise.log", "ignored\n")
      try RealFileSystem().remove(tree + "/gone.txt")
      let now = try snapshots.repository.reread()
      let after = try snapshots.take(head: now.head)
      let changes = try snapshots.changes(
        from: before, to: after, heads: (before: snapshots.repository.head, after: now.head))
      let files = changes.files.map { "\($0.status) \($0.path)" }.sorted()
      #expect(files == ["A committed.txt", "A new.txt", "D gone.txt", "M kept.txt"])
      #expect(changes.commits.map { $0.split(separator: " ").last } == ["second"])
      let patch = String(decoding: changes.patch, as: UTF8.self)
      #expect(patch.contains("+two") && patch.contains("-one"))
      #expect(!patch.contains("untracked before") && !patch.contains("noise.log"))
      try snapshots.remove()
    }
  }

  @Test func nothingOfTheRepositoryIsTouched() throws {
    try withRepository { tree, folder in
      try writeFile(tree + "/kept.txt", "staged\n")
      try Git.run(["add", "kept.txt"], in: tree)
      try writeFile(tree + "/kept.txt", "and changed again\n")
      try writeFile(tree + "/new.txt", "new\n")
      let untouched = try contents(of: tree + "/.git")
      let snapshots = try snapshots(tree, folder)
      let first = try snapshots.take(head: snapshots.repository.head)
      try writeFile(tree + "/new.txt", "newer\n")
      let second = try snapshots.take(head: snapshots.repository.head)
      let changes = try snapshots.changes(from: first, to: second, heads: (nil, nil))
      #expect(changes.files.map(\.path) == ["new.txt"])
      #expect(try contents(of: tree + "/.git") == untouched)
    }
  }

  @Test func nothingNamedInTheRepositoryIsRun() throws {
    try withRepository { tree, folder in
      let witness = tree + "/../witness"
      try writeFile(
        tree + "/../evil.sh", "#!/bin/sh\necho ran >> \(witness)\ncat\n", permissions: 0o700)
      let evil = tree + "/../evil.sh"
      for (name, value) in [
        ("core.fsmonitor", evil), ("filter.x.clean", evil), ("filter.x.smudge", evil),
        ("filter.x.process", evil), ("diff.external", evil), ("diff.y.textconv", evil),
        ("core.hooksPath", tree + "/.."), ("core.pager", evil), ("core.sshCommand", evil),
      ] { try Git.run(["config", name, value], in: tree) }
      try writeFile(tree + "/.gitattributes", "*.txt filter=x diff=y\n")
      let snapshots = try snapshots(tree, folder)
      let first = try snapshots.take(head: snapshots.repository.head)
      try writeFile(tree + "/kept.txt", "changed\n")
      let second = try snapshots.take(head: snapshots.repository.head)
      let changes = try snapshots.changes(
        from: first, to: second, heads: (before: nil, after: snapshots.repository.head))
      #expect(changes.files.map(\.path) == ["kept.txt"])
      #expect(Look.at(witness) == nil)
      // The bait is real: the user's own git does run it.
      try Git.run(["add", "kept.txt"], in: tree)
      #expect(Look.at(witness) != nil)
    }
  }

  @Test func aRepositoryWithoutCommitsIsLookedAtAsWell() throws {
    try withTemporaryDirectory { tree in
      try Git.run(["init", "-q"], in: tree)
      let snapshots = try snapshots(tree, tree + "/.git/errand-test")
      let before = try snapshots.take(head: snapshots.repository.head)
      try writeFile(tree + "/a", "a\n")
      let after = try snapshots.take(head: nil)
      let changes = try snapshots.changes(from: before, to: after, heads: (nil, nil))
      #expect(changes.files.map(\.path) == ["a"])
    }
  }

  @Test func aFolderThatIsHalfARepositoryIsNoObstacle() throws {
    try withRepository { tree, folder in
      let snapshots = try snapshots(tree, folder)
      let before = try snapshots.take(head: snapshots.repository.head)
      try RealFileSystem().createDirectory(tree + "/inner")
      try Git.run(["init", "-q"], in: tree + "/inner")
      try writeFile(tree + "/inner/a", "a\n")
      try writeFile(tree + "/beside", "b\n")
      let after = try snapshots.take(head: snapshots.repository.head)
      let changes = try snapshots.changes(from: before, to: after, heads: (nil, nil))
      #expect(changes.files.map(\.path) == ["beside"])
    }
  }

  @Test func aLinkedWorktreeIsLookedAtAsWell() throws {
    try withRepository { tree, folder in
      let other = tree + "-other"
      try Git.run(["worktree", "add", "-q", "-b", "side", other], in: tree)
      let snapshots = try snapshots(other, folder)
      #expect(snapshots.repository.branch == "side")
      let before = try snapshots.take(head: snapshots.repository.head)
      #expect(!before.isDirty)
      try writeFile(other + "/kept.txt", "two\n")
      let after = try snapshots.take(head: snapshots.repository.head)
      let changes = try snapshots.changes(from: before, to: after, heads: (nil, nil))
      #expect(changes.files.map(\.path) == ["kept.txt"])
    }
  }

  @Test func aHugeChangeIsCutAndSaysSo() throws {
    try withRepository { tree, folder in
      let snapshots = try snapshots(tree, folder)
      let before = try snapshots.take(head: snapshots.repository.head)
      try writeFile(tree + "/big.txt", String(repeating: "0123456789\n", count: 1_000_000))
      let after = try snapshots.take(head: snapshots.repository.head)
      let changes = try snapshots.changes(from: before, to: after, heads: (nil, nil))
      #expect(changes.patchCut)
      #expect(changes.patch.count < GitChanges.Limit.patch + 200)
      #expect(String(decoding: changes.patch.suffix(100), as: UTF8.self).contains("[cut:"))
    }
  }
}

import Agents
import Posix
import TestSupport
import Testing

private let environment = [
  "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "HOME": "/nonexistent",
]

/// Lends a repository with two commits of `a.txt`, the first tagged `v1`, and a place beside it.
private func withRepository(_ body: (GitRepository, String) throws -> Void) throws {
  try withTemporaryDirectory { base in
    let tree = base + "/tree"
    try RealFileSystem().createDirectory(tree)
    try Git.run(["init", "-q", "-b", "main"], in: tree)
    for (number, text) in ["one", "two"].enumerated() {
      try writeFile(tree + "/a.txt", text + "\n")
      try writeFile(tree + "/.gitignore", "*.log\nbuild/\n")
      try Git.run(["add", "."], in: tree)
      try Git.run(["commit", "-q", "-m", text], in: tree)
      if number == 0 { try Git.run(["tag", "v1"], in: tree) }
    }
    try body(try repository(tree), base + "/apart")
  }
}

private func repository(_ directory: String) throws -> GitRepository {
  try #require(try GitRepository.containing(directory, environment: environment))
}

/// Answers with what a body throws, which must be a `WorktreeError`.
private func refusal(_ body: () throws(WorktreeError) -> Worktree) -> WorktreeError? {
  do throws(WorktreeError) {
    let made = try body()
    Issue.record("made \(made)")
    return nil
  } catch {
    return error
  }
}

@Suite struct WorktreeTests {
  @Test func aWorktreeStartsFromTheLastCommitOnABranchOfItsOwn() throws {
    try withRepository { repository, place in
      let made = try repository.addWorktree(at: place, branch: "errand/fix")
      #expect(made.base == repository.head)
      #expect(try RealFileSystem().read(place + "/a.txt") == Array("two\n".utf8))
      #expect(try Git.run(["branch", "--show-current"], in: place) == "errand/fix")
      #expect(try Git.run(["branch", "--show-current"], in: repository.workTree) == "main")
    }
  }

  @Test(arguments: ["v1", "HEAD~1", "main~1"])
  func aRevisionIsWhereItStarts(_ revision: String) throws {
    try withRepository { repository, place in
      let made = try repository.addWorktree(at: place, branch: "errand/x", revision: revision)
      #expect(made.base == (try Git.run(["rev-parse", "v1^{commit}"], in: place)))
      #expect(try RealFileSystem().read(place + "/a.txt") == Array("one\n".utf8))
    }
  }

  @Test(arguments: ["nope", "--help", "HEAD:a.txt", "-", ""])
  func aRevisionThatIsNoCommitIsRefused(_ revision: String) throws {
    try withRepository { repository, place in
      let error = refusal { () throws(WorktreeError) in
        try repository.addWorktree(at: place, branch: "errand/x", revision: revision)
      }
      #expect(error == .unknownRevision(revision, repository: repository.workTree))
      let isThere = try RealFileSystem().exists(place)
      #expect(!isThere)
    }
  }

  @Test func uncommittedChangesAreNeverLeftBehindInSilence() throws {
    try withRepository { repository, place in
      try writeFile(repository.workTree + "/a.txt", "three\n")
      let error = refusal { () throws(WorktreeError) in
        try repository.addWorktree(at: place, branch: "errand/x")
      }
      #expect(error == .uncommitted(repository: repository.workTree, files: ["a.txt"]))
      let made = try repository.addWorktree(at: place, branch: "errand/x", revision: "HEAD")
      #expect(made.base == repository.head)
    }
  }

  @Test func aBranchThatExistsIsNotTaken() throws {
    try withRepository { repository, place in
      try Git.run(["branch", "errand/x"], in: repository.workTree)
      let error = refusal { () throws(WorktreeError) in
        try repository.addWorktree(at: place, branch: "errand/x")
      }
      #expect(error == .branchTaken("errand/x", checkedOutAt: nil))
      _ = try repository.addWorktree(at: place, branch: "errand/y")
      let again = refusal { () throws(WorktreeError) in
        try repository.addWorktree(at: place + "2", branch: "errand/y")
      }
      #expect(again == .branchTaken("errand/y", checkedOutAt: place))
    }
  }

  @Test func aRepositoryWithoutACommitIsRefused() throws {
    try withTemporaryDirectory { base in
      try Git.run(["init", "-q"], in: base)
      let empty = try repository(base)
      let error = refusal { () throws(WorktreeError) in
        try empty.addWorktree(at: base + "/w", branch: "errand/x")
      }
      #expect(error == .noCommit(base))
    }
  }

  @Test func noHookOfTheRepositoryRuns() throws {
    try withRepository { repository, place in
      let hook = repository.workTree + "/.git/hooks/post-checkout"
      try writeFile(hook, "#!/bin/sh\ntouch '\(place).witness'\n")
      _ = try Program.run(["+x", hook], executable: "/bin/chmod")
      _ = try repository.addWorktree(at: place, branch: "errand/x")
      #expect(try RealFileSystem().exists(place + ".witness") == false)
    }
  }
}

@Suite struct WorktreeReclaimTests {
  /// One thing done in a worktree, and what speaks against its removal then.
  struct Mess: Sendable, CustomTestStringConvertible {
    let done: [[String]]
    var writing: [String: String] = [:]
    let reasons: [WorktreeStatus.Reason]
    var testDescription: String { "\(done) \(writing.keys.sorted()) → \(reasons)" }
  }

  static let messes = [
    Mess(done: [], reasons: []),
    Mess(done: [["commit", "-q", "-a", "--allow-empty", "-m", "x"]], reasons: []),
    Mess(done: [], writing: ["a.txt": "changed\n"], reasons: [.changed(files: 1)]),
    Mess(done: [["mv", "a.txt", "b.txt"]], reasons: [.changed(files: 1)]),
    Mess(done: [], writing: ["new": "n"], reasons: [.untracked(files: 1)]),
    Mess(
      done: [], writing: ["x.log": "n", "new": "n"],
      reasons: [.untracked(files: 1), .ignored(files: 1)]),
    Mess(done: [["stash", "-q"]], writing: ["a.txt": "changed\n"], reasons: [.stashed(1)]),
    Mess(done: [["checkout", "-q", "--detach"]], reasons: []),
  ]

  @Test(arguments: messes) func whatWouldBeLostIsNamed(_ mess: Mess) throws {
    try withRepository { repository, place in
      _ = try repository.addWorktree(at: place, branch: "errand/x")
      for (name, text) in mess.writing { try writeFile(place + "/" + name, text) }
      for command in mess.done { try Git.run(command, in: place) }
      let found = try Self.open(place).removeWorktree()
      #expect(found.reasons == mess.reasons)
      #expect(try RealFileSystem().exists(place) == !mess.reasons.isEmpty)
      #expect(try Git.run(["branch", "--list", "errand/x"], in: repository.workTree) != "")
    }
  }

  @Test func aCommitOnNoBranchKeepsItsWorktree() throws {
    try withRepository { repository, place in
      _ = try repository.addWorktree(at: place, branch: "errand/x")
      try Git.run(["checkout", "-q", "--detach"], in: place)
      try Git.run(["commit", "-q", "--allow-empty", "-m", "lost"], in: place)
      let head = try Git.run(["rev-parse", "HEAD"], in: place)
      #expect(try Self.open(place).removeWorktree().reasons == [.unreachable(commit: head)])
      #expect(try RealFileSystem().exists(place))
    }
  }

  @Test func aStashOfAnotherBranchIsNoReason() throws {
    try withRepository { repository, place in
      _ = try repository.addWorktree(at: place, branch: "errand/x")
      try writeFile(repository.workTree + "/a.txt", "mine\n")
      try Git.run(["stash", "-q"], in: repository.workTree)
      #expect(try Self.open(place).removeWorktree().reasons.isEmpty)
    }
  }

  @Test func anUnfinishedMergeKeepsItsWorktree() throws {
    try withRepository { repository, place in
      _ = try repository.addWorktree(at: place, branch: "errand/x", revision: "v1")
      try writeFile(place + "/b.txt", "b\n")
      try Git.run(["add", "."], in: place)
      try Git.run(["commit", "-q", "-m", "b"], in: place)
      try Git.run(["merge", "-q", "--no-commit", "--no-ff", "main"], in: place)
      let reasons = try Self.open(place).removeWorktree().reasons
      #expect(reasons.contains(.unfinished("merge")))
    }
  }

  @Test func ignoredFilesTheProfileCallsDisposableAreNoReason() throws {
    try withRepository { repository, place in
      _ = try repository.addWorktree(at: place, branch: "errand/x")
      try RealFileSystem().createDirectory(place + "/build")
      try writeFile(place + "/build/out", "o")
      #expect(try Self.open(place).worktreeStatus().reasons == [.ignored(files: 1)])
      #expect(try Self.open(place).removeWorktree(disposable: ["build/"]).reasons.isEmpty)
      #expect(try RealFileSystem().exists(place) == false)
    }
  }

  private static func open(_ place: String) throws -> GitRepository {
    try repository(place)
  }
}

import Agents
import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

private let commit = "git -c user.name=A -c user.email=a@b commit -qam work"

/// Lends a stage with a repository beside its store.
func withRepository(
  _ configuration: JSONValue = [:], _ body: (Stage, String) throws -> Void
) throws {
  try withStage(configuration) { stage in
    let tree = stage.base + "/tree"
    try Git.makeRepository(at: tree)
    try body(stage, try #require(Look.resolve(tree)))
  }
}

extension Stage {
  func notes(_ record: TaskRecord) throws -> String {
    try messages(record).compactMap { if case .info(let text, _) = $0 { text } else { nil } }
      .joined(separator: "\n")
  }
}

/// Checks where attempts work: worktrees, copies and scratch folders, and how they are set up.
@Suite struct WorkplaceTests {
  @Test func aWorktreeHoldsTheWorkOnABranchOfItsOwnBesideTheUsers() throws {
    try withRepository { stage, tree in
      let head = try Git.run(["rev-parse", "HEAD"], in: tree)
      let task = try stage.run("pwd; echo three > a.txt; \(commit)", directory: tree) {
        $0.workspace = .dedicatedWorktree
      }
      #expect(task.status == .completed, "\(task.statusMessage ?? "")")
      let place = try #require(task.latestAttempt?.workspace)
      #expect(place.mode == .dedicatedWorktree)
      #expect(place.branch == "errand/\(task.spec.name)")
      #expect(place.baseCommit == head)
      #expect(place.headCommit != head)
      #expect(place.dirty == false)
      #expect(try stage.text(task).contains(place.path))
      #expect(!Path.isInside(place.path, tree) && !Path.isInside(place.path, stage.root))
      #expect(try readText(tree + "/a.txt") == "two\n")
      #expect(
        try Git.run(["show", "errand/\(task.spec.name):a.txt"], in: tree) == "three")
      let diff = try #require(task.artifacts.first { $0.kind == "diff" })
      let patch = try stage.store.blobs.read(diff.cid, offset: 0, count: diff.sizeBytes)
      #expect(String(decoding: patch, as: UTF8.self).contains("+three"))
    }
  }

  @Test func aFolderOfARepositoryIsTheSameFolderOfTheWorktree() throws {
    try withRepository { stage, tree in
      let task = try stage.run("cat b.txt; cat ../a.txt", directory: tree + "/inner") {
        $0.workspace = .dedicatedWorktree
        $0.input = ["script": "cat b.txt; cat ../a.txt", "execution": ["revision": "v1"]]
      }
      #expect(try stage.text(task) == "b\none")
      #expect(task.latestAttempt?.workspace?.path.hasSuffix("/inner") == true)
    }
  }

  @Test func whatCannotBeAWorktreeFailsInWordsThatSayWhy() throws {
    try withRepository { stage, tree in
      let missing = try stage.create("true", directory: tree) {
        $0.workspace = .dedicatedWorktree
        $0.input = ["script": "true", "execution": ["revision": "nope"]]
      }
      let taken = try stage.create("true", directory: tree) {
        $0.workspace = .dedicatedWorktree
        $0.name = "taken"
      }
      try Git.run(["branch", "errand/taken"], in: tree)
      let runner = try stage.startRunner()
      for (task, word) in [(missing, "knows no commit nope"), (taken, "exists already")] {
        let ended = try stage.wait(for: task)
        #expect(ended.error?.code == .workspaceError)
        #expect(ended.error?.message.contains(word) == true, "\(ended.statusMessage ?? "")")
      }
      _ = consume runner
    }
  }

  @Test func aFolderInWhichOthersMayWriteHoldsNoWorktree() throws {
    try withRepository { stage, tree in
      let place = stage.store.layout.worktrees
      try RealFileSystem().createDirectory(place)
      _ = try Program.run(["0777", place], executable: "/bin/chmod")
      let task = try stage.run("true", directory: tree) { $0.workspace = .dedicatedWorktree }
      #expect(task.status == .failed && task.statusReason == "workspace_error")
      #expect(task.statusMessage?.contains("others may write in it") == true)
    }
  }

  @Test func outsideARepositoryTheWorkIsOnACopyAndSaidToBe() throws {
    try withStage { stage in
      let plain = stage.base + "/plain"
      try RealFileSystem().createDirectory(plain)
      try writeFile(plain + "/run", "#!/bin/sh\necho ran\n", permissions: 0o755)
      let task = try stage.run("./run; echo changed > run", directory: plain) {
        $0.workspace = .dedicatedWorktree
      }
      #expect(task.status == .completed, "\(task.statusMessage ?? "")")
      #expect(try stage.text(task) == "ran")
      #expect(try readText(plain + "/run").contains("echo ran"))
      #expect(try stage.notes(task).contains("scratch copy of \(plain)"))
      #expect(task.latestAttempt?.workspace?.branch == nil)
    }
  }

  @Test func whatIsTooLargeToCopyIsRefused() throws {
    try withTemporaryDirectory { base in
      try RealFileSystem().createDirectory(base + "/plain")
      try writeFile(base + "/plain/a", "12345")
      try writeFile(base + "/plain/b", "12345")
      for (bytes, entries) in [(9, 10), (100, 1)] {
        #expect(throws: Unfit.self) {
          try ScratchCopy.make(
            of: base + "/plain", at: base + "/copy", environment: [:],
            until: .after(.seconds(10)), bytes: bytes, entries: entries)
        }
        #expect(try !RealFileSystem().exists(base + "/copy"))
      }
      try ScratchCopy.make(
        of: base + "/plain", at: base + "/copy", environment: [:], until: .after(.seconds(10)),
        bytes: 10, entries: 2)
      #expect(try readText(base + "/copy/b") == "12345")
    }
  }

  @Test func aNewWorkspaceIsSetUpBeforeTheAgentAndASharedOneIsNot() throws {
    try withRepository { stage, tree in
      let script = "if [ -e set-up ]; then echo ready; else echo plain; fi"
      func run(_ mode: WorkspaceMode, _ setup: [String], limit: Int = 600) throws -> TaskRecord {
        try stage.run(script, directory: mode == .none ? nil : tree) {
          $0.workspace = mode
          $0.launch.setup = setup
          $0.launch.setupTimeoutSec = limit
        }
      }
      let setup = ["sh", "-c", "echo said; echo complained >&2; touch set-up"]
      let new = try run(.dedicatedWorktree, setup)
      #expect(try stage.text(new) == "ready")
      let log = try readText(stage.attemptFolder(new) + "/setup.log")
      #expect(log.contains("said\n") && log.contains("complained\n"))
      #expect(try stage.text(run(.none, setup)) == "ready")
      #expect(try stage.text(run(.sharedMount, setup)) == "plain")
      let failed = try run(.dedicatedWorktree, ["sh", "-c", "echo no network; exit 3"])
      #expect(failed.error?.code == .workspaceError)
      #expect(failed.error?.message.contains("It said last: no network") == true)
      let slow = try run(.none, ["sh", "-c", "sleep 60"], limit: 1)
      #expect(slow.error?.message.contains("longer than 1 s") == true)
      #expect(try stage.processes(slow).isEmpty)
    }
  }

  @Test func whatAFailedSetupLeavesIsEndedAndWhatItHandedInIsKept() throws {
    try withStage { stage in
      let held = stage.base + "/held"
      let (agent, left) = (try Program.hostileAgent(), "echo a > \"$ERRAND_ARTIFACTS/a.txt\"")
      let failed = try stage.run("echo never") {
        $0.workspace = .none
        $0.launch.setup = [
          "sh", "-c",
          "\(left); '\(agent)' deaf '\(held)' & while [ ! -s '\(held)' ]; do sleep 0.02; done; exit 3",
        ]
      }
      #expect(failed.error?.message.contains("exit code 3") == true, "\(failed.error as Any)")
      #expect(try stage.processes(failed).isEmpty)
      #expect(try FileLock.tryAcquire(held) != nil, "somebody lives")
      #expect(failed.artifacts.map(\.title) == ["a.txt"])
    }
  }

  @Test func aSetupIsStoppedByACancellation() throws {
    try withStage { stage in
      let task = try stage.create("echo never") {
        $0.workspace = .none
        $0.launch.setup = ["sh", "-c", "echo > \(stage.base)/begun; sleep 60"]
      }
      let runner = try stage.startRunner()
      try stage.wait(forFile: stage.base + "/begun")
      _ = try Canceller.cancel(.id(task.id), in: stage.store, by: Stage.actor, reason: nil)
      let ended = try stage.wait(for: task)
      #expect(ended.status == .cancelled)
      #expect(try stage.processes(ended).isEmpty)
      #expect(try stage.text(ended) == "")
      _ = consume runner
    }
  }
}

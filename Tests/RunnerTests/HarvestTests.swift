import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

@Suite struct HarvestTests {
  @Test func filesLeftInTheFolderBecomeArtifacts() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        cd "$ERRAND_ARTIFACTS"
        echo '# Report' > report.md; printf '\\000\\001' > data.bin; printf '\\377' > odd.txt
        mkdir deep; echo '{}' > deep/result.json; : > empty
        """)
      let found = task.artifacts.sorted { $0.title < $1.title }
      #expect(
        found.map(\.title) == ["data.bin", "deep/result.json", "empty", "odd.txt", "report.md"])
      #expect(found.map(\.kind) == ["file", "file", "file", "file", "report"])
      #expect(
        found.map(\.contentType) == [
          "application/octet-stream", "application/json", "text/plain",
          "application/octet-stream", "text/markdown",
        ])
      let report = try #require(found.last)
      #expect(report.attemptN == 1)
      #expect(report.cid == ContentID(raw: Array("# Report\n".utf8)))
      #expect(
        try stage.store.blobs.read(report.cid, offset: 0, count: 100) == Array("# Report\n".utf8))
      let listed = try #require(task.latestAttempt?.output?["artifacts"]?.arrayValue)
      #expect(listed.count == 5)
      #expect(listed.contains { $0["cid"]?.stringValue == report.cid.description })
    }
  }

  @Test func whatIsBoundAlreadyIsNotBoundAgain() throws {
    try withStage { stage in
      let task = try stage.run(
        "echo x > \"$ERRAND_ARTIFACTS/a\"; echo y > \"$ERRAND_ARTIFACTS/b\"")
      let attempt = try #require(task.latestAttempt)
      let folder = stage.store.layout.attemptFolder(of: task, 1) + "/again"
      try RealFileSystem().createDirectory(folder)
      for (name, text) in [("a", "x\n"), ("b", "other\n")] {
        try writeFile("\(folder)/\(name)", text)
      }
      let ledger = AttemptLedger(
        store: stage.store, record: task, attempt: attempt, actor: Stage.actor)
      var harvest = Harvest(ledger: ledger, limits: Limits(), bound: task.artifacts)
      harvest.takeFiles(from: folder, files: RealFileSystem())
      // The task has ended, so that what would be bound is refused, and told.
      #expect(harvest.notes.count == 1 && harvest.notes[0].hasPrefix("b could not be kept"))
    }
  }

  @Test func linksAreNotFollowed() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        cd "$ERRAND_ARTIFACTS"; ln -s /etc/passwd stolen; ln -s /etc folder; mkfifo pipe
        echo fine > fine; echo lost > "$(printf 'od\\377d')"
        """)
      #expect(task.status == .completed)
      #expect(task.artifacts.map(\.title) == ["fine"])
      let notes = try stage.messages(task).compactMap {
        if case .info(let text, _) = $0 { text } else { nil }
      }
      #expect(notes.contains("stolen was left out: it is a symbolic link."))
      #expect(notes.contains("folder was left out: it is a symbolic link."))
      #expect(notes.contains("pipe was left out: it is not a file."))
      #expect(notes.contains("od\u{FFFD}d was left out: its name is not UTF-8."))
    }
  }

  @Test func allFilesTogetherAreBounded() throws {
    try withStage(["limits": ["artifactsMiB": 1]]) { stage in
      let task = try stage.run(
        """
        cd "$ERRAND_ARTIFACTS"; head -c 700000 /dev/zero > a; head -c 700000 /dev/zero > b
        echo small > c
        """)
      #expect(task.status == .completed)
      #expect(task.artifacts.map(\.title) == ["a", "c"])
      let notes = try stage.messages(task).compactMap {
        if case .info(let text, _) = $0 { text } else { nil }
      }
      #expect(
        notes.contains {
          $0.hasPrefix("b was left out:")
            && $0.contains("together are larger than 1 MiB (limits.artifactsMiB)")
        })
    }
  }

  @Test func ofManyThatAreLeftOutTheNumberIsTold() throws {
    try withStage(["limits": ["artifactFiles": 1]]) { stage in
      let task = try stage.run(
        #"cd "$ERRAND_ARTIFACTS"; for i in $(seq 26); do echo $i > f$i; done"#)
      let notes = try stage.messages(task).compactMap {
        if case .info(let text, _) = $0 { text } else { nil }
      }
      #expect(notes.count { $0.contains(" was left out: ") } == 20)
      #expect(notes.contains("5 more were left out."), "\(notes)")
    }
  }

  @Test func aFolderReplacedByALinkIsNotEntered() throws {
    try withStage { stage in
      let task = try stage.run("rmdir \"$ERRAND_ARTIFACTS\"; ln -s /etc \"$ERRAND_ARTIFACTS\"")
      #expect(task.status == .completed)
      #expect(task.artifacts.isEmpty)
    }
  }

  @Test func theChangeOfARepositoryIsKeptAsADiff() throws {
    try withStage { stage in
      let tree = stage.base + "/tree"
      try RealFileSystem().createDirectory(tree)
      let identity = "-c user.name=A -c user.email=a@b"
      try shell(
        "git init -q -b main && echo one > kept && git add . && git \(identity) commit -qm first",
        in: tree)
      try shell("echo staged > staged && git add staged", in: tree)
      let index = try RealFileSystem().read(tree + "/.git/index")
      let task = try stage.run("echo two > kept; echo new > new", directory: tree)
      #expect(task.status == .completed)
      #expect(try RealFileSystem().read(tree + "/.git/index") == index)
      let diff = try #require(task.artifacts.first { $0.kind == "diff" })
      let patch = String(
        decoding: try stage.store.blobs.read(diff.cid, offset: 0, count: diff.sizeBytes),
        as: UTF8.self)
      #expect(patch.contains("+two") && patch.contains("+new") && !patch.contains("staged"))
      let workspace = try #require(task.latestAttempt?.workspace)
      #expect(workspace.branch == "main")
      #expect(workspace.baseCommit == workspace.headCommit)
      #expect(workspace.dirty == true)
    }
  }

  @Test func commitsMadeByTheAgentAreInTheDiff() throws {
    try withStage { stage in
      let tree = stage.base + "/tree"
      try RealFileSystem().createDirectory(tree)
      let identity = "-c user.name=A -c user.email=a@b"
      try shell(
        "git init -q -b main && echo one > kept && git add . && git \(identity) commit -qm first",
        in: tree)
      let task = try stage.run(
        "echo two > kept; git add kept; git \(identity) commit -qm second", directory: tree)
      let diff = try #require(task.artifacts.first { $0.kind == "diff" })
      let patch = String(
        decoding: try stage.store.blobs.read(diff.cid, offset: 0, count: diff.sizeBytes),
        as: UTF8.self)
      #expect(patch.hasPrefix("commit "))
      #expect(patch.contains(" second\n") && patch.contains("+two"))
      let workspace = try #require(task.latestAttempt?.workspace)
      #expect(workspace.headCommit != workspace.baseCommit)
      #expect(workspace.dirty == false)
    }
  }

  @Test func aBrokenRepositoryNeverLosesTheResult() throws {
    try withStage { stage in
      let tree = stage.base + "/tree"
      try RealFileSystem().createDirectories(tree + "/.git")
      let task = try stage.run("rm -rf .git; echo fine", directory: tree)
      #expect(task.status == .completed)
      #expect(try stage.text(task) == "fine")
    }
  }

  @Test func aRepositoryRemovedByTheAgentNeverLosesTheResult() throws {
    try withStage { stage in
      let tree = stage.base + "/tree"
      try RealFileSystem().createDirectory(tree)
      try shell("git init -q", in: tree)
      let task = try stage.run("rm -rf .git; echo fine", directory: tree)
      #expect(task.status == .completed)
      let notes = try stage.messages(task).filter {
        if case .info(let text, _) = $0 { text.contains("is not known") } else { false }
      }
      #expect(notes.count == 1)
    }
  }

  private func shell(_ script: String, in directory: String) throws {
    let outcome = try Program.run(["-c", script], executable: "/bin/sh", directory: directory)
    #expect(outcome.status.isSuccess, "\(outcome.errorText)")
  }
}

import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks that staged content that nobody has bound goes by itself.
struct ContentSweepTests {
  private func run(_ stage: Stage) -> Int32 {
    Runner.run(
      root: stage.root, stay: false, executable: "/nonexistent",
      build: Build(version: "1", build: "1"), environment: stage.environment,
      idleLimit: .milliseconds(200))
  }

  /// Makes everything below look as if it had been written long ago.
  private func age(_ path: String) throws {
    let aged = try Program.run(
      [path, "-type", "f", "-exec", "touch", "-t", "202001010000", "{}", "+"],
      executable: "/usr/bin/find")
    #expect(aged.status.isSuccess, "\(aged.errorText)")
  }

  private func stage(_ text: String, _ stage: Stage) throws -> ContentID {
    try stage.store.blobs.put(Array(text.utf8)).cid
  }

  @Test func contentOfNoTaskGoesByItselfOnceADayWhileNothingRuns() throws {
    try withStage { stage in
      let task = try stage.create("true")
      let bound = try self.stage("bound", stage)
      let artifact = Artifact(
        id: "a", attemptN: nil, kind: "file", title: "t", contentType: "text/plain", sizeBytes: 5,
        cid: bound, createdAt: .now, createdBy: Stage.actor)
      _ = try stage.store.change(.id(task.id), by: Stage.actor) { _ in .artifactBound(artifact) }
      _ = Canceller.cancel([.id(task.id)], in: stage.store, by: Stage.actor, reason: nil)
      func isThere(_ content: ContentID) throws -> Bool {
        try stage.store.blobs.size(content) != nil
      }
      let old = try self.stage("old", stage)
      try age(stage.root + "/blobs")
      let young = try self.stage("young", stage)
      #expect(run(stage) == 0)
      #expect(try !isThere(old) && isThere(young) && isThere(bound))

      _ = try self.stage("old", stage)
      try age(stage.root + "/blobs")
      #expect(run(stage) == 0)
      #expect(try isThere(old), "it was looked for today")
      try age(stage.store.layout.sweepMark)
      // Who names it before is given the time to bind it.
      try stage.store.blobs.hold(young)
      #expect(run(stage) == 0)
      #expect(try !isThere(old) && isThere(young) && isThere(bound))
    }
  }
}

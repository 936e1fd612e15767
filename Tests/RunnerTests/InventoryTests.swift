import Agents
import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks that worktrees go only when nothing in them would be lost.
@Suite struct InventoryTests {
  private func inventory(_ stage: Stage) throws -> WorktreeInventory {
    WorktreeInventory(
      store: stage.store,
      configuration: try Configuration.load(environment: stage.environment).0,
      environment: stage.environment)
  }

  private func run(
    _ stage: Stage, _ tree: String, _ name: String, _ script: String
  ) throws -> TaskRecord {
    let task = try stage.create(script, directory: tree) {
      $0.workspace = .dedicatedWorktree
      $0.name = name
    }
    return try stage.wait(for: task)
  }

  private static let commit = "git -c user.name=A -c user.email=a@b commit -qam work"
  private static let cases: [(name: String, script: String, reason: String?)] = [
    ("clean", "true", nil),
    ("committed", "echo x > a.txt; \(commit)", nil),
    ("changed", "echo x > a.txt", "1 changed file"),
    ("new", "echo x > new", "1 file git does not know"),
    ("ignored", "echo x > a.log", "1 file git ignores"),
    ("disposable", "mkdir built.log; echo x > built.log/x", nil),
    (
      "stashed", "echo x > a.txt; git -c user.name=A -c user.email=a@b stash -q",
      "1 stash of its branch"
    ),
    // Not what "committed" holds: the same work in the same second is the same commit.
    ("detached", "git checkout -q --detach; echo y > a.txt; \(commit)", "is on no branch"),
  ]

  @Test func onlyWhatIsElsewhereIsTakenAwayAndTheBranchesStay() throws {
    let configuration: JSONValue = [
      "profiles": [["name": "shell", "adapter": "shell", "disposable": ["built.log/"]]]
    ]
    try withRepository(configuration) { stage, tree in
      let runner = try stage.startRunner()
      for one in Self.cases {
        let ended = try run(stage, tree, "case-\(one.name)", one.script)
        #expect(ended.status == .completed, "\(one.name): \(ended.statusMessage ?? "")")
      }
      let seen = try inventory(stage).look()
      #expect(seen.count == Self.cases.count)
      for one in Self.cases {
        let entry = try #require(seen.first { $0.task == "case-\(one.name)" })
        #expect(entry.bytes > 0)
        switch one.reason {
        case nil: #expect(entry.reasons == [], "\(one.name)")
        case let reason?:
          #expect(entry.reasons.contains { $0.contains(reason) }, "\(one.name) \(entry.reasons)")
        }
      }
      let pruned = try inventory(stage).prune()
      #expect(pruned == seen)
      for entry in pruned {
        #expect(try RealFileSystem().exists(entry.path) == !entry.reasons.isEmpty)
      }
      let branches = try Git.run(["branch", "--format=%(refname:short)"], in: tree)
      #expect(branches.split(separator: "\n").count == Self.cases.count + 1)
      #expect(try inventory(stage).look().allSatisfy { !$0.reasons.isEmpty })
      _ = consume runner
    }
  }

  @Test func oneThatATaskWorksInStays() throws {
    try withRepository { stage, tree in
      let runner = try stage.startRunner()
      let task = try stage.create("sleep 60", directory: tree) {
        $0.workspace = .dedicatedWorktree
      }
      let running = try stage.wait(for: task) { $0.status == .running }
      let entry = try #require(try inventory(stage).prune().first)
      #expect(entry.reasons == ["task \(task.spec.name) works in it"])
      #expect(try RealFileSystem().exists(try #require(running.latestAttempt?.workspace?.path)))
      _ = consume runner
    }
  }

  @Test func aCopyStaysSinceNobodyCanTellWhatIsElsewhere() throws {
    try withStage { stage in
      try RealFileSystem().createDirectory(stage.base + "/plain")
      try writeFile(stage.base + "/plain/a", "1")
      _ = try stage.run("true", directory: stage.base + "/plain") {
        $0.workspace = .dedicatedWorktree
      }
      let entry = try #require(try inventory(stage).prune().first)
      #expect(entry.reasons.first?.contains("copy outside git") == true)
      #expect(try RealFileSystem().exists(entry.path + "/a"))
    }
  }
}

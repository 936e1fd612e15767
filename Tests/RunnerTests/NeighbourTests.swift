import Agents
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that whoever changes what another still changes is told so, and the other, too.
@Suite struct NeighbourTests {
  /// Changes a file, says so in a file of its own, and goes on until it is let go.
  private func begin(_ stage: Stage, _ tree: String) throws -> TaskRecord {
    let begun = stage.base + "/begun"
    let task = try stage.create(
      "echo new > both; touch '\(begun)'; \(wait(stage))", directory: tree
    ) { $0.workspace = .dedicatedWorktree }
    #expect(try eventually(within: .seconds(60)) { Look.at(begun) != nil })
    return task
  }

  private func wait(_ stage: Stage) -> String {
    "while [ ! -e '\(stage.base)/go' ]; do sleep 0.02; done"
  }

  /// Has used a tool, as an agent with a protocol says.
  private func editor(_ stage: Stage, _ tree: String) throws -> TaskRecord {
    try Speaker.claude.task(
      on: stage,
      """
      cd "$OLDPWD"; echo more > both
      say '{"type":"assistant","message":{"id":"m","role":"assistant","content":[\
      {"type":"tool_use","id":"c","name":"Write","input":{}}]}}'
      say '{"type":"user","message":{"role":"user","content":[\
      {"type":"tool_result","tool_use_id":"c","content":"ok"}]}}'
      \(wait(stage)); over done; rest
      """
    ) {
      $0.directory = tree
      $0.workspace = .dedicatedWorktree
    }
  }

  /// Has no protocol, and says something.
  private func speaker(_ stage: Stage, _ tree: String) throws -> TaskRecord {
    try stage.create("echo more > both; echo Changed.; \(wait(stage))", directory: tree) {
      $0.workspace = .dedicatedWorktree
    }
  }

  private func said(of task: TaskRecord) -> String {
    "Task \(task.spec.name) has changed the same: both."
  }

  private func comments(_ stage: Stage, _ task: TaskRecord) throws -> [String] {
    try stage.now(task).comments.map(\.text)
  }

  @Test(arguments: [
    ("echo more > both; git add both; git -c user.name=A -c user.email=a@b commit -qm more", true),
    ("echo other > alone", false),
  ])
  func aFileThatAnotherRunningTaskHasChangedIsNamedAtTheEnd(
    _ script: String, _ isNamed: Bool
  ) throws {
    try withRepository { stage, tree in
      let runner = try stage.startRunner()
      let first = try begin(stage, tree)
      let second = try stage.wait(
        for: stage.create(script, directory: tree) { $0.workspace = .dedicatedWorktree })
      #expect(second.status == .completed, "\(second.statusMessage ?? "")")
      let notes = try stage.notes(second)
      #expect(notes.contains(said(of: first)) == isNamed, "\(notes)")
      #expect(try comments(stage, second) == (isNamed ? [said(of: first)] : []))
      // Whoever looks at the other one is told, too, while it goes on.
      #expect(try comments(stage, first) == (isNamed ? [said(of: second)] : []))
      try writeFile(stage.base + "/go", "")
      _ = try stage.wait(for: first)
      _ = consume runner
    }
  }

  @Test(arguments: [true, false])
  func whileBothStillRunBothAreToldOnce(_ hasProtocol: Bool) throws {
    try withRepository { stage, tree in
      let runner = try stage.startRunner()
      let first = try begin(stage, tree)
      let second = try hasProtocol ? editor(stage, tree) : speaker(stage, tree)
      for (task, other) in [(first, second), (second, first)] {
        let isTold = try eventually(within: .seconds(60)) {
          try comments(stage, task) == [said(of: other)]
            && stage.notes(stage.now(task)).contains(said(of: other))
        }
        let found = try (comments(stage, task), stage.notes(stage.now(task)))
        #expect(isTold, "\(found)")
        #expect(try stage.now(task).status == .running)
      }
      try writeFile(stage.base + "/go", "")
      for (task, other) in [(first, second), (second, first)] {
        let ended = try stage.wait(for: task)
        #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
        #expect(try comments(stage, task) == [said(of: other)])
        let notes = try stage.notes(ended).split(separator: "\n")
        #expect(notes.filter { $0 == said(of: other) }.count == 1, "\(notes)")
      }
      _ = consume runner
    }
  }

  @Test func nobodyElseInTheRepositoryCostsNoGit() throws {
    try withRepository { stage, tree in
      let git = try #require(
        Environment.which("git", path: Environment.value("PATH") ?? "/usr/bin:/bin"))
      let folder = stage.base + "/counting"
      try RealFileSystem().createDirectory(folder)
      try writeFile(
        folder + "/git", "#!/bin/sh\necho run >> '\(folder)/log'\nexec '\(git)' \"$@\"\n",
        permissions: 0o700)
      let path = folder + ":" + (stage.environment["PATH"] ?? "")
      let environment = try stage.store.storeEnvironment(["PATH": path])
      var counts: [Int] = []
      for word in [":", "echo Changed."] {
        let ended = try stage.run("echo new > file; \(word); sleep 0.2", directory: tree) {
          $0.launch.environment = environment
        }
        #expect(ended.status == .completed)
        counts.append(try readText(folder + "/log").utf8.count)
        try RealFileSystem().removeIfPresent(tree + "/file")
      }
      #expect(counts[1] == 2 * counts[0])
    }
  }
}

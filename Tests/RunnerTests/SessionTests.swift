import Agents
import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Lends a stage whose agent remembers, in a repository.
private func withAgent(
  extra: String = "", _ body: (Stage, String) throws -> Void
) throws {
  try withRepository { stage, tree in
    try writeFile(
      stage.base + "/claude", RememberingAgent.script(extra: extra), permissions: 0o700)
    try body(stage, tree)
  }
}

extension Stage {
  /// Gives the agent a task, which may go on with another's attempt.
  fileprivate func ask(
    _ brief: String, in directory: String?, after source: TaskRecord? = nil,
    mode: Continuation.Mode = .extend, environment more: [String: String] = [:],
    _ adjust: (inout TaskSpec) -> Void = { _ in }
  ) throws -> TaskRecord {
    let plain = environment.filter { ["PATH", "HOME"].contains($0.key) }.merging(more) { $1 }
    let stored = try store.storeEnvironment(plain)
    return try create("freeform", ["brief": .string(brief)], directory: directory) {
      $0.launch = LaunchPlan(
        profile: "claude", adapter: .claude, executable: base + "/claude", environment: stored)
      if let source, let attempt = source.latestAttempt {
        $0.workspace = mode == .fork ? .dedicatedWorktree : source.spec.workspace
        $0.continuation = Continuation(
          taskId: source.id, attemptN: attempt.attemptN, mode: mode, session: attempt.session,
          workspace: attempt.workspace)
        $0.claimCondition = .completed([source.id])
      }
      adjust(&$0)
    }
  }

  /// What an attempt's agent was told at first.
  fileprivate func prompt(_ record: TaskRecord) throws -> String {
    let first = try messages(record).first { if case .userMessage = $0 { true } else { false } }
    guard case .userMessage(let text, _) = first else { return "" }
    return text
  }

  fileprivate var conversations: String { base + "/.claude" }
}

@Suite struct SessionTests {
  @Test func aConversationIsKeptAndGoneOnWithInTheSameWorktreeAndPaidForOnce() throws {
    try withAgent { stage, tree in
      let runner = try stage.startRunner()
      let first = try stage.wait(
        for: stage.ask("one", in: tree) { $0.workspace = .dedicatedWorktree })
      #expect(first.status == .completed, "\(first.statusMessage ?? "")")
      let session = try #require(first.latestAttempt?.session)
      #expect(session.kind == .root && session.stored && session.agentVersion == "1.0")
      #expect(session.totals?.costUsd == 0.5)
      let second = try stage.wait(for: stage.ask("two", in: tree, after: first))
      #expect(try stage.text(second) == "heard 2 in \(session.agentSessionId)")
      #expect(second.latestAttempt?.session?.agentSessionId == session.agentSessionId)
      #expect(second.latestAttempt?.session?.kind == .extend)
      #expect(second.latestAttempt?.usage.costUsd == 0.5)
      #expect(second.latestAttempt?.usage.inputTokens == 10)
      #expect(second.latestAttempt?.workspace?.path == first.latestAttempt?.workspace?.path)
      #expect(second.latestAttempt?.workspace?.branch == first.latestAttempt?.workspace?.branch)
      _ = consume runner
    }
  }

  @Test func aHomeThatWasDeletedIsNoLossNorIsAWorktree() throws {
    try withAgent { stage, tree in
      let runner = try stage.startRunner()
      let first = try stage.wait(
        for: stage.ask("one", in: tree) { $0.workspace = .dedicatedWorktree })
      let place = try #require(first.latestAttempt?.workspace?.path)
      let files = RealFileSystem()
      try files.removeTree(stage.conversations)
      try files.removeTree(place)
      let second = try stage.wait(for: stage.ask("two", in: tree, after: first))
      #expect(second.status == .completed, "\(second.statusMessage ?? "")")
      #expect(try stage.text(second).hasPrefix("heard 2"))
      #expect(try stage.notes(second).contains("the kept one is back"))
      #expect(try stage.notes(second).contains("made again from errand/"))
      // The agent hears of the worktree, and not of where its conversation is kept.
      let prompt = try stage.prompt(second)
      #expect(prompt.contains("made again from errand/") && !prompt.contains("kept one"))
      #expect(second.latestAttempt?.workspace?.path == place)
      // With neither the file nor the kept one it says so, and does not begin an empty one.
      try files.removeTree(stage.conversations)
      try files.removeTree(stage.attemptFolder(second) + "/session")
      let third = try stage.wait(for: stage.ask("three", in: tree, after: second))
      #expect(third.error?.code == .sessionUnavailable)
      #expect(third.statusMessage?.contains("session new") == true)
      _ = consume runner
    }
  }

  @Test func aForkRemembersUpToItsSourceAndWorksApart() throws {
    try withAgent { stage, tree in
      let runner = try stage.startRunner()
      let first = try stage.wait(for: stage.ask("one", in: tree))
      // The original goes on; the fork is of what it was.
      _ = try stage.wait(for: stage.ask("two", in: tree, after: first))
      let fork = try stage.wait(for: stage.ask("other", in: tree, after: first, mode: .fork))
      #expect(fork.status == .completed, "\(fork.statusMessage ?? "")")
      #expect(try stage.text(fork).hasPrefix("heard 2 in fork-"))
      let attempt = try #require(fork.latestAttempt)
      #expect(attempt.session?.kind == .fork)
      #expect(attempt.usage.costUsd == 0.5)
      #expect(attempt.workspace?.branch == "main-fork-\(fork.id.description.prefix(8))-1")
      #expect(attempt.workspace?.path != tree)
      _ = consume runner
    }
  }

  @Test func anotherConversationThanWasAskedForEndsTheAttempt() throws {
    try withAgent { stage, tree in
      let runner = try stage.startRunner()
      let first = try stage.wait(for: stage.ask("one", in: tree))
      let second = try stage.wait(
        for: stage.ask("two", in: tree, after: first, environment: ["STRANGE": "another-one"]))
      #expect(second.error?.code == .sessionUnavailable)
      #expect(second.latestAttempt?.session == nil)
      _ = consume runner
    }
  }

  @Test func anotherVersionIsToldOf() throws {
    try withAgent { stage, tree in
      let runner = try stage.startRunner()
      let first = try stage.wait(for: stage.ask("one", in: tree))
      let second = try stage.wait(
        for: stage.ask("two", in: tree, after: first, environment: ["VERSION": "2.0"]))
      #expect(try stage.notes(second).contains("led by version 1.0 before; this is 2.0"))
      _ = consume runner
    }
  }

  @Test func theConversationOfAnAttemptWhoseSupervisorWasKilledIsKept() throws {
    try withAgent(extra: "echo > $HOME/up; sleep 60 & wait") { stage, tree in
      let runner = try stage.startRunner()
      let task = try stage.ask("one", in: tree)
      try stage.wait(forFile: stage.base + "/up")
      let running = try stage.wait(for: task) { $0.status == .running }
      try stage.wait(forFile: stage.attemptFolder(running) + "/agent.json")
      try stage.kill(supervisorOf: running)
      let ended = try stage.wait(for: task)
      #expect(ended.error?.code == .interrupted)
      let session = try #require(ended.latestAttempt?.session)
      #expect(session.stored)
      let kept = try FolderSize.of(stage.attemptFolder(ended) + "/session")
      #expect(kept.bytes > 0)
      _ = consume runner
    }
  }

  @Test func twoThatGoOnWithOneConversationTakeTurns() throws {
    try withAgent { stage, tree in
      let runner = try stage.startRunner()
      let first = try stage.wait(for: stage.ask("one", in: nil) { $0.workspace = .none })
      let both = try [
        stage.ask("two", in: nil, after: first), stage.ask("three", in: nil, after: first),
      ].map { try stage.wait(for: $0) }
      #expect(both.allSatisfy { $0.status == .completed })
      let heard = try both.map { try stage.text($0).prefix(7) }.sorted()
      #expect(heard == ["heard 2", "heard 3"])
      // The folder, which the first had to itself, is gone on with as well.
      #expect(Set(both.map { $0.latestAttempt?.workspace?.path }).count == 1)
      _ = consume runner
    }
  }
}

import Agents
import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks the clock between an agent's birth and its first word, where it must speak first.
///
/// Each in a process of its own: what the testing library starts beside it would bear the brand.
struct StartClockTests {
  /// Understands the lines "hello" as a word and every other as noise.
  private struct Shy: AgentInterpreter {
    var isGathering: Bool { false }
    mutating func interpret(_ line: AgentLine) -> Reaction {
      let said = String(decoding: line.bytes, as: UTF8.self)
      return Reaction(events: [said == "hello" ? .text(said) : .unknown])
    }
    mutating func carry(out command: AgentCommand) -> Reaction { .none }
    mutating func pause() -> Reaction { .none }
    mutating func finish() -> Reaction { .none }
  }

  /// Runs a script as an agent that must speak within some seconds.
  private static func ending(of script: String, within limitSec: Int) throws -> AttemptLoop.Ended {
    var ended: AttemptLoop.Ended?
    try withStage { stage in
      let task = try stage.create("unused")
      let claimed = try stage.store.change(.id(task.id), by: Stage.actor) { _ in
        .claimed(Claim(attemptN: 1, leaseId: "lease", profile: "shell"))
      }
      let attempt = try #require(claimed.latestAttempt)
      let ledger = AttemptLedger(
        store: stage.store, record: claimed, attempt: attempt, actor: Stage.actor)
      let folders = AttemptFolders(layout: stage.store.layout, record: claimed, attemptN: 1)
      let files = RealFileSystem()
      try folders.prepare(files: files)
      let launch = try ShellAdapter().launch(
        Brief(work: .script(script)),
        in: AgentPlace(directory: stage.base, attemptFolder: folders.attempt))
      for file in launch.files { try files.createFile(file.path).append(file.bytes) }
      let process = try AgentProcess.start(
        launch, in: stage.base,
        environment: ["PATH": stage.environment["PATH"] ?? ""], marker: ledger.marker,
        transcript: BoundedFile(folders.transcript, limit: 1 << 20, files: files),
        errorLog: BoundedFile(folders.errors, limit: 1 << 20, files: files),
        redactor: Redactor([:]))
      var timing = SupervisorTiming()
      timing.start = .seconds(limitSec)
      let log = try MessageLog.Writer(folder: folders.attempt)
      let loop = AttemptLoop(
        process: process,
        voice: AgentVoice(
          Shy(), sink: MessageSink(log, syncEvery: timing.sync), budget: BudgetGuard(Budget()),
          gathering: timing.gathering, redactor: Redactor([:]),
          keeper: SessionKeeper(
            folders: folders, plan: claimed.spec.launch, conversation: .new,
            directory: stage.base, expectedVersion: nil)),
        desk: AttemptDesk(
          ledger: ledger, terms: timing.questions, spec: claimed.spec,
          type: try #require(TaskTypeRegistry.builtIn["freeform"]), hears: false,
          artifacts: AttemptDesk.Drop(folder: "/nowhere", limits: Limits(), files: RealFileSystem())
        ),
        checks: CheckPoint(nil),
        clocks: AttemptClocks(
          speaksFirst: true, startLimit: timing.start, runningLimit: .seconds(600)),
        traits: AgentTraits(speaksFirst: true, exitCodeIsResult: true),
        ledger: ledger, spec: claimed.spec, signals: try SignalPipe.install([.user2]),
        adoptsOrphans: false, timing: timing,
        accounts: AttemptAccounts(ledger, claimed.spec, environment: [:]),
        neighbours: NeighbourWatch(ledger, nil, claimed, timing))
      let child = process.child
      ended = try loop.run(
        as: Executor(
          agent: "shy", host: "here", pid: Int(child.pid), startedAtTicks: child.startTicks,
          supervisorPid: 1),
        in: AttemptWorkspace(mode: .none, path: stage.base),
        watching: stage.store.makeJournalWatch())
      _ = try ledger.settle(
        Settlement(attemptN: 1, leaseId: "lease", outcome: .failed(AttemptError(.unknown, "x"))))
    }
    return try #require(ended)
  }

  @Test(arguments: ["sleep 600", "while sleep 0.05; do echo noise; done"])
  func anAgentThatGivesNoSignIsEnded(_ script: String) async {
    await #expect(processExitsWith: .success) { [script] in
      let ended = try Self.ending(of: script, within: 1)
      #expect(ended.cause == .passed(.start, limitSec: 1))
      #expect(ended.survivors.isEmpty)
    }
  }

  @Test func afterItsFirstWordTheStartClockIsOver() async {
    await #expect(processExitsWith: .success) {
      // A busy machine may need seconds for the first word.
      let ended = try Self.ending(of: "echo noise; echo hello; sleep 8; exit 4", within: 8)
      #expect(ended.cause == nil)
      #expect(ended.exit == .exited(code: 4))
    }
  }
}

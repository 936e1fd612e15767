import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Carries one attempt through its stations: prepare, start, see through, harvest, settle.
struct SupervisedAttempt {
  private let record: TaskRecord
  private let attempt: Attempt
  private let store: TaskStore
  private let ledger: AttemptLedger
  private let folders: AttemptFolders
  private let timing: SupervisorTiming
  /// This process's own environment; the agent's is in its setting.
  private let environment: [String: String]
  private let files: any FileSystem = RealFileSystem()
  private let began = MonotonicTime.now

  init(
    store: TaskStore, record: TaskRecord, attempt: Attempt, timing: SupervisorTiming,
    environment: [String: String]
  ) {
    self.store = store
    self.record = record
    self.attempt = attempt
    self.timing = timing
    self.environment = environment
    let actor = Actor(kind: .supervisor, name: "\(record.id)/\(attempt.attemptN)")
    ledger = AttemptLedger(
      store: store, record: record, attempt: attempt, actor: actor, isOwner: true)
    folders = AttemptFolders(layout: store.layout, record: record, attemptN: attempt.attemptN)
  }

  /// Sees the attempt through; when it returns, the end is on disk, by us or by who took it from us.
  func run() throws(RunnerError) {
    let settlement: Settlement?
    do throws(Unfit) {
      settlement = try live()
    } catch {
      settlement = try GivenUp(
        ledger: ledger, folders: folders, limits: timing.limits,
        redactor: Redactor(Reconciler.secrets(of: record, store)), files: files
      ).settlement(after: error)
    }
    try fromStore { () throws(StoreError) in try conclude(settlement) }
  }

  private func conclude(_ settlement: Settlement?) throws(StoreError) {
    let standing = try ledger.standing()
    guard var settlement, standing != .disowned else { return }
    if standing == .unwanted, settlement.exit == nil { settlement.outcome = .cancelled }
    guard let settled = try ledger.settleOnceThereIsRoom(settlement) else { return }
    AttemptRemains(store: store, folders: folders, files: files).tidy(after: settled)
    Canceller.carryDown(from: settled, in: store, by: ledger.actor)
    seeToDependents()
    seeToRunner()
  }

  /// Decides what waited for this end; a runner would, too, where there is one.
  private func seeToDependents() {
    do throws(StoreError) {
      if try Dependencies.decide(in: store, by: ledger.actor, after: record.id) { try store.sync() }
    } catch {
      StandardError.write("errand: what waited for this task is not decided: \(error)\n")
    }
  }

  /// A runner that was killed is started anew by whoever ends while others wait.
  private func seeToRunner() {
    do throws(RunnerError) {
      let waiting = try fromStore { () throws(StoreError) in
        try store.activeTasks().contains { !$0.status.isActive }
      }
      guard waiting else { return }
      let own = try fromSystem { () throws(SystemError) in
        try Environment.executablePath()
      }
      try RunnerLauncher.ensureRunning(store: store, executable: own, build: .unknown)
    } catch {
      StandardError.write("errand: no runner could be started: \(error)\n")
    }
  }

  /// Gives what is to be settled; nil if that is no longer ours to do.
  private func live() throws(Unfit) -> Settlement? {
    var dispatch = DispatchClock(
      claimedAt: attempt.claimedAt, limitSec: record.spec.dispatchTimeoutSec, now: began)
    let signals = try fit { () throws(SystemError) in
      try SignalPipe.install([.terminate, .interrupt, .hangup])
    }
    let adopts = try fit { () throws(SystemError) in try ProcessTable.becomeSubreaper() }
    // Watched before the first look, so that no wish falls between.
    let journal = try watchJournal()
    let setting = try AttemptSetting(
      record: record, ledger: ledger, folders: folders, supervisor: environment, files: files,
      until: dispatch.deadline)
    var voice = try voice(of: setting)
    let revival = setting.revival
    for note in setting.place.notes + revival.asides + revival.notes + setting.notes {
      voice.note(note)
    }
    dispatch.extend(by: try setUp(setting, signals: signals, journal: journal, &voice))
    let workTree = WorkTreeRecord.begin(
      in: setting.place.workspace, environment: setting.environment, folder: folders.snapshots,
      until: dispatch.deadline, &voice)
    let begun = try PatientStart(signals: signals).begin(
      isOurs: isOurs, telling: { voice.note($0) },
      start: { () throws(Unfit) in try start(setting, dispatch) })
    guard let process = begun else { return nil }
    let checks = checkRun(setting, workTree)
    var before = checks
    before?.isAlone = false
    let loop = AttemptLoop(
      process: process, voice: voice, desk: desk(setting),
      checks: CheckPoint(setting.type.policy.returnsChecks ? before : nil),
      clocks: clocks(setting.adapter.traits), traits: setting.adapter.traits, ledger: ledger,
      spec: record.spec, signals: signals,
      adoptsOrphans: adopts, timing: timing,
      accounts: AttemptAccounts(ledger, record.spec, environment: environment),
      neighbours: NeighbourWatch(ledger, workTree, record, timing))
    let found = workTree?.workspace ?? setting.place.workspace
    let ended = try fit { () throws(SystemError) in
      try loop.run(as: executor(process.child, setting), in: found, watching: journal)
    }
    if case .disowned? = ended.cause { return nil }
    return try harvest(loop, ended, setting, workTree, found) { (voice) in
      if let passed = loop.checks.passed { return CheckRun.Verdict(evidence: passed) }
      return checks?.carryOut(signals: signals, journal: journal, &voice) ?? CheckRun.Verdict()
    }
  }

  /// Prepares what is checked after the agent's claim; nil where nothing is.
  private func checkRun(_ setting: AttemptSetting, _ workTree: WorkTreeRecord?) -> CheckRun? {
    guard !record.spec.checks.isEmpty else { return nil }
    return CheckRun(
      commands: record.spec.checks, directory: setting.place.directory,
      environment: AgentEnvironment.ofCheck(setting.environment, alsoPassing: timing.passed),
      redactor: Redactor(setting.secrets), ledger: ledger,
      folder: folders.attempt, limit: timing.check, limits: timing.limits, files: files
    ) { workTree?.head }
  }

  /// What went before may have taken long, and nothing must start that nobody wants any more.
  private func isOurs() throws(Unfit) -> Bool {
    switch try standing() {
    case .wanted: true
    case .unwanted: throw Unfit(.interrupted, "It was cancelled before its agent started.")
    case .disowned: false
    }
  }

  private func standing() throws(Unfit) -> AttemptLedger.Standing {
    do throws(StoreError) { return try ledger.standing() } catch {
      throw Unfit(.storeError, "The task cannot be read: \(error).")
    }
  }

  private func watchJournal() throws(Unfit) -> FileWatch {
    do throws(StoreError) { return try store.makeJournalWatch() } catch {
      throw Unfit(.storeError, "The journal cannot be watched: \(error).")
    }
  }

  private func voice(of setting: AttemptSetting) throws(Unfit) -> AgentVoice {
    do throws(StoreError) {
      let earlier = (1..<attempt.attemptN).map { store.layout.attemptFolder(of: record, $0) }
      let limit = timing.limits.messages - (try MessageLog.size(of: earlier, in: store))
      let log = try MessageLog.Writer(
        folder: folders.attempt, below: store.layout.root, limit: max(0, limit))
      var sink = MessageSink(log, syncEvery: timing.sync)
      let redactor = Redactor(setting.secrets)
      let isFirst = setting.revival.conversation == .new
      sink.write(
        .userMessage(
          text: redactor.redacted(setting.brief.text(for: record.spec.launch.adapter)),
          from: isFirst ? .brief : .followUp))
      try sink.store()
      return AgentVoice(
        setting.interpreter, sink: sink,
        budget: BudgetGuard(record.spec.budget, spent: record.usage), prices: timing.prices,
        gathering: timing.gathering, redactor: redactor,
        keeper: SessionKeeper(
          folders: folders, plan: record.spec.launch,
          conversation: setting.revival.conversation, directory: setting.place.directory,
          expectedVersion: setting.revival.session?.agentVersion))
    } catch {
      throw Unfit(.storeError, "Messages cannot be stored: \(error).")
    }
  }

  /// Runs the profile's setup in a workspace that was just made; answers how long it took, which
  /// the limit on the agent's start does not count.
  private func setUp(
    _ setting: AttemptSetting, signals: SignalPipe, journal: borrowing FileWatch,
    _ voice: inout AgentVoice
  ) throws(Unfit) -> Duration {
    let plan = record.spec.launch
    guard setting.place.isNew, !plan.setup.isEmpty else { return .zero }
    let start = MonotonicTime.now
    let run = CommandRun(
      command: plan.setup, limit: .seconds(plan.setupTimeoutSec),
      directory: setting.place.directory, environment: setting.environment,
      marker: ledger.marker, isAlone: true, log: folders.setupLog,
      redactor: Redactor(setting.secrets))
    try SetupRun(run: run).carryOut(
      signals: signals, journal: journal, limits: timing.limits, files: files,
      telling: { voice.note($0) },
      look: { () throws(Unfit) in try standing() == .wanted ? .none : .unwanted })
    return .now - start
  }

  private func start(
    _ setting: AttemptSetting, _ dispatch: DispatchClock
  ) throws(Unfit) -> AgentProcess {
    let (transcript, errorLog) = try fit { () throws(SystemError) in
      (
        try BoundedFile(
          folders.transcript, limit: timing.limits.transcript, files: files),
        try BoundedFile(folders.errors, limit: timing.limits.errors, files: files)
      )
    }
    try dispatch.check()
    return try AgentProcess.start(
      setting.launch, in: setting.place.directory, environment: setting.environment,
      marker: ledger.marker, transcript: transcript, errorLog: errorLog,
      redactor: Redactor(setting.secrets),
      // What a command complains of is half of what it says; an agent's own log is noise.
      hearsErrors: setting.adapter.traits.exitCodeIsResult,
      leavesOutPieces: !setting.adapter.traits.exitCodeIsResult)
  }

  private func clocks(_ traits: AgentTraits) -> AttemptClocks {
    AttemptClocks(
      speaksFirst: traits.speaksFirst, startLimit: timing.start,
      runningLimit: .seconds(record.spec.runningTimeoutSec),
      // Others say something when they please.
      silenceLimit: traits.exitCodeIsResult ? nil : timing.silence)
  }

  private func desk(_ setting: AttemptSetting) -> AttemptDesk {
    AttemptDesk(
      ledger: ledger, terms: timing.questions, spec: record.spec, type: setting.type,
      hears: setting.adapter.traits.takesMessages,
      artifacts: AttemptDesk.Drop(
        folder: folders.artifacts, limits: timing.limits, files: files))
  }

  /// Tells who does it; and where it hears less than its profile promises, that.
  private func executor(_ child: ChildProcess, _ setting: AttemptSetting) -> Executor {
    let hears = setting.adapter.traits.takesMessages
    return Executor(
      agent: record.spec.launch.profile, host: Environment.hostName, pid: Int(child.pid),
      startedAtTicks: child.startTicks, supervisorPid: Int(ProcessTable.currentPID),
      hears: hears == record.spec.launch.adapterInUse.traits.takesMessages ? nil : hears)
  }

  /// Turns what is left of a run into its settlement; trouble on the way becomes messages.
  private func harvest(
    _ loop: AttemptLoop, _ ended: AttemptLoop.Ended, _ setting: AttemptSetting,
    _ workTree: WorkTreeRecord?, _ found: AttemptWorkspace,
    check: (inout AgentVoice) -> CheckRun.Verdict
  ) throws(Unfit) -> Settlement {
    var voice = loop.heard
    if !setting.adapter.traits.exitCodeIsResult { voice.closeCalls() }
    var harvest = Harvest(
      ledger: ledger, limits: timing.limits, redactor: Redactor(setting.secrets))
    ledger.awaitRoom(in: folders, files: files)
    harvest.takeFiles(from: folders.artifacts, files: files)
    let workspace = workTree.map { harvest.takeChanges(of: $0, &voice) } ?? found
    let sink = voice.sink
    let output = AttemptOutput(
      record.spec, setting.type, result: loop.claim, tail: sink.tail, exit: ended.exit,
      duration: .now - began, artifacts: harvest.artifacts,
      branch: workspace.mode == .dedicatedWorktree ? workspace.branch : nil,
      beside: ledger.facts(beside: harvest.artifacts, &voice))
    let end = AttemptEnd(
      cause: ended.cause, exit: ended.exit, standing: sink.standing,
      traits: setting.adapter.traits, lastErrorLine: loop.lastErrorLine,
      hasSubmitted: loop.hasSubmitted, outputFaults: output.faults,
      pauses: record.attempts.count(where: \.isPaused))
    // A claim that does not stand by itself needs no check.
    let isClaimed = end.outcome == .completed
    let verdict = isClaimed ? check(&voice) : CheckRun.Verdict()
    let outcome = end.outcome(after: verdict)
    // What checks leave, such as a report, is kept beside what the agent left.
    if !verdict.evidence.isEmpty { harvest.takeFiles(from: folders.artifacts, files: files) }
    let survivors = (ended.survivors + (try leftovers(of: loop, after: verdict))).asSurvivors
    let session = SessionKeeper.keep(
      folders, record.spec.launch, environment: setting.environment
    ) { voice.note($0) }
    for note in harvest.notes { voice.note(note) }
    if let whole = output.wholeClaim { voice.quote(whole) }
    switch outcome {
    case .failed(let error): voice.tell(error)
    case .paused(let pause):
      voice.note("The quota is back at \(pause.resumeAt); the task waits until then.")
    case .completed, .cancelled: break
    }
    let unknown = sink.standing.unknownLines
    if unknown > 0 {
      voice.note(
        unknown == 1
          ? "1 line of the agent's was not understood."
          : "\(unknown) lines of the agent's were not understood.")
    }
    if !survivors.isEmpty {
      voice.note("These processes could not be ended: \(survivors.joined(separator: ", ")).")
    }
    let signature = outcome == .completed ? sign(output.cid, &voice) : nil
    voice.sync()
    return Settlement(
      attemptN: attempt.attemptN, leaseId: attempt.leaseId, outcome: outcome,
      output: output.value, outputCid: output.cid, signature: signature, checked: output.checked,
      checks: verdict.evidence,
      summary: output.headline, usage: voice.usage, workspace: workspace, session: session,
      exit: ended.exit.map(ProcessExit.init),
      survivors: survivors)
  }
}

extension SupervisedAttempt {
  /// Signs what was handed in, where the user has a key for that; without it the work still counts.
  private func sign(_ output: ContentID?, _ voice: inout AgentVoice) -> String? {
    guard let output, let signer = OutputSigner(timing.signing, Environment.current) else {
      return nil
    }
    do throws(SigningError) { return try signer.sign(output) } catch {
      voice.note("The output is not signed: \(error)")
      return nil
    }
  }

  /// Ends what checks have left behind; the agent's own is gone by then.
  private func leftovers(
    of loop: AttemptLoop, after verdict: CheckRun.Verdict
  ) throws(Unfit) -> [ProcessRecord] {
    guard !verdict.evidence.isEmpty || verdict.wish != .none else { return [] }
    return try fit { () throws(SystemError) in try loop.sweep() }
  }
}

extension ProcessExit {
  init(_ status: ExitStatus) {
    self.init(code: status.code.map(Int.init), signal: status.signal.map { Int($0.rawValue) })
  }
}

import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Sees one agent process through, from its start until none of its tree is left; one thread.
final class AttemptLoop {
  /// Says how it ended, when no process is left that could be found.
  struct Ended {
    var cause: EndCause?
    var exit: ExitStatus?
    var survivors: [ProcessRecord]
  }

  private let child: ChildProcess
  private let ledger: AttemptLedger
  private let timing: SupervisorTiming
  private let traits: AgentTraits
  private let limits: TaskSpec
  private let signals: SignalPipe
  private var tree: AttemptTree
  private let streams: AgentStreams
  private var voice: AgentVoice
  private var desk: AttemptDesk
  private var accounts: AttemptAccounts
  private var neighbours: NeighbourWatch
  private(set) var checks: CheckPoint
  private var clocks: AttemptClocks
  private var phase = AttemptPhase.working
  private var cause: EndCause?
  private var exit: ExitStatus?
  /// When an agent that has said its last word must have left.
  private var leaveBy: MonotonicTime?
  private var rest = AgentRest.working
  private var footprint = Footprint()

  init(
    process: AgentProcess, voice: AgentVoice, desk: AttemptDesk, checks: CheckPoint,
    clocks: AttemptClocks, traits: AgentTraits, ledger: AttemptLedger, spec: TaskSpec,
    signals: SignalPipe, adoptsOrphans: Bool, timing: SupervisorTiming, accounts: AttemptAccounts,
    neighbours: NeighbourWatch
  ) {
    child = process.child
    streams = process.streams
    self.voice = voice
    self.desk = desk
    self.checks = checks
    self.clocks = clocks
    self.ledger = ledger
    self.timing = timing
    self.traits = traits
    self.signals = signals
    limits = spec
    self.accounts = accounts
    self.neighbours = neighbours
    tree = AttemptTree(child, marker: ledger.marker, adoptsOrphans: adoptsOrphans, timing)
  }

  var heard: AgentVoice { voice }
  /// What the agent offers as its output: handed in by its tool, else said at its end.
  var claim: AgentResult? { desk.claim(voice) }
  var hasSubmitted: Bool { desk.submitted != nil }

  /// The last thing the agent wrote to its error output.
  var lastErrorLine: String? { streams.errorTail.lastLine }

  /// Runs until the tree is gone, also where the system fails us; the journal is watched. Throws
  /// only where it is not known to be gone.
  func run(
    as executor: Executor, in workspace: AttemptWorkspace, watching journal: borrowing FileWatch
  ) throws(SystemError) -> Ended {
    do throws(StoreError) { try ledger.started(executor, in: workspace) } catch {
      voice.fail(error)
    }
    streams.send(voice.open())
    do throws(SystemError) { try see(journal) } catch {
      cause = cause ?? .systemFailed("\(error).")
    }
    return try finish()
  }

  private func see(_ journal: borrowing FileWatch) throws(SystemError) {
    try tree.begin()
    try follow()
    while true {
      try advance()
      if case .over = phase { break }
      let ready = try Poller.wait(
        watched(journal.descriptor), until: footprint.bounded(deadline))
      footprint.woke(byNothing: ready.isEmpty)
      try handle(ready, journal)
      if checks.isDue { try check(journal) }
    }
  }

  /// Acts on what time alone has brought.
  private func advance() throws(SystemError) {
    let now = MonotonicTime.now
    voice.advance(now)
    if case .working = phase, rest != .resting, clocks.isNearlyOver(now: now) {
      voice.warn("80 % of the \(limits.runningTimeoutSec) s it may run are over.")
    }
    accounts.tell(&voice)
    accounts.seeToRunner(now: now)
    if voice.hasSpoken { clocks.spoke(now: now) }
    if desk.isAsking { clocks.stop(now: now) } else { clocks.goOn(now: now) }
    if desk.isAsking || voice.isCalling || rest != .working { clocks.heard(now: now) }
    try tree.advance(now: now)
    switch phase {
    case .working:
      neighbours.advance(now: now)
      let (bytes, unanswered) = desk.expire(&voice)
      streams.send(bytes)
      if let unanswered { return try begin(.unanswered(unanswered)) }
      if let wish = wishToEnd(now) { return try begin(wish) }
      if let leaveBy, leaveBy <= now { try terminate() }
    case .asked(let until, let inWords):
      if until <= now { try inWords ? interrupt() : terminate() }
    case .ending(let killAt):
      if killAt <= now { phase = .over }
    case .draining(let rest, let limit):
      if streams.areClosed || min(rest, limit) <= now { phase = .over }
    case .over: break
    }
  }

  private func wishToEnd(_ now: MonotonicTime) -> EndCause? {
    if let failure = voice.failure { return .storeFailed("\(failure)", nextStep: failure.nextStep) }
    // Its work is done: no limit can make it undone.
    if rest == .resting { return nil }
    if let passed = clocks.passed(now: now) {
      return .passed(passed, limitSec: timing.seconds(of: passed, in: limits))
    }
    return voice.exhausted.map { .budget($0) }
  }

  /// Ends the attempt; the first cause stays the cause. An agent with a protocol is asked first,
  /// since it then says what it has used.
  private func begin(_ why: EndCause) throws(SystemError) {
    guard case .working = phase else { return }
    cause = why
    guard !traits.exitCodeIsResult, rest == .working, exit == nil else { return try terminate() }
    let bytes = voice.interrupt()
    if bytes.isEmpty { return try interrupt() }
    phase = .asked(until: .after(timing.interrupt), inWords: true)
    streams.send(bytes)
  }

  /// Asks the agent alone, which may still say what it has used and end its tools itself.
  private func interrupt() throws(SystemError) {
    phase = .asked(until: .after(timing.signal), inWords: false)
    try ProcessTable.signal(child.identity, .interrupt)
  }

  /// Asks the whole tree to go.
  private func terminate() throws(SystemError) {
    phase = .ending(killAt: .after(timing.grace))
    try tree.terminate()
  }

  private func watched(_ journal: Int32) -> [(descriptor: Int32, events: Poller.Event)] {
    var list: [(descriptor: Int32, events: Poller.Event)] = [
      (journal, .readable), (signals.descriptor, .readable),
    ]
    if let look = neighbours.descriptor {
      list.append((look, .readable))
    } else if let orphans = tree.descriptor {
      // While a look goes on, whose children are its own to collect, orphans wait.
      list.append((orphans, .readable))
    }
    if exit == nil { list.append((child.exitDescriptor, .readable)) }
    if let output = streams.outputDescriptor { list.append((output, .readable)) }
    if let errors = streams.errorDescriptor { list.append((errors, .readable)) }
    if let input = streams.inputDescriptor { list.append((input, .writable)) }
    return list
  }

  private var deadline: MonotonicTime? {
    var times = [voice.deadline, tree.deadline, accounts.deadline]
    switch phase {
    case .working:
      times.append(leaveBy)
      times += [desk.deadline, neighbours.deadline]
      if rest != .resting { times += [clocks.deadline, clocks.warningTime] }
    case .asked(let until, _): times.append(until)
    case .ending(let killAt): times.append(killAt)
    case .draining(let rest, let limit): times.append(min(rest, limit))
    case .over: break
    }
    return times.compactMap(\.self).min()
  }

  private func handle(
    _ ready: Poller.Ready, _ journal: borrowing FileWatch
  ) throws(SystemError) {
    if let output = streams.outputDescriptor, ready[output] != nil { try hear() }
    if let errors = streams.errorDescriptor, ready[errors] != nil {
      voice.quote(errors: try streams.readErrors())
    }
    // Only now, so that what was read last is heard.
    if let failure = streams.failure { voice.fail(.disk(failure)) }
    if let input = streams.inputDescriptor, ready[input] != nil { try streams.feedInput() }
    if ready[child.exitDescriptor] != nil, exit == nil { try noticeExit() }
    if ready[signals.descriptor] != nil { try noticeSignals() }
    if let look = neighbours.descriptor {
      if ready[look] != nil { neighbours.take() }
    } else if let orphans = tree.descriptor, ready[orphans] != nil {
      try tree.reap()
    }
    if ready[journal.descriptor] != nil {
      try journal.drain()
      try follow()
    }
  }

  private func hear() throws(SystemError) {
    clocks.heard()
    let lines = try streams.readOutput()
    streams.send(voice.hear(lines))
    takeRequests()
    try noticeRest()
    if voice.hasSpoken { clocks.spoke() }
    neighbours.stirred(voice.sink.deeds, bySpeaking: traits.exitCodeIsResult)
    if case .draining(_, let limit) = phase {
      phase = .draining(rest: .after(timing.drainRest), limit: limit)
    }
  }

  /// Lets an agent go that has said its last word: it is told nothing more, and has some time.
  private func noticeRest() throws(SystemError) {
    guard voice.rest != rest else { return }
    if voice.rest == .resting, goOn() { return }
    rest = voice.rest
    switch rest {
    case .working: leaveBy = nil
    case .background: leaveBy = .after(timing.background)
    case .resting:
      leaveBy = .after(timing.afterword)
      streams.closeInput()
      if case .asked = phase { try terminate() }
    }
  }

  /// Gives an agent whose turn is over what is still to be said to it; false if there is nothing.
  private func goOn() -> Bool {
    streams.send(desk.withdrawAll(&voice))
    guard case .working = phase, exit == nil else { return false }
    guard let bytes = desk.next(&voice) ?? desk.sendBack(&voice) else {
      return checks.holds(voice, hasClaim: claim != nil)
    }
    streams.send(bytes)
    return true
  }

  /// Runs the checks while the agent waits; that time is not its own.
  private func check(_ journal: borrowing FileWatch) throws(SystemError) {
    clocks.stop(now: .now)
    let (bytes, wish) = checks.carryOut(signals: signals, journal: journal, &voice)
    clocks.heard()
    if let bytes { return streams.send(bytes) }
    if wish == .asked { try begin(.interrupted) }
    try follow()
    try noticeRest()
  }

  /// Ends what was started after the agent's end.
  func sweep() throws(SystemError) -> [ProcessRecord] { try tree.end() }

  /// Puts questions into the journal; an answer of our own may bring up others.
  private func takeRequests() {
    for _ in 0..<Self.rounds {
      let requests = voice.takeRequests()
      if requests.isEmpty { return }
      streams.send(desk.take(requests, &voice))
    }
  }

  private func noticeExit() throws(SystemError) {
    exit = try child.peekExit()
    guard exit != nil else { return }
    phase = .draining(rest: .after(timing.drainRest), limit: .after(timing.drainLimit))
  }

  private func noticeSignals() throws(SystemError) {
    for signal in try signals.take() where signal == .terminate || signal == .interrupt {
      try begin(.interrupted)
    }
  }

  /// Acts on what others have written: wishes to end it, answers, messages.
  private func follow() throws(SystemError) {
    var found: (standing: AttemptLedger.Standing, record: TaskRecord?) = (.wanted, nil)
    do throws(StoreError) { found = try ledger.look() } catch { voice.fail(error) }
    if found.standing != .disowned, let record = found.record {
      accounts.follow(&voice)
      neighbours.follow(record, &voice)
      streams.send(desk.follow(record, &voice))
      takeRequests()
    }
    switch found.standing {
    case .wanted: break
    case .unwanted: try begin(.cancelled)
    case .disowned: try begin(.disowned)
    }
  }

  /// Sweeps what is left, reads what still lies in the pipes, and reaps the leader last, so that
  /// its number stays its own until then.
  private func finish() throws(SystemError) -> Ended {
    neighbours.finish()
    let survivors = try tree.end(atOnce: cause != nil)
    if exit == nil { exit = try child.waitForExit(until: .after(.seconds(1))) }
    do throws(SystemError) { try emptyPipes() } catch {
      cause = cause ?? .systemFailed("\(error).")
    }
    voice.finish(streams.finishOutput())
    voice.quote(errors: streams.finishErrors())
    if let failure = streams.failure { voice.fail(.disk(failure)) }
    if let failure = voice.failure {
      cause = cause ?? .storeFailed("\(failure)", nextStep: failure.nextStep)
    }
    if exit != nil { try child.reap() }
    return Ended(cause: cause, exit: exit, survivors: survivors)
  }

  /// Reads without waiting; bounded, since a survivor may go on writing for ever.
  private func emptyPipes() throws(SystemError) {
    for _ in 0..<Self.lastReads {
      guard let output = streams.outputDescriptor, try Poller.isReadable(output) else { break }
      try hear()
    }
    for _ in 0..<Self.lastReads {
      guard let errors = streams.errorDescriptor, try Poller.isReadable(errors) else { break }
      voice.quote(errors: try streams.readErrors())
    }
  }

  /// Bounds questions that bring up questions.
  private static let rounds = 16
  /// A pipe holds at most a megabyte.
  private static let lastReads = 64
}

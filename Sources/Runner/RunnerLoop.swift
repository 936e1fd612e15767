import JSON
import Posix
import TaskStore
import Tasks

/// Follows the journal and acts on it: reconciles, expires, releases, claims; one thread.
final class RunnerLoop {
  /// Says why it stopped.
  enum Leaving {
    case idle, asked, storeGone
    /// A sync has failed: this process writes nothing more before it has opened the store anew.
    case storeStopped
  }

  private let store: TaskStore
  private let claimer: Claimer
  private let actor: Actor
  private let signals: SignalPipe
  private let journal: FileWatch
  private let idleLimit: Duration?
  private let isWatched: () -> Bool
  /// What is claimed, and for whose supervisors the system has no room yet.
  private var claimed: [Claimer.Taken] = []
  private var supervised: [Claimer.Supervised] = []
  private let environment: [String: String]
  private var nextForeignLook: MonotonicTime?
  private var idleSince: MonotonicTime?
  /// Tells that the store could not be written the last time.
  private var isPaused = false
  private var footprint = Footprint()
  private var limits = DispatchPlan.Limits(Configuration())
  private var ledger = DayLedger()
  private var schedules: ScheduleClock?
  private var sweep: ContentSweep
  private var retention = Retention()
  /// Whether what a quota stopped goes on by itself once that is back.
  private var resumes = false

  init(
    store: TaskStore, executable: String, environment: [String: String], signals: SignalPipe,
    idleLimit: Duration?, isWatched: @escaping () -> Bool, scheduled: (any ScheduledWork)? = nil
  ) throws(RunnerError) {
    self.store = store
    self.isWatched = isWatched
    self.idleLimit = idleLimit
    self.environment = environment
    let actor = Actor(kind: .runner, name: "\(ProcessTable.currentPID)")
    self.actor = actor
    schedules = scheduled.map {
      ScheduleClock(store: store, work: $0, environment: environment, actor: actor)
    }
    sweep = ContentSweep(store, rest: min(.seconds(60), (idleLimit ?? .seconds(600)) / 4))
    claimer = Claimer(
      store: store, executable: executable, environment: environment, actor: actor)
    self.signals = signals
    journal = try fromStore { () throws(StoreError) in try store.makeJournalWatch() }
  }

  /// Takes over what another loop had in hand when its store stopped.
  func takeOver(from other: RunnerLoop) {
    (claimed, supervised) = (other.claimed, other.supervised)
    // Their claims may have been written and never made safe.
    store.owe()
  }

  /// Works until there is nothing to do for long enough, or until told to leave.
  func run() throws(RunnerError) -> Leaving {
    mourning { () throws(RunnerError) in try Reconciler.reconcile(store: store, by: actor) }
    while true {
      if try isStoreGone() { return .storeGone }
      let tasks: [TaskRecord]
      do throws(RunnerError) {
        tasks = try work()
        if let reason = store.stoppedBecause { throw .store(.stopped(reason)) }
      } catch {
        // It may have been removed under our hands.
        if try isStoreGone() { return .storeGone }
        guard case .store(let trouble) = error, trouble.isOfTheDisk || trouble.isStopped else {
          throw error
        }
        pause(trouble)
        if try rest() { return leaveAsAsked() }
        if trouble.isStopped { return .storeStopped }
        continue
      }
      isPaused = false
      if let idleSince, let idleLimit, idleSince + idleLimit <= .now { return .idle }
      if try sleep(tasks) { return leaveAsAsked() }
    }
  }

  /// Leaves as it was told to; what is claimed and never began is ended in true words.
  private func leaveAsAsked() -> Leaving {
    mourning { () throws(RunnerError) -> TaskRecord? in
      try fromStore { () throws(StoreError) in try claimer.giveUp(claimed) }
      return nil
    }
    return .asked
  }

  /// How long a disk that cannot be written is left alone; what runs and who looks need none of it.
  private static let pause = Duration.seconds(2)

  private func pause(_ trouble: StoreError) {
    if !isPaused {
      StandardError.write("errand runner: \(trouble) It tries again.\n")
    }
    isPaused = true
  }

  /// Tells whether anything waits, runs, or will.
  func hasWork() throws(RunnerError) -> Bool {
    if try schedules?.isSet() == true { return true }
    return try fromStore { () throws(StoreError) in
      try store.activeTasks().contains(where: \.needsRunner)
    }
  }

  /// Tells whether somebody removed the journal, or the lock that makes this the only runner.
  private func isStoreGone() throws(RunnerError) -> Bool {
    if try fromStore({ () throws(StoreError) in try store.isRemoved() }) { return true }
    return try fromSystem { () throws(SystemError) in
      try !store.files.exists(store.layout.runnerLock)
    }
  }

  private func work() throws(RunnerError) -> [TaskRecord] {
    try takeLeave()
    if !claimed.isEmpty { try claim([]) }
    refreshLimits()
    var tasks = try active()
    if try settleForeignOrphans(tasks) { tasks = try active() }
    if try schedules?.strike(.now, tasks) == true { tasks = try active() }
    for _ in 0..<Self.rounds {
      guard try step(tasks) else { break }
      tasks = try active()
    }
    sweep.look(isQuiet: !tasks.contains(where: \.status.isActive), retention)
    let isSet = try schedules?.isSet() ?? false
    let isIdle = !isSet && !tasks.contains(where: \.needsRunner) && !isWatched()
    idleSince = isIdle ? idleSince ?? .now : nil
    // Done here, beside the clients, so that none of them pays for it with an answer's time.
    _ = try fromStore { () throws(StoreError) in try store.compactIfWorthwhile() }
    return tasks
  }

  /// What one round frees or takes, the next builds on; the rest waits for the next change.
  private static let rounds = 8

  private func active() throws(RunnerError) -> [TaskRecord] {
    try fromStore { () throws(StoreError) in try store.activeTasks() }
  }

  /// Takes the steps that are due; false if there are none.
  private func step(_ tasks: [TaskRecord]) throws(RunnerError) -> Bool {
    let now = Timestamp.now
    var changed = false
    try fromStore { () throws(StoreError) in
      for task in tasks {
        let isChanged = try sparing { () throws(StoreError) in try change(task, now) }
        if isChanged == true { changed = true }
      }
      if try !Dependencies.decide(among: tasks, in: store, by: actor).isEmpty { changed = true }
    }
    if changed { return true }
    limits.spentUntil = try fromStore { () throws(StoreError) in
      try ledger.spentUntil(in: store, active: tasks, now: now)
    }
    return try dispatch(tasks, now)
  }

  /// Does to one task what time alone asks for; false if nothing is due.
  private func change(_ task: TaskRecord, _ now: Timestamp) throws(StoreError) -> Bool {
    if try WorkerLapse.settle(task, in: store, by: actor) != nil { return true }
    guard let event = DueChange.of(task, now: now, resumes: resumes) else { return false }
    try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
      DueChange.of(fresh, now: now, resumes: resumes)
    }
    if case .expired = event { try store.removeSecrets(of: task.id) }
    return true
  }

  private func dispatch(
    _ tasks: [TaskRecord], _ now: Timestamp
  ) throws(RunnerError) -> Bool {
    let lineage = try fromStore { () throws(StoreError) in try store.lineage(of: tasks) }
    // No more is claimed while the system has no room for what is.
    let steps = DispatchPlan(tasks, limits: limits, now: now, lineage: lineage).steps().filter {
      if case .claim = $0 { claimed.isEmpty } else { true }
    }
    guard !steps.isEmpty else { return false }
    let byID = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0) })
    var claims: [TaskRecord] = []
    try fromStore { () throws(StoreError) in
      for step in steps {
        try sparing { () throws(StoreError) in
          switch step {
          case .claim(let id):
            guard let task = byID[id] else { return }
            if try !Dependencies.holdBack(task, in: store, by: actor) { claims.append(task) }
          case .hold(let id, let hold):
            try store.change(.id(id), by: actor) { (fresh) throws(StoreError) in
              fresh.status == .queued ? .held(hold.reason, resumeAt: hold.resumeAt) : nil
            }
          case .release(let id, let reason):
            try store.change(.id(id), by: actor) { (fresh) throws(StoreError) in
              fresh.hold?.reason == reason && !fresh.isPaused ? .released : nil
            }
          }
        }
      }
    }
    if !claims.isEmpty { try claim(claims) }
    try fromStore { () throws(StoreError) in try store.sync() }
    return true
  }

  /// Claims tasks, and starts the supervisors of all that are claimed.
  private func claim(_ tasks: [TaskRecord]) throws(RunnerError) {
    let wasWaiting = !claimed.isEmpty
    let crowded = try fromStore { () throws(StoreError) in
      try claimer.claim(tasks, holding: &claimed, adding: &supervised)
    }
    if let crowded, !wasWaiting {
      StandardError.write(
        "errand runner: no supervisor can be started: \(crowded). It tries again.\n")
    }
  }

  /// Reaps supervisors that have ended; one that left its attempt open is mourned at once.
  private func takeLeave() throws(RunnerError) {
    var left: [Claimer.Supervised] = []
    for one in supervised {
      let ended = try fromSystem { () throws(SystemError) in
        try one.process.reapIfEnded()
      }
      guard ended != nil else {
        left.append(one)
        continue
      }
      settleIfOrphaned(one.task)
    }
    supervised = left
  }

  private func settleIfOrphaned(_ id: TaskID) {
    mourning { () throws(RunnerError) -> TaskRecord? in
      let task = try fromStore { () throws(StoreError) in try store.task(id: id) }
      guard let task, task.status.isActive else { return nil }
      return try Reconciler.settleIfOrphaned(task, store: store, by: actor)
    }
  }

  /// Does what may fail for one task, such as one whose folder is in the way: the others go on, and
  /// it is tried again.
  @discardableResult
  private func mourning<Value>(_ body: () throws(RunnerError) -> Value?) -> Value? {
    do throws(RunnerError) { return try body() } catch {
      StandardError.write("errand runner: an attempt cannot be settled: \(error)\n")
      return nil
    }
  }

  /// Looks after attempts whose supervisors are not our children, once a second at most.
  private func settleForeignOrphans(_ tasks: [TaskRecord]) throws(RunnerError) -> Bool {
    let own = Set(supervised.map(\.task))
    // A worker's lease has its own time.
    let foreign = tasks.filter {
      $0.status.isActive && !own.contains($0.id)
        && ($0.latestAttempt?.worker == nil || $0.cancelRequest != nil)
    }
    guard !foreign.isEmpty else {
      nextForeignLook = nil
      return false
    }
    if let next = nextForeignLook, next > .now { return false }
    nextForeignLook = .after(.seconds(1))
    var changed = false
    for task in foreign {
      let settled = mourning { () throws(RunnerError) in
        try Reconciler.settleIfOrphaned(task, store: store, by: actor)
      }
      if settled != nil { changed = true }
    }
    return changed
  }

  /// Reads the configuration anew; a broken one leaves the last good limits in force.
  private func refreshLimits() {
    do throws(ConfigurationError) {
      let configuration = try Configuration.load(environment: environment).0
      limits = DispatchPlan.Limits(configuration)
      ledger.ceiling = configuration.dailyUsd
      resumes = configuration.autoResume
      retention = configuration.retention
    } catch {
      StandardError.write("errand runner: \(error)\n")
    }
  }

  /// Sleeps until something happens; true if told to leave.
  private func sleep(_ tasks: [TaskRecord]) throws(RunnerError) -> Bool {
    let now = Timestamp.now
    var deadlines = tasks.compactMap { DueChange.time(of: $0, now: now, resumes: resumes) }.map {
      time in
      // A clock may be set meanwhile: look again within the hour.
      let wait = min(time.milliseconds - WallClock.nowMilliseconds(), 3_600_000)
      return MonotonicTime.after(.milliseconds(max(0, wait)))
    }
    if let patience = try schedules?.patience(now) { deadlines.append(.after(patience)) }
    if let time = sweep.deadline { deadlines.append(time) }
    if let nextForeignLook { deadlines.append(nextForeignLook) }
    if !claimed.isEmpty { deadlines.append(.after(.seconds(1))) }
    if let idleSince, let idleLimit { deadlines.append(idleSince + idleLimit) }
    // Nobody tells when the last one has stopped to look.
    if !tasks.contains(where: \.needsRunner), idleSince == nil {
      deadlines.append(.after(.seconds(30)))
    }
    return try sleep(until: deadlines.min())
  }

  /// Sleeps while the disk cannot be written: our own tries, undone, change the journal, too. True if
  /// told to leave.
  func rest() throws(RunnerError) -> Bool {
    try fromSystem { () throws(SystemError) in
      _ = try Poller.wait([(signals.descriptor, .readable)], until: .after(Self.pause))
      return try isToldToLeave()
    }
  }

  private func isToldToLeave() throws(SystemError) -> Bool {
    try signals.take().contains { $0 != .child && $0 != .hangup }
  }

  private func sleep(until deadline: MonotonicTime?) throws(RunnerError) -> Bool {
    try fromSystem { () throws(SystemError) in
      let ready = try Poller.wait(
        [(journal.descriptor, .readable), (signals.descriptor, .readable)],
        until: footprint.bounded(deadline))
      footprint.woke(byNothing: ready.isEmpty)
      try journal.drain()
      return try isToldToLeave()
    }
  }
}

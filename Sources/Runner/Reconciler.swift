import Agents
import Posix
import TaskStore
import Tasks

/// Settles attempts whose owner died: a lock that can be taken proves it.
package enum Reconciler {
  /// Looks at every task under way; returns those it had to settle. One that cannot be settled
  /// keeps no other from it, and is told at the end.
  @discardableResult
  package static func reconcile(
    store: TaskStore, by actor: Actor
  ) throws(RunnerError) -> [TaskRecord] {
    let tasks = try fromStore { () throws(StoreError) in try store.activeTasks() }
    var settled: [TaskRecord] = []
    var failure: RunnerError?
    for task in tasks where task.status.isActive {
      do throws(RunnerError) {
        if let record = try settleIfOrphaned(task, store: store, by: actor) {
          settled.append(record)
        }
      } catch {
        failure = failure ?? error
      }
    }
    try fromStore { () throws(StoreError) in try store.removeStraySecrets() }
    if let failure { throw failure }
    return settled
  }

  /// Sweeps and settles one attempt if nobody owns it; nil if somebody does, or it has ended.
  package static func settleIfOrphaned(
    _ task: TaskRecord, store: TaskStore, by actor: Actor
  ) throws(RunnerError) -> TaskRecord? {
    guard let attemptN = task.latestAttempt?.attemptN else { return nil }
    if task.latestAttempt?.worker != nil, task.cancelRequest == nil {
      return try fromStore { () throws(StoreError) in
        try WorkerLapse.settle(task, in: store, by: actor)
      }
    }
    let lock = try fromStore { () throws(StoreError) in try store.lockAttempt(task.id, attemptN) }
    guard let lock else { return nil }
    let settled = try settleUnderLock(task.id, attemptN, store: store, by: actor)
    lock.release()
    return settled
  }

  /// Ends, at a person's word, a task of which a change may be missing, and says it anew, so that
  /// nothing of it is in doubt; nil while somebody owns its newest attempt, be it known or begun by
  /// what is missing.
  package static func settleInDoubt(
    _ task: TaskRecord, store: TaskStore, by actor: Actor
  ) throws(RunnerError) -> TaskRecord? {
    let known = task.attemptCount
    let next = task.status.isActive ? known : known + 1
    let attemptN = max(next, try fromSystem { () throws(SystemError) in try begun(task, store) })
    let lock = try fromStore { () throws(StoreError) in try store.lockAttempt(task.id, attemptN) }
    guard let lock else { return nil }
    defer { lock.release() }
    if task.status.isActive {
      _ = try settleUnderLock(task.id, known, store: store, by: actor, evenInDoubt: true)
    }
    let mark = AttemptMark(task.id, attemptN, in: store.layout.root)
    _ = try fromSystem { () throws(SystemError) in try ProcessTree.sweep(mark) }
    let error = AttemptError(
      .interrupted, "A change of it could not be read, and a person had it ended.")
    return try fromStore { () throws(StoreError) in
      try store.change(.id(task.id), by: actor, evenInDoubt: true) {
        $0.status == .queued || $0.status == .waiting ? .failed(error) : nil
      }
      try store.sayAnew(task.id, by: actor)
      try store.removeSecrets(of: task.id)
      if try Dependencies.decide(in: store, by: actor, after: task.id) { try store.sync() }
      return try store.lastKnown(id: task.id)
    }
  }

  /// Counts the attempts that have a folder: each is made before anybody is told of it.
  private static func begun(_ task: TaskRecord, _ store: TaskStore) throws(SystemError) -> Int {
    let folder = Path.parent(store.layout.attemptFolder(of: task, 1))
    guard try store.files.exists(folder) else { return 0 }
    return try store.files.list(folder).compactMap { Int($0) }.max() ?? 0
  }

  private static func settleUnderLock(
    _ task: TaskID, _ attemptN: Int, store: TaskStore, by actor: Actor, evenInDoubt: Bool = false
  ) throws(RunnerError) -> TaskRecord? {
    // Read again: the owner may have settled just before it let go.
    let record = try fromStore { () throws(StoreError) in
      try store.task(.id(task), evenInDoubt: evenInDoubt)
    }
    guard record.status.isActive, let attempt = record.latestAttempt,
      attempt.attemptN == attemptN
    else { return nil }
    let ledger = AttemptLedger(
      store: store, record: record, attempt: attempt, actor: actor, isOwner: evenInDoubt)
    let survivors = try fromSystem { () throws(SystemError) in
      try ProcessTree.sweep(ledger.mark, attempt.executor)
    }
    return try fromStore { () throws(StoreError) in
      try settle(record, attempt, ledger, survivors)
    }
  }

  private static func settle(
    _ record: TaskRecord, _ attempt: Attempt, _ ledger: AttemptLedger,
    _ survivors: [ProcessRecord]
  ) throws(StoreError) -> TaskRecord {
    let folders = AttemptFolders(
      layout: ledger.store.layout, record: record, attemptN: attempt.attemptN)
    let files = RealFileSystem()
    Harvest.takeRest(
      of: record, ledger, in: folders, limits, Redactor(secrets(of: record, ledger.store)),
      files: files)
    let text =
      attempt.startedAt == nil
      ? "Its supervisor died while it started the agent, which may have begun."
      : "Its supervisor died."
    let outcome: Settlement.Outcome =
      record.cancelRequest == nil ? .failed(AttemptError(.interrupted, text)) : .cancelled
    if case .failed(let error) = outcome { Self.tell(error, in: folders, of: ledger.store) }
    let session = SessionKeeper.keep(
      folders, record.spec.launch, environment: environment(of: record, ledger.store)
    ) { StandardError.write("errand: \($0)\n") }
    let settled = try ledger.settle(
      Settlement(
        attemptN: attempt.attemptN, leaseId: attempt.leaseId, outcome: outcome,
        usage: attempt.usage, workspace: attempt.workspace, session: session,
        survivors: survivors.asSurvivors))
    AttemptRemains(store: ledger.store, folders: folders, files: files).tidy(after: settled)
    Canceller.carryDown(from: settled, in: ledger.store, by: ledger.actor)
    if try Dependencies.decide(in: ledger.store, by: ledger.actor, after: record.id) {
      try ledger.store.sync()
    }
    return settled
  }

  /// Gives what the agent ran with, as far as it is still known: its home is named there.
  private static func environment(
    of record: TaskRecord, _ store: TaskStore
  ) -> [String: String] {
    do throws(StoreError) {
      let plain = try record.spec.launch.environment.map { (cid) throws(StoreError) in
        try store.environment(cid)
      }
      return (plain ?? [:]).merging(secrets(of: record, store)) { $1 }
    } catch {
      // The conversation stays where its agent has it.
      return [:]
    }
  }

  static func secrets(of record: TaskRecord, _ store: TaskStore) -> [String: String] {
    // Who cannot read them has the shapes of keys to go by.
    do throws(StoreError) { return try store.secrets(of: record.id) } catch { return [:] }
  }

  /// Gives the limits that hold now, or the usual ones where the configuration cannot be read.
  private static var limits: Limits {
    do throws(ConfigurationError) {
      return try Configuration.load(environment: Environment.current).0.limits
    } catch {
      return Limits()
    }
  }

  /// Adds a last message, once, however often the end that follows could not be written; that it
  /// cannot must not keep the task from being settled.
  static func tell(
    _ error: AttemptError, in folders: AttemptFolders, of store: TaskStore
  ) {
    tell(
      .error(code: error.code.rawValue, message: error.message, retryable: error.retryable),
      in: folders, of: store)
  }

  static func tell(_ body: MessageBody, in folders: AttemptFolders, of store: TaskStore) {
    do throws(StoreError) {
      var query = MessageQuery()
      query.tail = 1
      if try MessageReader(folder: folders.attempt).read(query).items.last?.body == body { return }
      let log = try MessageLog.Writer(folder: folders.attempt, below: store.layout.root)
      _ = try log.append(body)
      try log.sync()
    } catch {
      StandardError.write("errand: the messages cannot be ended: \(error)\n")
    }
  }
}

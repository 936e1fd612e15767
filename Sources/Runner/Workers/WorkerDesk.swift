import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Lends tasks to outside workers: what one claims is its own until it hands in, gives up, or falls
/// silent. Every write carries the lease; a late one is refused.
package struct WorkerDesk: Sendable {
  let store: TaskStore
  let actor: Actor

  package init(_ store: TaskStore, actor: Actor) {
    self.store = store
    self.actor = actor
  }

  /// Says why a worker's word is not taken.
  package enum Refusal: Error, Sendable {
    case store(StoreError)
    /// It never had the lease, or has it no more; the task is as it stands now.
    case lost(TaskRecord)
    /// Somebody else is writing messages of the attempt at this moment.
    case busy
    /// What is handed in is not what the task's type asks for.
    case misshapen([Fault])
  }

  /// Is an attempt whose lease was shown.
  struct Held {
    var record: TaskRecord
    var attempt: Attempt
    var ledger: AttemptLedger

    /// The conversation that the worker has left, for another worker to go on with.
    var session: AttemptSession? {
      let kind: AttemptSession.Kind = record.spec.continuation?.session == nil ? .root : .extend
      return record.conversationLeft(in: attempt.attemptN).map { left in
        AttemptSession(
          agentSessionId: left.title, kind: kind, adapter: .worker,
          directory: record.spec.directory ?? "/", stored: true)
      }
    }
  }

  /// Takes the next task that suits a worker, for it alone; nil if there is none.
  package func claim(_ wish: WorkerWish) throws(Refusal) -> TaskRecord? {
    try told { () throws(StoreError) in
      let tasks = try store.activeTasks()
      var isNew = false
      for task in tasks where task.isForWorkers {
        if try WorkerLapse.settle(task, in: store, by: actor) != nil { isNew = true }
      }
      if let taken = try take(oneOf: isNew ? store.activeTasks() : tasks, wish) { return taken }
      // Whoever ended what others wait for may have died before it said so.
      guard try Dependencies.decide(in: store, by: actor) else { return nil }
      let taken = try take(oneOf: store.activeTasks(), wish)
      try store.sync()
      return taken
    }
  }

  private func take(
    oneOf tasks: [TaskRecord], _ wish: WorkerWish
  ) throws(StoreError) -> TaskRecord? {
    // Only their order matters here: outside workers have all the room they want.
    let queue = DispatchPlan(
      tasks.filter { $0.isForWorkers && $0.status == .queued },
      limits: DispatchPlan.Limits(maxParallel: 1), now: .now
    ).candidates
    var trouble: StoreError?
    for task in wish.choice(among: queue) {
      // What it asks for must be readable: a lease that nobody is told of helps nobody.
      do throws(StoreError) { _ = try store.type(of: task.spec) } catch {
        trouble = trouble ?? error
        continue
      }
      guard try !Dependencies.holdBack(task, in: store, by: actor),
        let record = try take(task, wish)
      else { continue }
      try store.sync()
      return record
    }
    if let trouble { throw trouble }
    return nil
  }

  /// Takes one, unless another was quicker.
  private func take(_ task: TaskRecord, _ wish: WorkerWish) throws(StoreError) -> TaskRecord? {
    let claim = Claim(
      attemptN: task.attemptCount + 1, leaseId: RandomName.make(),
      profile: task.spec.launch.profile,
      worker: WorkerLease(
        worker: wish.worker, seconds: wish.leaseSec,
        expiresAt: Timestamp.now.adding(milliseconds: Int64(wish.leaseSec) * 1000)),
      references: try store.boundReferences(of: task))
    let record = try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
      fresh.status == .queued && fresh.attemptCount + 1 == claim.attemptN ? .claimed(claim) : nil
    }
    return record.latestAttempt?.leaseId == claim.leaseId ? record : nil
  }

  /// Finds the attempt that a lease is for, as long as it holds.
  func held(_ task: TaskRecord, _ leaseId: String) throws(Refusal) -> Held {
    let record = try told { () throws(StoreError) in try store.task(.id(task.id)) }
    guard let attempt = record.latestAttempt, attempt.worker != nil, attempt.leaseId == leaseId,
      record.status.isActive, record.cancelRequest == nil, record.lapse(now: .now) == nil
    else { throw .lost(record) }
    return Held(
      record: record, attempt: attempt,
      ledger: AttemptLedger(store: store, record: record, attempt: attempt, actor: actor))
  }

  /// Lengthens a lease.
  package func renew(
    _ task: TaskRecord, _ leaseId: String, seconds: Int? = nil
  ) throws(Refusal) -> TaskRecord {
    let held = try held(task, leaseId)
    let length = Int64(seconds ?? held.attempt.worker?.seconds ?? 0) * 1000
    let heartbeat = Heartbeat(
      attemptN: held.attempt.attemptN, leaseId: leaseId,
      expiresAt: Timestamp.now.adding(milliseconds: length))
    return try told { () throws(StoreError) in
      let record = try held.ledger.write(.renewed(heartbeat))
      try store.sync()
      return record
    }
  }

  /// Hands the output in, which ends the task; it is signed where the user has a key for that.
  package func complete(
    _ task: TaskRecord, _ leaseId: String, output: JSONObject, summary: String?, usage: Usage,
    signing signer: OutputSigner? = nil, limits: Limits = Limits()
  ) throws(Refusal) -> TaskRecord {
    let held = try held(task, leaseId)
    let value = JSONValue.object(output)
    let faults = try told { () throws(StoreError) in
      try held.ledger.faults(in: value, of: held.record, summary: summary, isLast: true)
    }
    guard faults.isEmpty else { throw .misshapen(faults) }
    let made = try told { () throws(StoreError) in
      AttemptOutput(
        held.record.spec, try store.type(of: held.record.spec),
        result: AgentResult(summary: summary, output: value), tail: TailText(), exit: nil,
        duration: .zero,
        artifacts: held.record.artifacts.filter { $0.attemptN == held.attempt.attemptN })
    }
    let signature = try sign(made.cid, by: signer, held, limits)
    return try told { () throws(StoreError) in
      try settle(
        held,
        Settlement(
          attemptN: held.attempt.attemptN, leaseId: leaseId, outcome: .completed,
          output: made.value, outputCid: made.cid, signature: signature, checked: made.checked,
          summary: made.headline, usage: usage))
    }
  }

  /// Signs what is handed in; what cannot be signed counts, and says that it is not.
  private func sign(
    _ output: ContentID?, by signer: OutputSigner?, _ held: Held, _ limits: Limits
  ) throws(Refusal) -> String? {
    guard let output, let signer else { return nil }
    let words: String
    do throws(SigningError) { return try signer.sign(output) } catch {
      words = "The output is not signed: \(error)"
    }
    do throws(Refusal) {
      let note = MessageBody.info(text: words, data: nil)
      _ = try append([note], to: held.record, held.attempt.leaseId, limits: limits)
    } catch {
      if case .lost = error { throw error }
      StandardError.write("errand: \(words)\n")
    }
    return nil
  }

  /// Says that it did not go well, which ends the task.
  package func fail(
    _ task: TaskRecord, _ leaseId: String, _ error: AttemptError, usage: Usage
  ) throws(Refusal) -> TaskRecord {
    let held = try held(task, leaseId)
    return try told { () throws(StoreError) in
      try settle(
        held,
        Settlement(
          attemptN: held.attempt.attemptN, leaseId: leaseId, outcome: .failed(error),
          summary: error.message, usage: usage))
    }
  }

  /// Gives the task back: to the queue while attempts remain, else it has failed.
  package func abort(
    _ task: TaskRecord, _ leaseId: String, reason: String
  ) throws(Refusal) -> TaskRecord {
    let held = try held(task, leaseId)
    let name = held.attempt.worker?.worker ?? ""
    let abandonment = Abandonment(
      attemptN: held.attempt.attemptN, leaseId: leaseId,
      error: AttemptError(.interrupted, "Worker \(name) gave it up: \(reason)"))
    return try told { () throws(StoreError) in
      let record = try held.ledger.write(.abandoned(abandonment))
      try store.sync()
      try Self.tidy(after: record, in: store, by: actor)
      return record
    }
  }

  private func settle(_ held: Held, _ settlement: Settlement) throws(StoreError) -> TaskRecord {
    var settlement = settlement
    settlement.session = held.session
    let record = try held.ledger.settle(settlement)
    try Self.tidy(after: record, in: store, by: actor)
    return record
  }

  /// Does what follows an end.
  static func tidy(
    after record: TaskRecord, in store: TaskStore, by actor: Actor
  ) throws(StoreError) {
    guard record.status.isTerminal else { return }
    AttemptRemains(
      store: store,
      folders: AttemptFolders(
        layout: store.layout, record: record, attemptN: record.attemptCount),
      files: store.files
    ).tidy(after: record)
    if try Dependencies.decide(in: store, by: actor, after: record.id) { try store.sync() }
  }

  /// Says trouble of the store as trouble of the desk.
  func told<Value: ~Copyable>(_ body: () throws(StoreError) -> Value) throws(Refusal) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }
}

import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Writes one attempt's changes into the journal, under its lease.
package struct AttemptLedger: Sendable {
  private(set) var store: TaskStore
  let task: TaskID
  package let attemptN: Int
  package let leaseId: String
  let actor: Actor
  /// Tells that this process saw the attempt through itself: it may go on where an unreadable line
  /// leaves others in doubt.
  let isOwner: Bool
  /// Is taken once: the store's folder may be gone when it is looked for.
  let mark: AttemptMark

  package init(
    store: TaskStore, record: TaskRecord, attempt: Attempt, actor: Actor, isOwner: Bool = false
  ) {
    self.store = store
    task = record.id
    attemptN = attempt.attemptN
    leaseId = attempt.leaseId
    self.actor = actor
    self.isOwner = isOwner
    mark = AttemptMark(record.id, attempt.attemptN, in: store.layout.root)
  }

  /// Gives a ledger on the store opened anew: one whose sync has failed writes nothing more.
  func reopened() throws(StoreError) -> AttemptLedger {
    var fresh = self
    fresh.store = try TaskStore.open(store.layout.root, files: store.files)
    return fresh
  }

  /// The environment entry by which every process of the attempt is found.
  var marker: String { mark.entry }

  /// Reads the task anew, with what others have written since.
  func record() throws(StoreError) -> TaskRecord {
    try store.task(.id(task), evenInDoubt: isOwner)
  }

  /// Says what has become of the attempt while its agent runs.
  enum Standing: Sendable, Hashable { case wanted, unwanted, disowned }

  func standing() throws(StoreError) -> Standing { try look().standing }

  /// Reads the task anew and says how the attempt stands in it.
  func look() throws(StoreError) -> (standing: Standing, record: TaskRecord?) {
    let record: TaskRecord
    do throws(StoreError) {
      record = try self.record()
    } catch {
      // Nothing of a removed store may come back by our writing.
      if case .removed = error { return (.disowned, nil) }
      throw error
    }
    guard owns(record) else { return (.disowned, record) }
    return (record.cancelRequest == nil ? .wanted : .unwanted, record)
  }

  package func owns(_ record: TaskRecord) -> Bool {
    record.status.isActive && record.latestAttempt?.leaseId == leaseId
  }

  func started(_ executor: Executor, in workspace: AttemptWorkspace) throws(StoreError) {
    let start = Start(
      attemptN: attemptN, leaseId: leaseId, executor: executor, workspace: workspace)
    try write(.started(start))
    try store.sync()
  }

  /// Tells everybody who looks at the task that a limit is nearly reached; no end waits for that.
  func warned(_ text: String) throws(StoreError) {
    try write(.budgetWarned(BudgetWarning(attemptN: attemptN, leaseId: leaseId, text: text)))
  }

  /// Tells what was used so far; nothing is done about one who has lost the attempt meanwhile.
  func counted(_ usage: Usage) throws(StoreError) {
    do throws(StoreError) {
      try write(.usageCounted(UsageCount(attemptN: attemptN, leaseId: leaseId, usage: usage)))
    } catch .refused {
      // Whoever follows the journal learns of it there.
    }
  }

  /// Says what the agent has given to the tasks it made.
  func family() throws(StoreError) -> Family { try store.family(of: task) }

  /// Opens a question, named when the task's other questions are known; durable on return.
  package func ask(
    _ make: (TaskRecord) -> InputRequest
  ) throws(StoreError) -> (record: TaskRecord, id: String) {
    var id = ""
    let record = try write { record in
      let request = make(record)
      id = request.requestId
      return .inputRequested(request)
    }
    try store.sync()
    return (record, id)
  }

  func answer(_ requestId: String, _ answer: JSONValue) throws(StoreError) -> TaskRecord {
    let record = try write(.inputAnswered(requestId: requestId, answer: answer))
    try store.sync()
    return record
  }

  func withdraw(_ requestId: String) throws(StoreError) -> TaskRecord {
    try write(.inputWithdrawn(requestId: requestId))
  }

  /// Marks as heard what the agent is about to be told; refused if it was taken back.
  func deliver(_ sendId: String) throws(StoreError) -> TaskRecord {
    try write(.messageDelivered(sendId: sendId))
  }

  /// Takes back what the agent cannot be told.
  func turnAway(_ sendId: String) throws(StoreError) -> TaskRecord {
    try write(.messageWithdrawn(sendId: sendId))
  }

  /// Binds a file's content to the attempt; synced with the settlement that follows.
  func bind(_ artifact: Artifact) throws(StoreError) { try write(.artifactBound(artifact)) }

  /// Ends attempt and task; returns once that is on disk.
  func settle(_ settlement: Settlement) throws(StoreError) -> TaskRecord {
    var settlement = settlement
    settlement.messageCount = messageCount(of: try self.record())
    let record = try write(.settled(settlement))
    try store.sync()
    return record
  }

  /// Counts what the attempt's log holds by now.
  private func messageCount(of record: TaskRecord) -> Int? {
    let reader = MessageReader(folder: store.layout.attemptFolder(of: record, attemptN))
    do throws(SystemError) { return try reader.lastSeq().map { $0 + 1 } } catch {
      return nil  // The end counts more: what cannot be read now will be missed by nobody.
    }
  }

  @discardableResult
  func write(_ event: TaskEvent) throws(StoreError) -> TaskRecord {
    try write { _ in event }
  }

  private func write(_ make: (TaskRecord) -> TaskEvent) throws(StoreError) -> TaskRecord {
    try store.change(.id(task), by: actor, evenInDoubt: isOwner) { (fresh) throws(StoreError) in
      let event = make(fresh)
      // An artifact is bound to ended tasks, too, but not by one who has lost the attempt.
      guard owns(fresh) else {
        throw .refused(IllegalTransition(event: event.name, cause: .lostLease))
      }
      return event
    }
  }
}

import JSON
import Posix
import Tasks

/// Says what pruning takes away; counted before anything is touched.
package struct PrunePlan: Sendable, Hashable {
  /// Is a number of things of one kind, and the bytes they take.
  package struct Amount: Sendable, Hashable {
    package var count = 0
    package var bytes = 0

    mutating func add(_ bytes: Int) {
      count += 1
      self.bytes += bytes
    }
  }

  /// Ended tasks that go to the bin.
  package var tasks: [TaskID] = []
  /// Deleted ones whose time in the bin is over.
  package var deleted: [TaskID] = []
  /// Those as old that stay, since a task that stays, or a wait, names them.
  package var referenced = 0
  package var keys = 0
  package var handles = 0
  /// Schedules that came to their end long ago.
  package var schedules = 0
  /// Segments of the journal whose place a base takes.
  package var segments = Amount()
  package var folders = Amount()
  package var bin = Amount()
  package var content = Amount()
  /// Files half-written by something that died.
  package var drafts = Amount()

  /// Tells whether the journal is to be written anew.
  var needsBase: Bool {
    !gone.isEmpty || keys > 0 || handles > 0 || schedules > 0 || segments.count > 0
  }

  /// Names all tasks that a base no longer says anything of.
  var gone: Set<TaskID> { Set(tasks + deleted) }

  package var isEmpty: Bool {
    !needsBase && folders.count + bin.count + content.count + drafts.count == 0
  }
}

extension Fold {
  /// Decides which tasks, keys and handles have had their time.
  func prunePlan(_ retention: Retention, at now: Int64) throws(StoreError) -> PrunePlan {
    var plan = PrunePlan()
    let limit = retention.tasksDays.map { Retention.limit(days: $0, now) }
    let binLimit = Retention.limit(days: retention.binDays, now)
    var named = Set(handles.values.lazy.filter { !$0.isOver(at: now) }.flatMap(\.tasks))
    var ended: [(id: TaskID, names: [TaskID])] = []
    // The newest first: what stays is known before the tasks it names are judged.
    for ordinal in (0..<taskCount).reversed() {
      guard let record = try record(at: ordinal) else { continue }
      if let deletion = record.deletion, deletion.at.milliseconds < binLimit,
        !damaged.contains(record.id)
      {
        plan.deleted.append(record.id)
        continue
      }
      if record.keyIsFree(at: now) { plan.keys += 1 }
      // What is in the bin may still be taken out, with what it names.
      if let limit, record.deletion == nil, record.ended(before: limit),
        !damaged.contains(record.id)
      {
        ended.append((record.id, record.spec.namedTasks))
      } else {
        named.formUnion(record.spec.namedTasks)
      }
    }
    for (id, names) in ended {
      if named.contains(id) {
        plan.referenced += 1
        named.formUnion(names)
      } else {
        plan.tasks.append(id)
      }
    }
    plan.handles = handles.values.count { $0.isOver(at: now) }
    plan.schedules = schedules.values.count { $0.isForgotten(at: now) }
    return plan
  }

  /// Lists what a base says of the fold without what a plan takes from it.
  func baseLines(
    without plan: PrunePlan, at now: Int64,
    _ write: (JournalChange) throws(StoreError) -> Void
  ) throws(StoreError) {
    let pruned = plan.gone
    for ordinal in 0..<taskCount {
      guard let record = try record(at: ordinal), !pruned.contains(record.id) else { continue }
      try write(.record(record.keyIsFree(at: now) ? record.forgettingKey() : record))
    }
    for id in damaged.sorted() { try write(.lost(id)) }
    for id in doubted.sorted() { try write(.doubted(id)) }
    if !kept.isEmpty { try write(.kept(Array(kept))) }
    for handle in handles.values.sorted(by: { $0.id < $1.id }) where !handle.isOver(at: now) {
      try write(.handleMade(handle))
    }
    let standing = schedules.values.filter { !$0.isForgotten(at: now) }
    for schedule in standing.sorted(by: { $0.id < $1.id }) { try write(.scheduleMade(schedule)) }
    let readers = seen.keys.sorted { ($0.client, $0.team) < ($1.client, $1.team) }
    for reader in readers {
      try write(.inboxSeen(InboxMark(reader: reader, number: seen[reader] ?? 0)))
    }
  }
}

extension TaskRecord {
  /// Tells whether it has a key that means nothing any more.
  fileprivate func keyIsFree(at now: Int64) -> Bool {
    spec.idempotency != nil
      && queuedAt.milliseconds < Retention.limit(days: Retention.keyDays, now)
  }
}

import JSON
import Posix
import Tasks

extension TaskStore {
  /// Tells what pruning would take away now; changes nothing.
  package func prunePlan(
    _ retention: Retention, now: Int64 = WallClock.nowMilliseconds()
  ) throws(StoreError) -> PrunePlan {
    let (fold, position) = try checkedFold()
    var plan = try fold.prunePlan(retention, at: now)
    try countSegments(before: position.segment, &plan)
    try Sweep(store: self, fold: fold, retention: retention, now: now).count(&plan)
    return plan
  }

  /// Takes away what has had its time and tells what that was.
  ///
  /// The journal is replaced by a base in one step; whatever dies on the way leaves either what was
  /// or what shall be, and the next call ends what this one began.
  package func prune(
    _ retention: Retention, by actor: Actor, now: Int64 = WallClock.nowMilliseconds()
  ) throws(StoreError) -> PrunePlan {
    guard try isMade() else { return PrunePlan() }
    let lock = try lockForMoving(until: .after(.seconds(30)))
    guard let lock else { return PrunePlan() }
    defer { lock.release() }
    // As any change does, this sets damage aside and mends what a failed sync left behind.
    try appending(by: actor) { _, _ in (nil, ()) }
    try noteLoss(by: actor, inFolders: true)
    var plan = try prunePlan(retention, now: now)
    if plan.needsBase {
      let done = try replaceJournal(retention, by: actor, now: now)
      (plan.tasks, plan.deleted) = (done.tasks, done.deleted)
    } else {
      try removeSegments()
    }
    try Sweep(store: self, fold: safeFold(), retention: retention, now: now).carryOut()
    return plan
  }

  /// Takes away content that was bound to nothing for as long as staged content stays, and notes
  /// when; another that prunes at this moment does it as well.
  package func sweepContent(
    _ retention: Retention, now: Int64 = WallClock.nowMilliseconds()
  ) throws(StoreError) {
    guard try isMade() else { return }
    let lock = try lockForMoving(until: .now)
    guard let lock else { return }
    defer { lock.release() }
    try Sweep(store: self, fold: safeFold(), retention: retention, now: now).takeContent()
    try onDisk { () throws(SystemError) in try files.replace(layout.sweepMark, with: []) }
  }

  /// Gives all that is known, once it is safe: nothing is taken away because of a line that a power
  /// cut may take back, or of a snapshot that was harmed.
  func safeFold() throws(StoreError) -> Fold {
    let (fold, _) = try checkedFold()
    try syncAll()
    return fold
  }

  /// Gives all that is known, and up to where, of a snapshot that was looked at from end to end.
  private func checkedFold() throws(StoreError) -> (Fold, JournalPosition) {
    try state.withLock { (state) throws(StoreError) in
      try freshen(&state)
      try state.checkSnapshot()
      return (state.fold, state.reader.position)
    }
  }

  /// Puts a base in the journal's place, alone among all writers.
  private func replaceJournal(
    _ retention: Retention, by actor: Actor, now: Int64
  ) throws(StoreError) -> PrunePlan {
    try state.withLock { (state) throws(StoreError) in
      if let reason = state.stopped { throw .stopped(reason) }
      try state.lockJournal(layout, files)
      defer { state.unlockJournal() }
      try repairUnsynced(&state)
      try state.takeIn()
      try state.checkSnapshot()
      let position = state.reader.position
      let plan = try state.fold.prunePlan(retention, at: now)
      let count = state.fold.taskCount - plan.gone.count
      // What the base says must be as safe where it stood before.
      try syncFull(position, &state)
      try BaseWriter(layout: layout, files: files).write(
        state.fold, without: plan, after: position, at: Timestamp(milliseconds: now), by: actor)
      try state.takeIn()
      // Nothing is taken away before the base was read back.
      guard state.fold.taskCount == count, state.damage.isEmpty else {
        throw .damaged(
          path: layout.segment(position.segment + 1), offset: 0,
          reason: "the base does not say what it should")
      }
      try removeSegments()
      return plan
    }
  }

  /// Removes what a base has replaced: snapshots first, then segments, the oldest first, so that
  /// nobody finds a later one gone while an earlier one is there.
  private func removeSegments() throws(StoreError) {
    try onDisk { () throws(SystemError) in
      let beginning = try JournalSegments.beginning(layout, files)
      let old = try JournalSegments.ordinals(layout, files).filter { $0 < beginning }
      guard !old.isEmpty else { return }
      try SnapshotWriter(layout: layout, files: files).removeAll()
      for ordinal in old { try files.removeIfPresent(layout.segment(ordinal)) }
      try files.syncDirectory(layout.journal)
    }
  }

  /// Counts segments that are full of changes, and what a prune left that did not end.
  private func countSegments(before last: Int, _ plan: inout PrunePlan) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      let beginning = try JournalSegments.beginning(layout, files)
      let ordinals = try JournalSegments.ordinals(layout, files)
      for ordinal in ordinals where ordinal < last {
        // A base so large that changes go to the next segment is not written again for that.
        if ordinal == beginning, try JournalSegments.isBase(ordinal, layout, files) { continue }
        plan.segments.add(try files.size(layout.segment(ordinal)))
      }
      guard plan.needsBase else { return }
      plan.segments = PrunePlan.Amount()
      for ordinal in ordinals where ordinal <= last {
        plan.segments.add(try files.size(layout.segment(ordinal)))
      }
    }
  }
}

import Posix
import Tasks

extension TaskStore {
  /// Says from where the journal is read: behind the snapshot, or all of it.
  enum ReadingStart { case snapshot, beginning }

  /// Does what the next change would do: sets damaged lines aside and cuts a torn end.
  func settleDamage(from start: ReadingStart, by actor: Actor) throws(StoreError) {
    if start == .beginning {
      // What a snapshot stands for is not read again otherwise.
      try state.withLock { (state) throws(StoreError) in try state.startOver() }
    }
    try appending(by: actor) { _, _ in (nil, ()) }
    try state.withLock { (state) throws(StoreError) in
      try state.lockJournal(layout, files)
      defer { state.unlockJournal() }
      try state.takeIn()
      _ = try lastSegment(&state)
    }
  }

  /// Says anew what is known of a task that has ended though a change of it was lost, so that
  /// nothing of it is in doubt any more; nil where there is nothing to say.
  @discardableResult
  package func sayAnew(_ id: TaskID, by actor: Actor) throws(StoreError) -> TaskRecord? {
    let said: TaskRecord? = try appending(by: actor) { (fold, moment) throws(StoreError) in
      guard fold.isDamaged(id), let record = try fold.record(id), record.status.isTerminal else {
        return (nil, nil)
      }
      let said = record.saidAnew(at: moment)
      return (.saidAnew(said), said)
    }
    try sync()
    return said
  }

  /// Says a task anew as another source knows it.
  func sayAnew(_ record: TaskRecord, by actor: Actor) throws(StoreError) {
    try appending(by: actor) { (fold, moment) throws(StoreError) in
      var random = SystemRandomNumberGenerator()
      let isTaken = try fold.id(named: record.spec.name).map { $0 != record.id } ?? false
      let name = isTaken ? TaskName.renewing(record.spec.name, using: &random) : nil
      return (.saidAnew(record.saidAnew(at: moment, name: name)), ())
    }
  }

  /// Says those schedules anew that are not known, as another source knows them; gives how many.
  func sayAnew(
    _ schedules: some Sequence<Schedule>, by actor: Actor
  ) throws(StoreError) -> Int {
    var count = 0
    for schedule in schedules {
      let isNew = try appending(by: actor) { (fold, _) throws(StoreError) in
        guard fold.schedules[schedule.id] == nil, fold.schedule(named: schedule.name) == nil else {
          return (nil, false)
        }
        return (.scheduleMade(schedule), true)
      }
      if isNew { count += 1 }
    }
    return count
  }

  /// Writes down which breaks are history.
  func keep(_ breaks: [KeptBreak], by actor: Actor) throws(StoreError) {
    try appending(by: actor) { _, _ in (.kept(breaks), ()) }
    try sync()
  }

  /// Lists the tasks whose state is not known.
  package func damagedTasks() throws(StoreError) -> [TaskID] {
    try reading { fold in fold.damaged.union(fold.doubted).sorted() }
  }
}

import Posix
import Tasks

// The bin: a task in it keeps its name, its record and its content, and is found by nobody but who
// takes it out. One line of the journal puts it there; its folder follows, or is fetched later.
extension TaskStore {
  /// Puts an ended task into the bin.
  package func delete(
    _ reference: TaskReference, by actor: Actor
  ) throws(StoreError) -> TaskRecord {
    try holdingStill { () throws(StoreError) in
      let record = try appending(by: actor) { (fold, moment) throws(StoreError) in
        try Self.moved(.deleted, try fold.find(reference), moment)
      }
      // Only what is safely in the bin may leave its place.
      try sync()
      try move(layout.taskFolder(of: record), to: binFolder(of: record))
      return record
    }
  }

  /// Takes a task out of the bin, as it was.
  package func restore(
    _ reference: TaskReference, by actor: Actor
  ) throws(StoreError) -> TaskRecord {
    try holdingStill { () throws(StoreError) in
      // Its folder first: a task that is there has its messages, whatever dies on the way.
      let before = try deleted(reference)
      try move(binFolder(of: before), to: layout.taskFolder(of: before))
      let record = try appending(by: actor) { (fold, moment) throws(StoreError) in
        try Self.moved(.restored, try fold.find(reference, isInBin: true), moment)
      }
      try sync()
      return record
    }
  }

  /// Finds a task in the bin.
  package func deleted(_ reference: TaskReference) throws(StoreError) -> TaskRecord {
    try reading { (fold) throws(StoreError) in try fold.find(reference, isInBin: true) }
  }

  /// Lists what is in the bin, the latest first.
  package func bin() throws(StoreError) -> [TaskRecord] {
    try reading { (fold) throws(StoreError) in
      var found = fold.changed.values.map(\.record).filter { $0.deletion != nil }
      if let snapshot = fold.snapshot {
        for row in snapshot.rows(inChain: SnapshotFormat.bin) where !fold.changedRows.contains(row)
        {
          found.append(try snapshot.record(row))
        }
      }
      return found.sorted { $0.number > $1.number }
    }
  }

  /// Counts the bytes of a task's own folder, wherever it is.
  package func folderSize(of record: TaskRecord) throws(StoreError) -> Int {
    try onDisk { () throws(SystemError) in
      let own = try files.treeSize(layout.taskFolder(of: record))
      return try own + files.treeSize(binFolder(of: record))
    }
  }

  private func binFolder(of record: TaskRecord) -> String {
    layout.binFolder(record.id, deletedAt: record.deletion?.at ?? record.updatedAt)
  }

  private static func moved(
    _ event: TaskEvent, _ before: TaskRecord, _ moment: Moment
  ) throws(StoreError) -> (JournalChange?, TaskRecord) {
    let record = try applying(event, moment, before.id, before)
    return (.task(before.id, revision: record.revision, event), record)
  }

  private func move(_ folder: String, to place: String) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      if try !files.exists(place) {
        guard try files.exists(folder) else { return }
        try files.createDirectories(Path.parent(place))
        try files.rename(folder, to: place)
      }
      // Also where it was moved before: by one who may have died before the move was safe.
      try files.syncDirectory(Path.parent(place))
    }
  }

  /// Works while nobody prunes, who moves the same folders.
  private func holdingStill<Value>(
    _ body: () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let lock = try stillness()
    defer { lock.release() }
    return try body()
  }

  /// Keeps everybody from pruning for as long as the lock lives.
  func stillness() throws(StoreError) -> FileLock {
    let lock = try lockForMoving(until: .after(.seconds(30)))
    guard let lock else {
      throw .limit("The store is being pruned.", next: "Try again in a minute.")
    }
    return lock
  }
}

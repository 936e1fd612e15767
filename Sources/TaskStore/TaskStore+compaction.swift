import Posix
import Synchronization

extension TaskStore {
  /// Writes a new snapshot once the journal's tail is long beside the snapshot there is, so that
  /// what compaction costs is shared by many changes. One process at a time does it.
  @discardableResult
  package func compactIfWorthwhile(always: Bool = false) throws(StoreError) -> Bool {
    let (fold, position) = try state.withLock { (state) throws(StoreError) in
      try state.takeIn()
      return (state.fold, state.reader.position)
    }
    let threshold = 2000 + (fold.snapshot?.count ?? 0) / 8
    guard always ? fold.tail > 0 : fold.tail >= threshold else { return false }
    let lock = try onDisk { () throws(SystemError) in
      try files.createDirectories(layout.run)
      return try FileLock.tryAcquire(layout.compactionLock)
    }
    guard let lock else { return false }
    defer { withExtendedLifetime(lock) {} }
    // A snapshot must not know more than the journal is sure to keep.
    try sync()
    try SnapshotWriter(layout: layout, files: files).write(fold, at: position)
    try adoptSnapshot()
    return true
  }

  /// Goes on from the newest snapshot, so that what it holds need not stay in memory.
  private func adoptSnapshot() throws(StoreError) {
    guard let snapshot = Snapshot.newest(in: layout, files: files) else { return }
    let fold = try Fold(snapshot: snapshot)
    try state.withLock { (state) throws(StoreError) in
      guard snapshot.position.number > state.fold.snapshot?.position.number ?? 0 else { return }
      state.fold = fold
      state.reader = JournalReader(layout: layout, files: files, position: snapshot.position)
      try state.takeIn()
    }
  }
}

import Posix
import Synchronization
import Tasks

extension TaskStore {
  /// Tells whether there is anything to be moved at all.
  func isMade() throws(StoreError) -> Bool {
    try onDisk { () throws(SystemError) in try files.exists(layout.journal) }
  }

  /// Takes the lock of whoever moves what is kept: the journal to other files, folders of tasks to
  /// the bin and back. Nil if somebody holds it still at the deadline.
  func lockForMoving(until deadline: MonotonicTime) throws(StoreError) -> FileLock? {
    try onDisk { () throws(SystemError) -> FileLock? in
      try files.createDirectories(layout.run)
      return try files.lock(layout.compactionLock, until: deadline)
    }
  }

  /// Writes a new snapshot once the journal's tail is long beside the snapshot there is, so that
  /// what compaction costs is shared by many changes. One process at a time does it.
  @discardableResult
  package func compactIfWorthwhile(always: Bool = false) throws(StoreError) -> Bool {
    guard try isMade() else { return false }
    let lock = try lockForMoving(until: .now)
    guard let lock else { return false }
    defer { lock.release() }
    // A sync that succeeds now would not prove what another lost before.
    if try onDisk({ () throws(SystemError) in try files.exists(layout.unsyncedMarker) }) {
      return false
    }
    var hasNoted = false
    while true {
      let (fold, position) = try state.withLock { (state) throws(StoreError) in
        try state.takeIn()
        try adoptNewest(&state)
        return (state.fold, state.reader.position)
      }
      guard fold.tail >= (always ? 1 : fold.compactionThreshold) else { return false }
      if !hasNoted {
        // Not before: where it stands, the doctor can still take in what it knows.
        try noteLoss(by: Actor(kind: .runner, name: "compaction"), inFolders: false)
        hasNoted = true
        continue
      }
      // A snapshot must not know more than the journal is sure to keep, whoever appended it.
      try sync(upTo: position)
      do throws(StoreError) {
        try SnapshotWriter(layout: layout, files: files).write(fold, at: position)
      } catch {
        guard fold.blamesSnapshot(for: error) else { throw error }
        try startOver(without: fold.snapshot)
        continue
      }
      try state.withLock { (state) throws(StoreError) in
        // A harmed one may have had the same number.
        state.rejected = min(state.rejected, position.number - 1)
        try adoptNewest(&state)
      }
      return true
    }
  }

  /// Compacts on a thread of its own where a tail has become so long that nobody else seems to do
  /// it; who appends does not wait for it.
  func compactAside(_ tail: Int, _ threshold: Int) {
    guard tail >= threshold * 2,
      !isCompacting.exchange(true, ordering: .acquiringAndReleasing)
    else { return }
    do throws(SystemError) {
      try Thread.start(name: "compaction") { [self] in
        // A snapshot is only derived: without it opening takes longer, and the next one tries again.
        _ = try? compactIfWorthwhile()
        isCompacting.store(false, ordering: .releasing)
      }
    } catch {
      isCompacting.store(false, ordering: .releasing)
    }
  }

  /// Goes on from a newer snapshot where there is one, so that what it holds need not stay in
  /// memory.
  func adoptNewest(_ state: inout State) throws(StoreError) {
    let known = max(state.rejected, state.fold.snapshot?.position.number ?? 0)
    if let snapshot = Snapshot.newest(in: layout, files: files, after: known) {
      // Only who has come as far as the snapshot knows each change it would skip.
      try state.takeIn()
      var fold = try Fold(snapshot: snapshot)
      fold.keepRecent(of: state.fold)
      state.fold = fold
      state.reader = JournalReader(layout: layout, files: files, position: snapshot.position)
      state.parsedRows = [:]
      try state.takeIn()
    }
    state.adoptAt = state.fold.tail + state.fold.compactionThreshold
  }
}

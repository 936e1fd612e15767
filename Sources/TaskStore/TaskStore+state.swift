import Posix
import Tasks

/// Moves what a process knows forward: over the journal, and over a snapshot that proves damaged.
extension TaskStore.State {
  /// Takes in what others appended. Damage is remembered for a writer, who may set it aside.
  mutating func takeIn() throws(StoreError) {
    if try onDisk({ () throws(SystemError) in try reader.isUprooted() }) {
      throw .removed(store: reader.layout.root)
    }
    var isNew = false
    while let batch = try onDisk({ () throws(SystemError) in try reader.read() }) {
      damage += batch.damage
      for entry in batch.entries { try fold.take(entry) }
      isNew = true
    }
    guard isNew else { return }
    try fold.judge(reader.missing)
    // Changes folded over records that were not there prove nothing.
    if fold.snapshot?.isIntact == false { try startOver() }
  }

  /// Reads from the fold, again without its snapshot where that proves damaged: it is only derived.
  mutating func trusting<Result>(
    _ body: (inout TaskStore.State) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    do throws(StoreError) {
      let result = try body(&self)
      if fold.snapshot?.isIntact != false { return result }
    } catch {
      guard let snapshot = fold.snapshot else { throw error }
      let isBlamed =
        if case .damaged(let path, _, _) = error { path == snapshot.path } else { false }
      if !isBlamed && snapshot.isIntact { throw error }
    }
    try startOver()
    return try body(&self)
  }

  /// Takes in the line this process has just appended.
  mutating func keep(_ entry: JournalEntry) throws(StoreError) {
    do throws(StoreError) {
      try fold.take(entry)
      if fold.snapshot?.isIntact != false { return }
    } catch {
      // The line is in the journal, which says all there is to say.
    }
    try startOver()
  }

  /// Folds the whole journal again, without a snapshot.
  mutating func startOver() throws(StoreError) {
    let recent = fold
    rejected = max(rejected, fold.snapshot?.position.number ?? 0)
    fold = try Fold(snapshot: nil)
    reader = JournalReader(
      layout: reader.layout, files: reader.files, position: JournalPosition())
    parsedRows = [:]
    try takeIn()
    fold.keepRecent(of: recent)
    adoptAt = fold.tail + fold.compactionThreshold
  }

  /// Gives what has not ended; the snapshot's part is parsed once and kept.
  mutating func activeRecords() throws(StoreError) -> [Fold.Entry] {
    var entries = fold.changedActive
    guard let snapshot = fold.snapshot else { return entries }
    for status in TaskStatus.allCases where !status.isTerminal {
      for row in snapshot.rows(with: status) where !fold.changedRows.contains(row) {
        let known = parsedRows[row]
        let record = if let known { known } else { try snapshot.record(row) }
        if known == nil { parsedRows[row] = record }
        if fold.isDamaged(record.id) { continue }
        entries.append(Fold.Entry(ordinal: row, record: record))
      }
    }
    return entries
  }
}

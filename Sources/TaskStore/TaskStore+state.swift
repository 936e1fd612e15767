import Posix
import Tasks

/// Moves what a process knows forward: over the journal, and over a snapshot that proves damaged.
extension TaskStore.State {
  /// Takes in what others appended. Damage is remembered for a writer, who may set it aside.
  mutating func takeIn() throws(StoreError) {
    while let batch = try onDisk({ () throws(SystemError) in try reader.read() }) {
      damage += batch.damage
      for entry in batch.entries {
        try fold.take(entry)
        if case .base = entry.change { parsedRows = [:] }
      }
      for task in batch.lost { fold.markDamaged(task) }
    }
    // What a base says was safe before anybody could see it.
    if let end = reader.baseEnd, synced.number < end.number || synced.segment < end.segment {
      synced = end
    }
    for case let task? in reader.missing.values { fold.markDamaged(task) }
  }

  /// Folds the whole journal again, without a snapshot.
  mutating func startOver() throws(StoreError) {
    let recent = fold
    rejected = max(rejected, fold.snapshot?.position.number ?? 0)
    fold = try Fold(snapshot: nil)
    reader = try JournalReader(fromBeginning: reader.layout, reader.files)
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
        if !fold.damaged.isEmpty, fold.damaged.contains(record.id) { continue }
        entries.append(Fold.Entry(ordinal: row, record: record))
      }
    }
    return entries
  }
}

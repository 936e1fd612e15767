import Posix
import Tasks

/// Moves what a process knows forward: over the journal, and over a snapshot that proves damaged.
extension TaskStore.State {
  /// Takes in what others appended. Damage is remembered for a writer, who may set it aside.
  mutating func takeIn() throws(StoreError) {
    if try onDisk({ () throws(SystemError) in try reader.isUprooted() }) {
      throw .removed(store: reader.layout.root)
    }
    do throws(StoreError) {
      // Changes folded over records that were not there prove nothing.
      if try !takeInLines() || !fold.blamesSnapshot() { return }
    } catch {
      guard fold.blamesSnapshot(for: error) else { throw error }
    }
    try startOver()
  }

  /// Takes in what can be read now; false if there was nothing.
  private mutating func takeInLines() throws(StoreError) -> Bool {
    var isNew = false
    while let batch = try onDisk({ () throws(SystemError) in try reader.read() }) {
      isNew = true
      damage += batch.damage
      // Each in its turn: only a change that came after it may tell whom it was not about.
      var missing = reader.missing.filter { !fold.judged.contains($0.key) }
        .sorted { $0.key > $1.key }
      var lost = batch.lost[...]
      for entry in batch.entries {
        while let first = lost.first, first.number < entry.number {
          try fold.judge(first.line)
          lost.removeFirst()
        }
        while let (number, line) = missing.last, number < entry.number {
          missing.removeLast()
          try fold.judge(line, at: number)
        }
        try fold.take(entry)
        if case .base = entry.change { parsedRows = [:] }
      }
      for (number, line) in missing.reversed() { try fold.judge(line, at: number) }
      for (_, line) in lost { try fold.judge(line) }
    }
    // What a base says was safe before anybody could see it.
    if let end = reader.baseEnd, synced.number < end.number || synced.segment < end.segment {
      synced = end
    }
    return isNew
  }

  /// Reads from the fold, again without its snapshot where that proves damaged: it is only derived.
  mutating func trusting<Result>(
    _ body: (inout TaskStore.State) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    do throws(StoreError) {
      let result = try body(&self)
      if !fold.blamesSnapshot() { return result }
    } catch {
      guard fold.blamesSnapshot(for: error) else { throw error }
    }
    try startOver()
    return try body(&self)
  }

  /// Looks at the whole snapshot, for who takes away or replaces what it says; where it was harmed,
  /// the journal is folded again.
  mutating func checkSnapshot() throws(StoreError) {
    fold.snapshot?.checkAll()
    if fold.blamesSnapshot() { try startOver() }
  }

  /// Takes in the line this process has just appended.
  mutating func keep(_ entry: JournalEntry) throws(StoreError) {
    do throws(StoreError) {
      try fold.take(entry)
      if !fold.blamesSnapshot() { return }
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
      for row in try snapshot.wholeChain(of: status) where !fold.changedRows.contains(row) {
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

extension Fold {
  /// Tells that reading failed, or read what cannot be believed, because the snapshot was harmed.
  func blamesSnapshot(for error: StoreError? = nil) -> Bool {
    guard let snapshot else { return false }
    if case .damaged(let path, _, _) = error, path == snapshot.path { return true }
    return !snapshot.isIntact
  }

  /// Refuses to go on by the word of a snapshot that proved harmed since it was looked at.
  func believeSnapshot() throws(StoreError) {
    guard let snapshot, !snapshot.isIntact else { return }
    throw .damaged(path: snapshot.path, offset: 0, reason: "it changed while in use")
  }
}

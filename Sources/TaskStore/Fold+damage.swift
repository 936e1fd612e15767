import Tasks

/// Decides whom an unreadable line may have been about: a task of which a change is missing must
/// not be judged by what is left, nor started by it.
extension Fold {
  func isDamaged(_ id: TaskID, beyondDoubt: Bool = false) -> Bool {
    if damaged.isEmpty && doubted.isEmpty { return false }
    return damaged.contains(id) || !beyondDoubt && doubted.contains(id)
  }

  /// Takes note of an unreadable line, once; everything before it must have been taken in.
  mutating func judge(_ line: DamagedLine, at number: Int) throws(StoreError) {
    markJudged(number)
    try judge(line)
  }

  /// Takes note of an unreadable line that has no number of its own.
  mutating func judge(_ line: DamagedLine) throws(StoreError) {
    if line.wasNeverWritten { return }
    if let named = line.namedTask {
      markDamaged(named)
      if try record(named) != nil { return }
    }
    if line.changedNoOther { return }
    // What has ended misses nothing.
    let open = try unended()
    let near = open.filter { line.resembles($0.id) }
    // Where nothing tells which it was, each may have been claimed, cancelled or settled by it.
    for record in near { markDamaged(record.id) }
    if near.isEmpty && line.namedTask == nil { for record in open { markDoubted(record.id) } }
  }

  /// Gives every task that has not ended.
  private func unended() throws(StoreError) -> [TaskRecord] {
    var records = changed.values.map(\.record).filter { !$0.status.isTerminal }
    guard let snapshot else { return records }
    for status in TaskStatus.allCases where !status.isTerminal {
      for row in snapshot.rows(with: status) where !changedRows.contains(row) {
        records.append(try snapshot.record(row))
      }
    }
    return records
  }
}

import Tasks

/// Decides whom an unreadable line may have been about: a task of which a change is missing must
/// not be judged by what is left, nor started by it.
extension Fold {
  func isDamaged(_ id: TaskID) -> Bool {
    if damaged.isEmpty && doubted.isEmpty { return false }
    return damaged.contains(id) || doubted.contains(id)
  }

  /// Takes note of an unreadable line, once; everything before it must have been taken in.
  mutating func judge(_ line: DamagedLine, at number: Int) throws(StoreError) {
    markJudged(number)
    try judge(line, numbered: number)
  }

  /// Takes note of an unreadable line of a base, which has no number of its own.
  mutating func judge(_ line: DamagedLine) throws(StoreError) { try judge(line, numbered: nil) }

  private mutating func judge(_ line: DamagedLine, numbered number: Int?) throws(StoreError) {
    if line.wasNeverWritten { return }
    if let named = line.namedTask, try record(named) != nil {
      markDamaged(named)
      return
    }
    if let beginning = line.beginning, let likely = line.namedTask ?? line.likelyTask {
      try keepRemnant(of: likely, beginning, at: number)
      return
    }
    if line.changedNoOther {
      markUnread(number)
      return
    }
    // What has ended misses nothing.
    let open = try unended()
    let near = open.filter { line.resembles($0.id) }
    // Where nothing tells which it was, each may have been claimed, cancelled or settled by it.
    for record in near { markDamaged(record.id) }
    guard near.isEmpty else { return }
    if let named = line.namedTask {
      try keepRemnant(of: named, at: number)
    } else {
      markUnread(number)
      for record in open { markDoubted(record.id) }
    }
  }

  /// Keeps a place for a task whose beginning could not be read: what is known of it, its name
  /// above all, is shown and stays its own. Each damaged task has a record by this.
  mutating func keepRemnant(
    of id: TaskID, _ beginning: DamagedLine.Beginning? = nil, at number: Int?
  ) throws(StoreError) {
    if beginning == nil { try recognize(id) }
    markDamaged(id)
    guard try record(id) == nil else { return }
    let moment = Moment(
      number: number ?? 0, at: id.createdAt, by: Actor(kind: .client, name: "unknown"))
    var record: TaskRecord
    switch beginning {
    case .whole(let whole) where whole.id == id: record = whole
    case .part(let name, let team):
      let name = name.flatMap { TaskName.isValid($0) ? $0 : nil }
      record = .remnant(id, name: name, team: team ?? onlyTeam, at: moment)
    case .whole, nil: record = .remnant(id, name: nil, team: onlyTeam, at: moment)
    }
    if try self.id(named: record.spec.name) != nil {
      record = .remnant(id, name: nil, team: record.spec.teamId, at: moment)
    }
    put(record, before: nil, ordinal: nil, isNews: number != nil)
  }

  /// Gives an id, before anything else is known of it, to the task whose beginning named one that
  /// differs by damage alone: it would stand there twice.
  mutating func recognize(_ id: TaskID) throws(StoreError) {
    guard !damaged.isEmpty, try record(id) == nil else { return }
    let begun = newer.last { damaged.contains($0) && DamagedLine.isLike($0, id) }
    if let begun { move(begun, to: id) }
  }

  /// Is where nearly every task belongs, if it does not say so itself.
  private var onlyTeam: String? { teams.count == 1 ? teams.first : nil }

  /// Gives every task that has not ended.
  private func unended() throws(StoreError) -> [TaskRecord] {
    var records = changed.values.map(\.record).filter { !$0.status.isTerminal }
    guard let snapshot else { return records }
    for status in TaskStatus.allCases where !status.isTerminal {
      for row in try snapshot.wholeChain(of: status) where !changedRows.contains(row) {
        records.append(try snapshot.record(row))
      }
    }
    return records
  }
}

import JSON
import Tasks

/// Finds the tasks that are part of another; each is younger than that.
extension Fold {
  func children(of parent: TaskID) throws(StoreError) -> [TaskRecord] {
    var found: [TaskRecord] = []
    if let snapshot, let own = try ordinal(of: parent), own < snapshot.count {
      let hash = SnapshotFormat.shortHash(parent.description)
      for row in (own + 1)..<snapshot.count
      where snapshot.parentHash(row) == hash && !changedRows.contains(row) {
        if let record = try record(at: row), record.spec.parentId == parent { found.append(record) }
      }
    }
    let changed = (parts[parent] ?? []).compactMap { self.changed[$0] }
    return found + changed.sorted { $0.ordinal < $1.ordinal }.map(\.record)
  }

  func family(of parent: TaskID) throws(StoreError) -> Family {
    var family = Family()
    // No limit lets a task make so many; a damaged record must not make it endless.
    var next = [parent]
    var seen: Set<TaskID> = []
    while let id = next.popLast() {
      guard seen.insert(id).inserted else { continue }
      for child in try children(of: id) where child.createdBy.kind == .attempt {
        if family.take(child) == .hasEnded { next.append(child.id) }
      }
    }
    return family
  }
}

/// Says what a task's agent has given to the tasks it made.
package struct Family: Sendable, Hashable {
  /// What they may still use, and have used with all below them.
  package private(set) var given = Budget.nothing
  /// Tells whether one of them has yet to start.
  package private(set) var hasUnstarted = false

  package init() {}

  fileprivate enum Stage { case goesOn, hasEnded }

  /// Counts one of them; of one that has ended also those below it count by themselves.
  fileprivate mutating func take(_ child: TaskRecord) -> Stage {
    guard !child.status.isTerminal else {
      given = given.plus(Budget(child.usage))
      return .hasEnded
    }
    if !child.status.isActive { hasUnstarted = true }
    // One that runs may use up all it has, itself or through others; a command uses nothing.
    guard child.spec.launch.adapter != .shell else {
      given = given.plus(Budget(child.usage))
      return .hasEnded
    }
    given = given.plus(child.spec.budget)
    return .goesOn
  }
}

extension TaskStore {
  /// Gives the tasks that are part of another, oldest first.
  package func children(of parent: TaskID) throws(StoreError) -> [TaskRecord] {
    try reading { (fold) throws(StoreError) in try fold.children(of: parent) }
  }

  package func family(of parent: TaskID) throws(StoreError) -> Family {
    try reading { (fold) throws(StoreError) in try fold.family(of: parent) }
  }
}

/// Is what somebody went by who makes a task for another's agent.
package struct Guardian: Sendable {
  var parent: TaskID
  var leaseId: String
  var family: Family

  package init(parent: TaskID, leaseId: String, family: Family) {
    self.parent = parent
    self.leaseId = leaseId
    self.family = family
  }

  /// Tells whether all is as it was: nobody else was given something, and the agent is still the one
  /// that may give.
  func holds(in fold: Fold) throws(StoreError) -> Bool {
    guard let record = try fold.record(parent), record.status.isActive,
      record.cancelRequest == nil, record.latestAttempt?.leaseId == leaseId
    else { return false }
    return try fold.family(of: parent) == family
  }
}

import JSON

/// Says what must be true of other tasks before this one may start.
package indirect enum ClaimCondition: Sendable, Hashable {
  case all([ClaimCondition])
  case any([ClaimCondition])
  case taskStatus(TaskID, [TaskStatus])
  case taskAccepted(TaskID)

  /// Bounds what has to be evaluated at each change of another task.
  package enum Limit {
    package static let depth = 4
    package static let branches = 8
    /// Tasks that `depends_on` may name, so that a level is left for what stands beside it.
    package static let tasks = branches * branches
  }

  /// Gives what `depends_on` means: all of these completed; more than fit one level are grouped.
  package static func completed(_ tasks: [TaskID]) -> ClaimCondition {
    let each = tasks.map { ClaimCondition.taskStatus($0, [.completed]) }
    guard each.count > Limit.branches else { return .all(each) }
    return .all(
      stride(from: 0, to: each.count, by: Limit.branches).map { start in
        .all(Array(each[start..<min(start + Limit.branches, each.count)]))
      })
  }

  /// Says what of a task a condition looks at.
  package struct Standing: Sendable, Hashable {
    package var status: TaskStatus
    package var isAccepted: Bool

    package init(status: TaskStatus, isAccepted: Bool) {
      self.status = status
      self.isAccepted = isAccepted
    }
  }

  /// Says whether the wait is over, goes on, or can never end well.
  package enum Verdict: Sendable, Hashable {
    case satisfied
    case pending
    /// Carries the first task that stands in the way.
    case unsatisfiable(by: TaskID)
  }

  /// Judges by what the tasks are now; a task that does not exist can satisfy nothing.
  package func evaluate(_ standing: (TaskID) -> Standing?) -> Verdict {
    switch self {
    case .all(let branches):
      return combined(branches, standing, decisive: { $0.isUnsatisfiable }, otherwise: .satisfied)
    case .any(let branches):
      return combined(branches, standing, decisive: { $0 == .satisfied }, otherwise: nil)
    case .taskStatus(let id, let wanted):
      guard let task = standing(id) else { return .unsatisfiable(by: id) }
      if wanted.contains(task.status) { return .satisfied }
      return task.status.isTerminal ? .unsatisfiable(by: id) : .pending
    case .taskAccepted(let id):
      guard let task = standing(id) else { return .unsatisfiable(by: id) }
      if task.isAccepted { return .satisfied }
      // A completed one may still be accepted; the other ends are final.
      return task.status.isTerminal && task.status != .completed
        ? .unsatisfiable(by: id) : .pending
    }
  }

  /// Lists every task the condition names, once, in order.
  package var tasks: [TaskID] {
    switch self {
    case .all(let branches), .any(let branches):
      branches.flatMap(\.tasks).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    case .taskStatus(let id, _), .taskAccepted(let id): [id]
    }
  }

  /// Lists the tasks whose end or acceptance is still to come.
  package func awaited(_ standing: (TaskID) -> Standing?) -> [TaskID] {
    leaves.filter { $0.evaluate(standing) == .pending }.flatMap(\.tasks)
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private var leaves: [ClaimCondition] {
    switch self {
    case .all(let branches), .any(let branches): branches.flatMap(\.leaves)
    case .taskStatus, .taskAccepted: [self]
    }
  }

  /// Counts levels; a single task's condition is one.
  package var depth: Int {
    switch self {
    case .all(let branches), .any(let branches): 1 + (branches.map(\.depth).max() ?? 0)
    case .taskStatus, .taskAccepted: 1
    }
  }

  /// Looks for a decisive branch, else says that it is pending, else gives the rest's verdict.
  private func combined(
    _ branches: [ClaimCondition], _ standing: (TaskID) -> Standing?,
    decisive: (Verdict) -> Bool, otherwise: Verdict?
  ) -> Verdict {
    let verdicts = branches.map { $0.evaluate(standing) }
    if let found = verdicts.first(where: decisive) { return found }
    if verdicts.contains(.pending) { return .pending }
    return otherwise ?? verdicts.first ?? .satisfied
  }
}

extension ClaimCondition.Verdict {
  var isUnsatisfiable: Bool {
    switch self {
    case .unsatisfiable: true
    case .satisfied, .pending: false
    }
  }
}

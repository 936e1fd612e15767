import MCP
import Runner
import TaskStore
import Tasks

/// Says how a task stood when somebody asked to have it settled.
package enum Settling: String, Sendable {
  case alreadyTerminal = "already_terminal"
  /// Its owner had died; its processes were ended and its end was written.
  case settled
  /// A living process owns it, which alone may end it.
  case owned
  /// No attempt has begun, so there is nothing to settle.
  case notBegun = "not_begun"
}

extension Workshop {
  /// Settles a task whose owner died, or of which a change may be missing, and nothing that
  /// somebody owns.
  package func settle(
    _ reference: TaskReference, team: String? = nil, diary: String? = nil, _ caller: Caller
  ) throws(ToolFailure) -> Settling {
    try mayChange()
    let task = try find(
      TaskPlace(task: reference, team: team, diary: diary), evenInDoubt: true)
    let store = try store()
    let isInDoubt = try naming { () throws(StoreError) in
      try !store.damaged(among: [task.id]).isEmpty
    }
    if task.status.isTerminal, !isInDoubt { return .alreadyTerminal }
    guard task.status.isActive || isInDoubt else { return .notBegun }
    let settled = try namingRunner { () throws(RunnerError) in
      isInDoubt
        ? try Reconciler.settleInDoubt(task, store: store, by: caller.actor)
        : try Reconciler.settleIfOrphaned(task, store: store, by: caller.actor)
    }
    if settled != nil { return .settled }
    // Somebody may have settled it between the look and the lock.
    let fresh = try find(
      TaskPlace(task: .id(task.id), team: task.spec.teamId, diary: nil), evenInDoubt: true)
    return fresh.status.isTerminal ? .alreadyTerminal : .owned
  }
}

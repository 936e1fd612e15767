import MCP
import TaskStore
import Tasks

/// Says how a task stood when somebody asked it to go on.
package enum Resuming: String, Sendable {
  /// It goes on as soon as there is room for it.
  case resumed
  /// No quota has stopped it, so there is nothing to carry on.
  case notStopped = "not_stopped"
}

extension Workshop {
  /// Lets a task go on that a used-up quota stopped, whatever the time.
  package func resume(
    _ reference: TaskReference, team: String? = nil, diary: String? = nil, _ caller: Caller
  ) throws(ToolFailure) -> Resuming {
    try mayChange()
    let task = try find(TaskPlace(task: reference, team: team, diary: diary))
    guard task.isPaused else { return .notStopped }
    let store = try store()
    let isReleased = try naming { () throws(StoreError) in
      var isReleased = false
      try store.change(.id(task.id), by: caller.actor) { (fresh) throws(StoreError) in
        isReleased = fresh.isPaused
        return isReleased ? .released : nil
      }
      try store.sync()
      return isReleased
    }
    startRunner(store)
    return isReleased ? .resumed : .notStopped
  }
}

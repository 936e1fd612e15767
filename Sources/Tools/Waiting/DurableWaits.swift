import JSON
import JSONRPC
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Keeps waits that outlive calls and servers, as the tasks extension hands them out.
package struct DurableWaits: WaitHandles {
  let workshop: Workshop

  /// How long a wait that has ended can still be asked for; the store forgets it then.
  static let retention = 7 * 86_400_000

  /// Makes a handle for a wait that begins now.
  func make(
    _ terms: WaitTerms, cancelsWork: Bool, _ caller: Caller
  ) throws(ToolFailure) -> WaitHandleState {
    let store = try workshop.store()
    let now = try naming { () throws(StoreError) in try store.number() }
    let handle = WaitHandle(
      id: WaitHandle.makeID(), tasks: terms.tasks, until: terms.until.rawValue,
      after: terms.after ?? now, cancelsWork: cancelsWork, canAsk: false, createdAt: .now)
    try naming { () throws(StoreError) in
      try store.makeWaitHandle(handle, by: caller.actor)
    }
    try workshop.attend()
    return state(of: handle, try outcome(of: handle), phase: .working)
  }

  package func state(of id: String) throws(ToolFailure) -> WaitHandleState? {
    guard let handle = try find(id) else { return nil }
    try workshop.attend()
    let outcome = try outcome(of: handle)
    if handle.end == .cancelled { return state(of: handle, outcome, phase: .cancelled) }
    guard handle.end != nil || !outcome.matched.isEmpty else {
      return state(of: handle, outcome, phase: .working)
    }
    if handle.end == nil { try end(handle, .done) }
    return state(of: handle, outcome, phase: try phase(of: handle, outcome))
  }

  /// Knows no questions of its own: nothing is asked through a handle yet.
  package func update(
    _ id: String, _ responses: [String: ElicitationOutcome]
  ) throws(ToolFailure) -> Bool {
    try find(id) != nil
  }

  package func cancel(_ id: String) throws(ToolFailure) -> Bool {
    guard let handle = try find(id) else { return false }
    guard handle.end == nil, try outcome(of: handle).matched.isEmpty else { return true }
    try workshop.mayChange()
    try end(handle, .cancelled)
    if handle.cancelsWork {
      let store = try workshop.store()
      for task in handle.tasks {
        _ = try namingRunner { () throws(RunnerError) in
          try Canceller.cancel(
            .id(task), in: store, by: Self.actor, reason: "its wait was cancelled",
            waitingUpTo: .zero)
        }
      }
    }
    return true
  }

  private static let actor = Actor(kind: .client, name: "tasks extension")

  private func find(_ id: String) throws(ToolFailure) -> WaitHandle? {
    guard id.hasPrefix(Self.prefix), id.utf8.count <= 64 else { return nil }
    let store = try workshop.store()
    return try naming { () throws(StoreError) in try store.waitHandle(id) }
  }

  private func end(_ handle: WaitHandle, _ how: WaitHandle.End) throws(ToolFailure) {
    let store = try workshop.store()
    try naming { () throws(StoreError) in
      try store.endWaitHandle(handle.id, how, by: Self.actor)
      try store.sync()
    }
  }

  private func outcome(of handle: WaitHandle) throws(ToolFailure) -> WaitOutcome {
    let until = WaitUntil(rawValue: handle.until) ?? .needsMe
    let terms = WaitTerms(tasks: handle.tasks, until: until, after: handle.after)
    return try workshop.look(terms)
  }

  /// Gives what the call would have returned; the failure of the only task is the call's.
  private func phase(
    of handle: WaitHandle, _ outcome: WaitOutcome
  ) throws(ToolFailure) -> WaitHandleState.Phase {
    let all = outcome.matched + outcome.waiting
    if all.count == 1, let task = all.first {
      switch task.status {
      case .cancelled: return .cancelled
      case .failed, .expired: return .completed(.failure(.ended(task)))
      case .completed, .waiting, .queued, .dispatched, .running, .inputRequired: break
      }
      if handle.cancelsWork {
        let shown = try workshop.shown(task, bytes: ByteBudget.usual)
        return .completed(ToolResult(TasksCreate.Output.task(shown, replayed: false)))
      }
    }
    let output = try TasksWait.Output(outcome, workshop, bytes: ByteBudget.usual)
    return .completed(ToolResult(output))
  }

  private func state(
    of handle: WaitHandle, _ outcome: WaitOutcome, phase: WaitHandleState.Phase
  ) -> WaitHandleState {
    let updated = (outcome.matched + outcome.waiting).map(\.updatedAt).max()
    let age = Timestamp.now.milliseconds - handle.createdAt.milliseconds
    return WaitHandleState(
      handle: handle.id, phase: phase, statusMessage: Workshop.line(outcome),
      createdAt: handle.createdAt,
      lastUpdatedAt: max(handle.createdAt, updated ?? handle.createdAt),
      ttlMilliseconds: Self.retention, pollMilliseconds: age < 60_000 ? 2_000 : 5_000)
  }

  private static let prefix = "wait_"
}

extension ToolFailure {
  /// Tells that the work itself did not end well.
  static func ended(_ task: TaskRecord) -> ToolFailure {
    let reason = task.statusReason.map { " (\($0))" } ?? ""
    let words = task.error.map { CleanText.line($0.message, limit: 600) }
    return ToolFailure(
      code: "task_\(task.status.rawValue)",
      summary: "Task \(task.spec.name) \(task.status.rawValue)\(reason)."
        + (words.map { " \($0)" } ?? ""),
      nextStep: task.error?.nextStep ?? "Call tasks_get with task_id \(task.id).")
  }
}

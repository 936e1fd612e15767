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
  static let retention = Retention.handleDays * 86_400_000

  /// Makes a handle for a wait that begins now.
  func make(
    _ terms: WaitTerms, cancelsWork: Bool, _ caller: Caller
  ) throws(ToolFailure) -> WaitHandleState {
    let store = try workshop.store()
    let outcome = try workshop.takingAnswers(terms, caller)
    let handle = WaitHandle(
      id: WaitHandle.makeID(), tasks: terms.tasks, until: terms.until,
      after: terms.after ?? outcome.cursor, cancelsWork: cancelsWork,
      canAsk: canAsk(outcome, caller),
      createdAt: .now)
    try naming { () throws(StoreError) in
      try store.makeWaitHandle(handle, by: caller.actor)
    }
    try workshop.attend()
    return working(handle, outcome)
  }

  /// Tells whether its client shows forms and has turned none of them away before.
  private func canAsk(_ outcome: WaitOutcome, _ caller: Caller) -> Bool {
    caller.ask != nil
      && !RequestForm.all(of: outcome.matched + outcome.waiting).contains {
        caller.hasTurnedAway($0.form, $0.key)
      }
  }

  package func state(of id: String) throws(ToolFailure) -> WaitHandleState? {
    guard let handle = try find(id) else { return nil }
    if let end = handle.end { return ended(handle, try phase(end)) }
    try workshop.attend()
    let outcome = try look(handle)
    if let open = Self.questions(handle, outcome) {
      return state(
        handle, .inputRequired(open), message: Workshop.line(outcome),
        updated: outcome.latest ?? handle.createdAt)
    }
    if outcome.matched.isEmpty { return working(handle, outcome) }
    return try settled(handle, outcome)
  }

  /// Takes the user's answers. One that is turned away ends the wait, as if it could not be asked:
  /// the question stays open.
  package func update(
    _ id: String, _ responses: [String: ElicitationOutcome]
  ) throws(ToolFailure) -> Bool {
    guard let handle = try find(id) else { return false }
    guard handle.end == nil else { return true }
    let outcome = try look(handle)
    let open = Self.asked(handle, outcome).filter { responses[$0.key] != nil }
    guard !open.isEmpty else { return true }
    try workshop.mayChange()
    var isTurnedAway = false
    for question in open {
      guard case .accepted(let content)? = responses[question.key] else {
        isTurnedAway = true
        continue
      }
      // What does not fit is asked again.
      guard let answer = question.answer(content) else { continue }
      try workshop.keep(answer, to: question, Self.caller)
    }
    if isTurnedAway { _ = try settled(handle, try look(handle)) }
    return true
  }

  /// Gives what is asked through the handle now; nothing where it goes on or ends without.
  private static func asked(_ handle: WaitHandle, _ outcome: WaitOutcome) -> [RequestForm] {
    guard handle.canAsk, handle.until != .change,
      !outcome.matched.contains(where: \.status.isTerminal)
    else { return [] }
    return RequestForm.all(of: outcome.matched + outcome.waiting)
  }

  private static func questions(
    _ handle: WaitHandle, _ outcome: WaitOutcome
  ) -> [String: ElicitationForm]? {
    let forms = asked(handle, outcome)
    if forms.isEmpty { return nil }
    return Dictionary(forms.map { ($0.key, $0.form) }) { first, _ in first }
  }

  package func cancel(_ id: String) throws(ToolFailure) -> Bool {
    guard let state = try state(of: id), let handle = try find(id) else { return false }
    guard !state.phase.isFinal else { return true }
    try workshop.mayChange()
    let ended = try end(handle, .cancelled)
    // It may have come to its own end meanwhile.
    if ended.end == .cancelled, handle.cancelsWork {
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

  private static let caller = Caller.chat(name: "tasks extension")
  private static let actor = caller.actor

  private func find(_ id: String) throws(ToolFailure) -> WaitHandle? {
    guard id.hasPrefix(WaitHandle.prefix), id.utf8.count <= 64 else { return nil }
    let store = try workshop.store()
    return try naming { () throws(StoreError) in try store.waitHandle(id) }
  }

  private func look(_ handle: WaitHandle) throws(ToolFailure) -> WaitOutcome {
    try workshop.look(
      WaitTerms(tasks: handle.tasks, until: handle.until, after: handle.after))
  }

  /// Ends a wait for good; gives it as it ended, since another server may have been first.
  private func end(
    _ handle: WaitHandle, _ end: WaitHandle.End
  ) throws(ToolFailure) -> WaitHandle {
    let store = try workshop.store()
    return try naming { () throws(StoreError) in
      let ended = try store.endWaitHandle(handle.id, end, by: Self.actor)
      try store.sync()
      return ended ?? handle
    }
  }

  /// Stores what a wait has come to, so that it stays so when its tasks go on.
  private func settled(
    _ handle: WaitHandle, _ outcome: WaitOutcome
  ) throws(ToolFailure) -> WaitHandleState {
    let result = try result(of: handle, outcome)
    // Who may only read tells it and leaves the keeping to others.
    guard try workshop.isFreeToChange else { return ended(handle, result?.phase ?? .cancelled) }
    let store = try workshop.store()
    let how = try naming { () throws(StoreError) -> WaitHandle.End in
      guard let result else { return .cancelled }
      return .done(outcome: try store.blobs.put(WaitResult.json.encode(result)).cid)
    }
    let kept = try end(handle, how)
    return ended(kept, try phase(kept.end ?? how))
  }

  /// Gives what the call would have returned; the failure of the only task is the call's, and nil
  /// stands for its being cancelled.
  private func result(
    of handle: WaitHandle, _ outcome: WaitOutcome
  ) throws(ToolFailure) -> WaitResult? {
    let all = outcome.matched + outcome.waiting
    if all.count == 1, let task = all.first {
      switch task.status {
      case .cancelled: return nil
      case .failed, .expired: return WaitResult(.ended(task))
      case .completed, .waiting, .queued, .dispatched, .running, .inputRequired: break
      }
      if handle.cancelsWork {
        let shown = try workshop.shown(task, bytes: ByteBudget.usual - TasksCreate.Output.frame)
        return WaitResult(TasksCreate.Output.task(shown, replayed: false))
      }
    }
    return WaitResult(try TasksWait.Output(outcome, workshop, bytes: ByteBudget.usual))
  }

  private func phase(_ end: WaitHandle.End) throws(ToolFailure) -> WaitHandleState.Phase {
    switch end {
    case .cancelled: return .cancelled
    case .done(let cid):
      let store = try workshop.store()
      return try naming { () throws(StoreError) in
        guard let size = try store.blobs.size(cid) else { return WaitResult.lost.phase }
        return WaitResult.reading(try store.blobs.read(cid, count: size)).phase
      }
    }
  }

  private func working(_ handle: WaitHandle, _ outcome: WaitOutcome) -> WaitHandleState {
    return state(
      handle, .working, message: Workshop.line(outcome),
      updated: max(handle.createdAt, outcome.latest ?? handle.createdAt))
  }

  private func ended(
    _ handle: WaitHandle, _ phase: WaitHandleState.Phase
  ) -> WaitHandleState {
    state(
      handle, phase, message: phase == .cancelled ? "cancelled" : "done",
      updated: handle.endedAt ?? .now)
  }

  private func state(
    _ handle: WaitHandle, _ phase: WaitHandleState.Phase, message: String, updated: Timestamp
  ) -> WaitHandleState {
    let age = Timestamp.now.milliseconds - handle.createdAt.milliseconds
    return WaitHandleState(
      handle: handle.id, phase: phase, statusMessage: message, createdAt: handle.createdAt,
      lastUpdatedAt: updated, ttlMilliseconds: Self.retention,
      pollMilliseconds: age < 60_000 ? 2_000 : 5_000)
  }
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

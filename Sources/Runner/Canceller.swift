import Posix
import TaskStore
import Tasks

/// Says what became of a wish to cancel.
package struct Cancellation: Sendable {
  /// The task as it is now; still active if its tree had not gone when the wait was over.
  package let record: TaskRecord
  /// It had ended before; nothing was changed.
  package let wasTerminal: Bool
  /// What was part of it and had not ended, as that is now: it ends with it.
  package fileprivate(set) var subtasks: [TaskRecord] = []
  /// A change of it may be missing, so that somebody may own it though it does not look like it.
  fileprivate var isInDoubt = false
}

/// Ends tasks: what waits at once, what runs through its owner, what nobody owns by itself.
package enum Canceller {
  /// Asks for the end and waits for it; repeating it changes nothing.
  package static func cancel(
    _ reference: TaskReference, in store: TaskStore, by actor: Actor, reason: String?,
    waitingUpTo patience: Duration = .seconds(10)
  ) throws(RunnerError) -> Cancellation {
    try cancel([reference], in: store, by: actor, reason: reason, waitingUpTo: patience)[0].get()
  }

  /// Asks for the end of all before waiting for any, so that the waits are one.
  package static func cancel(
    _ references: [TaskReference], in store: TaskStore, by actor: Actor, reason: String?,
    waitingUpTo patience: Duration = .seconds(10)
  ) -> [Result<Cancellation, RunnerError>] {
    let deadline = MonotonicTime.after(patience)
    return
      references
      .map { reference in
        Result { () throws(RunnerError) in
          let asked = try askAnyway(reference, in: store, by: actor, reason: reason)
          return (asked, try askBelow(asked.record, in: store, by: actor))
        }
      }
      .map { (asked: Result<(Cancellation, [Cancellation]), RunnerError>) in
        asked.flatMap { asked in
          Result { () throws(RunnerError) in
            var seen = try seeOut(asked.0, in: store, by: actor, until: deadline)
            for below in asked.1 {
              seen.subtasks.append(
                try seeOut(below, in: store, by: actor, until: deadline).record)
            }
            return seen
          }
        }
      }
  }

  /// Asks what is part of a task to end as well, from the top down: whoever was asked makes no more.
  private static func askBelow(
    _ top: TaskRecord, in store: TaskStore, by actor: Actor
  ) throws(RunnerError) -> [Cancellation] {
    var asked: [Cancellation] = []
    var seen: Set<TaskID> = [top.id]
    var next = [top.id]
    while let above = next.popLast() {
      let parts = try fromStore { () throws(StoreError) in try store.children(of: above) }
      for part in parts where seen.insert(part.id).inserted {
        next.append(part.id)
        guard !part.status.isTerminal else { continue }
        let one = try askAnyway(
          .id(part.id), in: store, by: actor,
          reason: "Task \(top.spec.name), which it is part of, was cancelled.")
        if !one.wasTerminal { asked.append(one) }
      }
    }
    return asked
  }

  /// Sees to it that what a cancelled task has made does not outlive it, whoever was killed that
  /// wanted to cancel it.
  static func carryDown(from settled: TaskRecord, in store: TaskStore, by actor: Actor) {
    guard settled.status == .cancelled else { return }
    do throws(RunnerError) { _ = try askBelow(settled, in: store, by: actor) } catch {
      StandardError.write("errand: subtasks of \(settled.spec.name) go on: \(error)\n")
    }
  }

  /// How often a lock is tried whose owner may have died while we wait.
  private static let lockTrial = Duration.milliseconds(500)

  /// Asks also where it is in doubt how a task stands: its owner, if one lives, hears it.
  private static func askAnyway(
    _ reference: TaskReference, in store: TaskStore, by actor: Actor, reason: String?
  ) throws(RunnerError) -> Cancellation {
    do throws(RunnerError) {
      return try ask(reference, in: store, by: actor, reason: reason)
    } catch {
      guard case .store(.damagedTask) = error else { throw error }
      var asked = try ask(reference, in: store, by: actor, reason: reason, evenInDoubt: true)
      asked.isInDoubt = true
      return asked
    }
  }

  private static func ask(
    _ reference: TaskReference, in store: TaskStore, by actor: Actor, reason: String?,
    evenInDoubt: Bool = false
  ) throws(RunnerError) -> Cancellation {
    var wasTerminal = false
    let record = try fromStore { () throws(StoreError) in
      let record = try store.change(
        reference, by: actor, evenInDoubt: evenInDoubt
      ) { (record) throws(StoreError) in
        wasTerminal = record.status.isTerminal
        switch record.status {
        case .waiting, .queued: return .cancelled(reason: reason)
        case .dispatched, .running, .inputRequired:
          return record.cancelRequest == nil ? .cancelRequested(reason: reason) : nil
        case .completed, .failed, .cancelled, .expired: return nil
        }
      }
      try store.sync()
      // Also where it had ended: whoever ended it may not have come so far.
      if record.status.isTerminal {
        try store.removeSecrets(of: record.id)
        if try Dependencies.decide(in: store, by: actor, after: record.id) { try store.sync() }
      }
      return record
    }
    return Cancellation(record: record, wasTerminal: wasTerminal)
  }

  private static func seeOut(
    _ asked: Cancellation, in store: TaskStore, by actor: Actor, until deadline: MonotonicTime
  ) throws(RunnerError) -> Cancellation {
    var record = asked.record
    while record.status.isActive || asked.isInDoubt {
      let settled =
        asked.isInDoubt
        ? try Reconciler.settleInDoubt(record, store: store, by: actor)
        : try Reconciler.settleIfOrphaned(record, store: store, by: actor)
      if let settled {
        record = settled
        break
      }
      let slice = min(deadline, .after(lockTrial))
      let id = record.id
      record = try fromStore { () throws(StoreError) in
        let ended = try store.wait(until: slice) { (store) throws(StoreError) -> TaskRecord? in
          let fresh = try store.task(.id(id), evenInDoubt: true)
          return fresh.status.isActive || asked.isInDoubt ? nil : fresh
        }
        if let ended { return ended }
        return try store.task(.id(id), evenInDoubt: true)
      }
      if deadline <= .now { break }
    }
    return Cancellation(record: record, wasTerminal: asked.wasTerminal)
  }
}

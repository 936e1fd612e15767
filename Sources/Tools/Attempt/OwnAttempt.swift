import Agents
import MCP
import Runner
import TaskStore
import Tasks

/// Is the attempt an agent's own tools act for, as long as it is the one that runs.
struct OwnAttempt: Sendable {
  let record: TaskRecord
  let ledger: AttemptLedger
  /// Takes out of an agent's words what may not be stored.
  let redactor: Redactor
}

extension Workshop {
  /// Gives the attempt that the pass of this process is for.
  func ownAttempt() throws(ToolFailure) -> OwnAttempt {
    guard let pass = setting.pass else { throw .noAttempt }
    if setting.isReadOnly { throw .readOnly }
    let store = try store()
    let (record, secrets) = try naming { () throws(StoreError) in
      (try store.task(.id(pass.task)), try store.secrets(of: pass.task))
    }
    guard record.status.isActive, record.cancelRequest == nil, let attempt = record.latestAttempt,
      attempt.leaseId == pass.leaseId
    else { throw .attemptOver(pass.marker) }
    let ledger = AttemptLedger(store: store, record: record, attempt: attempt, actor: pass.actor)
    return OwnAttempt(record: record, ledger: ledger, redactor: Redactor(secrets))
  }

  /// Lets an agent add to the task it works on, and others to any; nil where no agent asks.
  func contributing() throws(ToolFailure) -> OwnAttempt? {
    if setting.isReadOnly { throw .readOnly }
    guard let attempt = try scope.attempt(in: store()) else { return nil }
    guard setting.pass?.marker == attempt else { throw .attemptScope(attempt) }
    return try ownAttempt()
  }
}

extension ToolFailure {
  fileprivate static let noAttempt = ToolFailure(
    code: "no_attempt", summary: "This is for an agent inside an attempt. Nothing was done.",
    nextStep: "Use the tools that tools/list names.")

  static func attemptOver(_ attempt: String) -> ToolFailure {
    ToolFailure(
      code: "attempt_over", summary: "The attempt \(attempt) is over. Nothing was done.",
      nextStep: "End your work: nothing more is taken of this attempt.")
  }
}

import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Names the task a worker holds, and shows the lease by which it does.
struct LeasedTask: Sendable {
  var task: TaskReference
  var leaseId: String
  var team: String?
  var diary: String?

  static func leaseField<Root>(
    _ get: @escaping @Sendable (Root) -> String
  ) -> Field<Root, String> {
    required("lease_id", get, TaskPlace.groupName, "As tasks_claim gave it.")
  }
}

extension Workshop {
  /// Does something for the worker that holds a task, at the desk where its lease is looked at.
  func atDesk<Value>(
    _ leased: LeasedTask, _ caller: Caller,
    _ body: (WorkerDesk, TaskRecord) throws(WorkerDesk.Refusal) -> Value
  ) throws(ToolFailure) -> Value {
    try mayChange()
    let task = try find(TaskPlace(task: leased.task, team: leased.team, diary: leased.diary))
    let desk = WorkerDesk(try store(), actor: caller.actor)
    return try refusing { () throws(WorkerDesk.Refusal) in try body(desk, task) }
  }

  /// Tells why a worker's word was not taken.
  func refusing<Value>(
    _ body: () throws(WorkerDesk.Refusal) -> Value
  ) throws(ToolFailure) -> Value {
    do throws(WorkerDesk.Refusal) { return try body() } catch {
      switch error {
      case .store(.refused(let refusal)) where refusal.cause == .lostLease: throw .leaseLost(nil)
      case .store(let error): throw ToolFailure(error)
      case .lost(let task): throw .leaseLost(task)
      case .busy:
        throw ToolFailure(
          code: FailureCode.busy.rawValue,
          summary: "Other messages of this attempt are being written.",
          nextStep: "Call again; append one batch after the other.")
      case .misshapen(let faults):
        throw ToolFailure(
          code: FailureReason.outputInvalid.rawValue,
          summary: "The output is not what the task asks for. It was not taken.", faults: faults,
          nextStep: "Correct it and call tasks_complete again.")
      }
    }
  }
}

extension ToolFailure {
  /// Says that a lease is not, or no longer, the one that holds.
  static func leaseLost(_ task: TaskRecord?) -> ToolFailure {
    let state = task.map { task in
      task.cancelRequest == nil
        ? "Task \(task.spec.name) is \(task.status.rawValue)" : "Its end was asked for"
    }
    return ToolFailure(
      code: "lease_lost",
      summary: "\(state ?? "The task changed hands"), and this lease does not hold it. "
        + "Nothing was done.",
      nextStep: "Stop working on it; call tasks_claim for another.")
  }
}

import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Is a call of a worker about the task it holds.
protocol LeasedInput: Sendable {
  var task: TaskReference { get }
  var leaseId: String { get }
  var team: String? { get }
  var diary: String? { get }
}

extension LeasedInput {
  static func leaseField(
    _ get: @escaping @Sendable (Self) -> String
  ) -> Field<Self, String> {
    required("lease_id", get, TaskPlace.groupName, "As tasks_claim gave it.")
  }
}

extension Workshop {
  /// Does something for the worker that holds a task, at the desk where its lease is looked at.
  func atDesk<Value>(
    _ input: some LeasedInput, _ caller: Caller,
    _ body: (WorkerDesk, TaskRecord) throws(WorkerDesk.Refusal) -> Value
  ) throws(ToolFailure) -> Value {
    try mayChange()
    let task = try find(TaskPlace(task: input.task, team: input.team, diary: input.diary))
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

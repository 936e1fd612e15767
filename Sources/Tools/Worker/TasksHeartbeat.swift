import JSON
import MCP
import Runner
import Tasks

/// Lets a worker show that it lives.
package struct TasksHeartbeat: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_heartbeat"
  package let title = "Keep a task"
  package let summary = """
    Lengthens the lease of a task you claimed, at most to its own time limit. Refused once the \
    lease is lost: the task was cancelled, or given to another; then stop working on it.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: true, openWorld: false)
  package let group = Toolset.worker

  package struct Input: JSONCodable, LeasedInput {
    var task: TaskReference
    var leaseId: String
    var leaseSec: Int?
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      leaseField(\.leaseId),
      optional(
        "lease_sec", \.leaseSec, .int(WorkerLease.bounds), "Longest silence; as claimed if absent."
      ),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let record = try workshop.atDesk(input, caller) { desk, task throws(WorkerDesk.Refusal) in
      try desk.renew(task, input.leaseId, seconds: input.leaseSec)
    }
    guard let lease = record.latestAttempt?.worker else { throw .leaseLost(record) }
    return Output(leaseExpiresAt: lease.expiresAt, hint: "Go on.")
  }

  package struct Output: JSONCodable, ToolOutput {
    var leaseExpiresAt: Timestamp
    var hint: String

    package static let json = Codec.object(
      Self.init(leaseExpiresAt:hint:),
      required("leaseExpiresAt", \.leaseExpiresAt, .timestamp, "When your silence is too long."),
      required("hint", \.hint, .string))
  }
}

import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Gives a worker the next task that suits it, for it alone.
package struct TasksClaim: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_claim"
  package let title = "Take a task"
  package let summary = """
    For workers outside this program: takes the next task of a worker profile, for the caller \
    alone, as long as it shows signs of life (tasks_heartbeat, tasks_messages_append) before its \
    lease runs out. Gives the task, what is asked for as one prompt, and the leaseId that every \
    later call carries; no task where none suits. End it with tasks_complete, tasks_fail or \
    tasks_abort.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.worker

  package struct Input: JSONCodable, Budgeted {
    var worker: String
    var profile: String?
    var kinds: [OutputKind]
    var taskTypes: [String]
    var tools: [String]
    var trust: TrustLevel
    var leaseSec: Int
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("worker", \.worker, TaskPlace.groupName, "Who you are."),
      optional(
        "profile", \.profile, TaskPlace.groupName,
        "Whose tasks you take; absent: those of the profile named like you, then any."),
      defaulted("kinds", \.kinds, .array(of: OutputKind.json, count: 0...2), [], "Only these."),
      defaulted(
        "task_types", \.taskTypes, .array(of: TaskPlace.groupName, count: 0...50), [],
        "Only these types."),
      defaulted(
        "tools", \.tools, .array(of: TaskPlace.groupName, count: 0...200), [],
        "Tools you have, for tasks that require some."),
      defaulted("trust_level", \.trust, TrustLevel.json, .selfDeclared, "How you are vouched for."),
      defaulted(
        "lease_sec", \.leaseSec, .int(WorkerLease.bounds), 300, "Longest silence, in seconds."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    var wish = WorkerWish(
      worker: CleanText.line(input.worker, limit: 80), team: workshop.team(input.team),
      leaseSec: input.leaseSec)
    wish.diary = input.diary
    wish.profile = input.profile
    wish.kinds = Set(input.kinds)
    wish.taskTypes = Set(input.taskTypes)
    wish.tools = Set(input.tools)
    wish.trust = input.trust
    let store = try workshop.store()
    let claimed = try workshop.refusing { () throws(WorkerDesk.Refusal) in
      try WorkerDesk(store, actor: caller.actor).claim(wish)
    }
    // Somebody must see to it when the lease runs out.
    try workshop.attend()
    guard let record = claimed, let attempt = record.latestAttempt, let lease = attempt.worker
    else { return Output(hint: "Nothing suits you now. Call again later.") }
    let type = try naming { () throws(StoreError) in try store.type(of: record.spec) }
    let prompt = Prompt.render(record.spec, type, feedback: record.feedback)
    return Output(
      task: try workshop.shown(record, bytes: input.maxBytes), attemptN: attempt.attemptN,
      leaseId: attempt.leaseId, leaseExpiresAt: lease.expiresAt, prompt: prompt,
      hint: "Give a sign of life at least every \(lease.seconds) s.")
  }

  package struct Output: JSONCodable, ToolOutput {
    var task: TaskShown?
    var attemptN: Int?
    var leaseId: String?
    var leaseExpiresAt: Timestamp?
    var prompt: String?
    var hint: String

    package static let json = Codec.object(
      Self.init(task:attemptN:leaseId:leaseExpiresAt:prompt:hint:),
      optional("task", \.task, TaskShown.json.outlined, "The task; absent where none suits."),
      optional("attemptN", \.attemptN, .int, "The attempt that is yours."),
      optional("leaseId", \.leaseId, .string, "Shown with every later call."),
      optional("leaseExpiresAt", \.leaseExpiresAt, .timestamp, "When your silence is too long."),
      optional("prompt", \.prompt, .string, "What is asked for, as an agent would be told."),
      required("hint", \.hint, .string))
  }
}

import Agents
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
    if let profile = input.profile { try checkIsForWorkers(profile) }
    var wish = WorkerWish(
      worker: CleanText.line(input.worker, limit: 80), team: workshop.team(input.team),
      leaseSec: input.leaseSec)
    wish.diary = input.diary
    wish.profile = input.profile
    wish.kinds = Set(input.kinds)
    wish.taskTypes = Set(input.taskTypes)
    wish.tools = Set(input.tools)
    wish.trust = input.trust
    // Somebody must see to it when the lease runs out.
    try workshop.attend()
    let store = try workshop.store()
    let claimed = try workshop.refusing { () throws(WorkerDesk.Refusal) in
      try WorkerDesk(store, actor: caller.actor).claim(wish)
    }
    guard let record = claimed, let attempt = record.latestAttempt, let lease = attempt.worker
    else { return Output(truncated: false, hint: "Nothing suits you now. Call again later.") }
    let whole = try naming { () throws(StoreError) in
      try WorkerPrompt.text(for: record, in: store)
    }
    // The task takes what the prompt leaves, which is what a worker needs most.
    let room = max(500, input.maxBytes - ByteBudget.least - ByteBudget.frame)
    let prompt = ByteBudget.cut(whole, toBytes: room)
    let rest = input.maxBytes - ByteBudget.frame - JSONValue.string(prompt).bytes.count
    var cut: WorkerPrompt.Cut?
    if prompt != whole {
      // The last sign of what was cut stands for the rest.
      let shown = prompt.utf8.count - ByteBudget.ellipsis.utf8.count
      cut = WorkerPrompt.Cut(cid: WorkerPrompt.cid(of: whole), nextOffset: shown)
    }
    return Output(
      task: try workshop.shown(record, bytes: max(ByteBudget.least, rest)),
      attemptN: attempt.attemptN, leaseId: attempt.leaseId, leaseExpiresAt: lease.expiresAt,
      prompt: prompt, promptCid: cut?.cid, nextOffset: cut?.nextOffset, truncated: cut != nil,
      hint: "Give a sign of life at least every \(lease.seconds) s."
        + (cut == nil ? "" : " " + WorkerPrompt.hint))
  }

  /// Refuses a profile that no task for workers can be of: the worker would wait for ever.
  private func checkIsForWorkers(_ name: String) throws(ToolFailure) {
    let entries = try workshop.catalog().entries
    guard let entry = entries.first(where: { $0.profile.name == name }) else {
      let known = entries.filter { $0.profile.adapter == .worker }.map(\.profile.name)
      throw ToolFailure(
        code: "profile_unknown", summary: "There is no profile \(CleanText.line(name, limit: 80)).",
        faults: [Fault(pointer: JSONPointer(tokens: ["profile"]), message: "unknown profile")],
        nextStep: known.isEmpty
          ? #"The user adds {"name": …, "adapter": "worker"} to profiles in the configuration."#
          : "Name one of \(known.prefix(20).joined(separator: ", ")), or leave it out.")
    }
    guard entry.profile.adapter == .worker else {
      throw .argument(
        "profile", "is not for outside workers", code: "profile_unsuitable", tool: self.name)
    }
  }

  package struct Output: JSONCodable, ToolOutput {
    var task: TaskShown?
    var attemptN: Int?
    var leaseId: String?
    var leaseExpiresAt: Timestamp?
    var prompt: String?
    var promptCid: ContentID?
    var nextOffset: Int?
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(
        task:attemptN:leaseId:leaseExpiresAt:prompt:promptCid:nextOffset:truncated:hint:),
      optional("task", \.task, TaskShown.json.outlined, "The task; absent where none suits."),
      optional("attemptN", \.attemptN, .int, "The attempt that is yours."),
      optional("leaseId", \.leaseId, .string, "Shown with every later call."),
      optional("leaseExpiresAt", \.leaseExpiresAt, .timestamp, "When your silence is too long."),
      optional("prompt", \.prompt, .string, "What is asked for, as an agent would be told."),
      optional("promptCid", \.promptCid, .contentID, "All of a prompt that is cut."),
      optional("nextOffset", \.nextOffset, .int, "Where its rest begins."),
      defaulted("truncated", \.truncated, .bool, false, "The prompt is cut."),
      required("hint", \.hint, .string))
  }
}

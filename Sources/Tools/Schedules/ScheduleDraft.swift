import Agents
import JSON
import MCP
import TaskStore
import Tasks

// Checks a schedule in every part: when it comes due, and whether its task could be made now.
extension SchedulesCreate {
  func drafted(
    _ input: Input, _ zone: String, _ rules: ZoneRules, _ caller: Caller
  ) throws(ToolFailure) -> (Schedule, TaskDraft) {
    let now = Timestamp.now
    let times = ScheduleTimes(
      cron: input.cron, everySec: input.everySec, at: input.at, rules: rules, tool: name)
    let startsAt = try times.time(input.startsAt, "starts_at")
    guard let rhythm = try times.rhythm(from: startsAt ?? now) else {
      throw ScheduleTimes.notOne(name)
    }
    let endsAt = try times.time(input.endsAt, "ends_at")
    let made = try order(input.task, team: input.team, diary: input.diary, caller, for: name)
    let spec = made.draft.spec
    var random = SystemRandomNumberGenerator()
    if let given = input.name, !TaskName.isValid(given) {
      throw .argument("name", "expected 2 to 63 of a-z, 0-9 and -", tool: name)
    }
    let schedule = Schedule(
      id: TaskID.make(at: now, using: &random),
      name: input.name ?? TaskName.make(title: spec.title, brief: nil, using: &random),
      rhythm: rhythm, zone: zone, overlap: input.overlap, missed: input.missed,
      startsAt: startsAt, endsAt: endsAt, order: made.order, team: spec.teamId,
      making: made.making, createdBy: caller.actor, createdAt: now)
    return (schedule, made.draft)
  }

  /// Is what is kept of an order, and the task it would make now.
  struct MadeOrder {
    var order: JSONObject
    var making: Schedule.Making
    var draft: TaskDraft
  }

  /// Checks an order as if its task were made now.
  func order(
    _ arguments: JSONObject, team: String?, diary: String?, _ caller: Caller, for tool: String
  ) throws(ToolFailure) -> MadeOrder {
    let task: TasksCreate.Input
    let draft: TaskDraft
    do throws(ToolFailure) {
      task = try read(arguments, team: team, diary: diary, for: tool)
      draft = try creating.drafted(try creating.ordered(task, within: nil), caller, within: nil)
    } catch {
      throw error.within("task", callAgain: tool)
    }
    let making = Schedule.Making(
      startDirectory: workshop.setting.startDirectory, environment: draft.spec.inputCid,
      content: draft.spec.references.compactMap(\.content), mayRunCommands: draft.runsCommands)
    return MadeOrder(order: Self.kept(task, draft), making: making, draft: draft)
  }

  /// Reads what is asked for each time; what belongs to one call only is refused.
  private func read(
    _ arguments: JSONObject, team: String?, diary: String?, for tool: String
  ) throws(ToolFailure) -> TasksCreate.Input {
    var read: TasksCreate.Input
    do throws(Mismatch) {
      read = try TasksCreate.Input.json.decode(.object(arguments))
    } catch {
      throw .invalidArguments(error.faults, tool: tool)
    }
    let once: [(argument: String, isGiven: Bool)] = [
      ("name", read.work.name != nil), ("parent_id", read.grouping.parent != nil),
      ("wait", read.wait), ("dry_run", read.dryRun), ("idempotency_key", read.key != nil),
    ]
    if let first = once.first(where: \.isGiven) {
      throw .argument(first.argument, "has no meaning in a schedule; leave it out", tool: tool)
    }
    read.grouping.team = read.grouping.team ?? team
    read.grouping.diary = read.grouping.diary ?? diary
    return read
  }

  /// Gives the order as it is kept: its place resolved, since who makes a run stands elsewhere.
  private static func kept(_ task: TasksCreate.Input, _ draft: TaskDraft) -> JSONObject {
    var task = task
    if draft.spec.continuation == nil { task.place.directory = draft.spec.directory }
    task.grouping.team = draft.spec.teamId
    task.place.profile = task.place.profile ?? draft.spec.launch.profile
    return TasksCreate.Input.json.value(of: task).objectValue ?? [:]
  }
}

extension TaskDraft {
  /// Tells that it runs commands of its giver's own, for which a chat client needs leave.
  fileprivate var runsCommands: Bool { launch.plan.adapter == .shell || !spec.checks.isEmpty }
}

extension WorkReference {
  fileprivate var content: ContentID? {
    if case .content(let cid, _, _) = target { cid } else { nil }
  }
}

extension ToolFailure {
  /// Says the same of arguments that stand inside another.
  func within(_ key: String, callAgain tool: String) -> ToolFailure {
    var failure = self
    failure.faults = faults.map {
      Fault(pointer: JSONPointer(tokens: [key] + $0.pointer.tokens), message: $0.message)
    }
    failure.nextStep = nextStep?.replacing("call tasks_create again", with: "call \(tool) again")
    return failure
  }
}

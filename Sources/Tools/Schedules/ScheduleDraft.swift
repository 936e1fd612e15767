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
    let startsAt = try time(input.startsAt, "starts_at", rules)
    let rhythm = try rhythm(of: input, rules, from: startsAt ?? now)
    let task: TasksCreate.Input
    let draft: TaskDraft
    do throws(ToolFailure) {
      task = try order(input)
      draft = try creating.drafted(try creating.ordered(task, within: nil), caller, within: nil)
    } catch {
      throw error.within("task", callAgain: name)
    }
    var random = SystemRandomNumberGenerator()
    let words = draft.spec.title
    if let given = input.name, !TaskName.isValid(given) {
      throw .argument("name", "expected 2 to 63 of a-z, 0-9 and -", tool: name)
    }
    let making = Schedule.Making(
      startDirectory: workshop.setting.startDirectory, environment: draft.spec.inputCid,
      content: draft.spec.references.compactMap(\.content),
      mayRunCommands: caller.isAtTerminal || workshop.setting.allowsCommands)
    let schedule = Schedule(
      id: TaskID.make(at: now, using: &random),
      name: input.name ?? TaskName.make(title: words, brief: nil, using: &random),
      rhythm: rhythm, zone: zone, overlap: input.overlap, missed: input.missed,
      startsAt: startsAt, endsAt: try time(input.endsAt, "ends_at", rules),
      order: Self.kept(task, draft), team: draft.spec.teamId, making: making,
      createdBy: caller.actor, createdAt: now)
    return (schedule, draft)
  }

  /// Reads what is asked for each time; what belongs to one call only is refused.
  private func order(_ input: Input) throws(ToolFailure) -> TasksCreate.Input {
    var read: TasksCreate.Input
    do throws(Mismatch) {
      read = try TasksCreate.Input.json.decode(.object(input.task))
    } catch {
      throw .invalidArguments(error.faults, tool: name)
    }
    let once: [(argument: String, isGiven: Bool)] = [
      ("name", read.work.name != nil), ("parent_id", read.grouping.parent != nil),
      ("wait", read.wait), ("dry_run", read.dryRun), ("idempotency_key", read.key != nil),
    ]
    if let first = once.first(where: \.isGiven) {
      throw .argument(first.argument, "has no meaning in a schedule; leave it out", tool: name)
    }
    read.grouping.team = read.grouping.team ?? input.team
    read.grouping.diary = read.grouping.diary ?? input.diary
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

  private func rhythm(
    of input: Input, _ rules: ZoneRules, from begin: Timestamp
  ) throws(ToolFailure) -> Rhythm {
    let given = [input.cron != nil, input.everySec != nil, input.at != nil].count { $0 }
    guard given == 1 else {
      throw .argument("cron", "give exactly one of cron, every_sec and at", tool: name)
    }
    if let seconds = input.everySec { return .interval(seconds: seconds, from: begin) }
    if let at = try time(input.at, "at", rules) { return .once(at) }
    do throws(CronLine.Fault) {
      return .cron(try CronLine(input.cron ?? ""))
    } catch {
      throw .argument("cron", "\(error)", tool: name)
    }
  }

  private func time(
    _ text: String?, _ argument: String, _ rules: ZoneRules
  ) throws(ToolFailure) -> Timestamp? {
    guard let text else { return nil }
    guard let time = Timestamp(text, in: rules) else {
      throw .argument(
        argument, "expected a time such as 2026-12-01T09:00 or 2026-12-01T09:00:00+01:00",
        tool: name)
    }
    return time
  }
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

import JSON

extension Command {
  static let scheduleUpdate = Command(
    path: ["schedule", "update"], summary: "Change when a schedule comes due, or what it makes.",
    operands: [.schedule, .optional("brief", "brief")],
    options: Scheduling.times.filter { $0 != Options.name.spec } + Scheduling.ofTask
      + Options.place + [Options.dryRun.spec, Options.json.spec, Options.quiet.spec],
    tool: "schedules_update",
    notes: """
      Only what is given changes: defaults that options speak of are a new schedule's. What would
      have been due by now at the new times is not made up for. `--starts none` and `--ends none`
      lift these bounds.
      """,
    examples: [
      Example("errand schedule update nightly-tests --cron \"0 3 * * *\"", "At three."),
      Example("errand schedule update nightly-tests --profile codex", "By another agent."),
      Example("errand schedule update nightly-tests \"make test lint\" --dry-run", "May it?"),
    ],
    run: ScheduleChanging.update)

  static let schedulePause = Command(
    path: ["schedule", "pause"], summary: "Let nothing come of schedules until they are resumed.",
    operands: [.schedules], options: [Options.team.spec, Options.json.spec, Options.quiet.spec],
    tool: "schedules_update",
    notes: "Tasks they have made go on. What comes due meanwhile is not made up for.",
    examples: [Example("errand schedule pause nightly-tests", "By name or by id.")],
    run: ScheduleChanging.pause)

  static let scheduleResume = Command(
    path: ["schedule", "resume"], summary: "Let schedules come due again.",
    operands: [.schedules], options: [Options.team.spec, Options.json.spec, Options.quiet.spec],
    tool: "schedules_update",
    examples: [Example("errand schedule resume nightly-tests", "From the next time on.")],
    run: ScheduleChanging.resume)
}

extension Command.Operand {
  static let schedule = Self(name: "schedule", arguments: ["schedule_id"])
  static let schedules = Self(name: "schedule", arguments: ["schedule_id"], repeats: true)
}

/// Changes standing orders: what is not said stays.
enum ScheduleChanging {
  static func update(_ call: Invocation) throws(Complaint) -> ExitCode {
    var (arguments, task) = try Scheduling.said(call)
    for place in Options.place.compactMap(\.argument) {
      arguments[place] = task[place]
      task[place] = JSONValue?.none
    }
    // Without any of them the work stays: standard input is not read for it.
    if call.operand(1) != nil || call[Options.file] != nil || call[Options.input] != nil {
      try BriefText.fill(&task, from: call, operand: 1)
    }
    task = try NewTask.detailed(task, from: call)
    if !task.isEmpty { arguments["task"] = .object(task) }
    arguments["schedule_id"] = .string(call.operand(0) ?? "")
    let changed = try Operations.open(for: call.command).call("schedules_update", arguments)
    return try Scheduling.tell(changed, call)
  }

  static func pause(_ call: Invocation) throws(Complaint) -> ExitCode { try set(true, call) }

  static func resume(_ call: Invocation) throws(Complaint) -> ExitCode { try set(false, call) }

  private static func set(_ isPaused: Bool, _ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    for schedule in call.operands {
      var arguments = call.arguments()
      arguments["schedule_id"] = .string(schedule)
      arguments["paused"] = .bool(isPaused)
      _ = try Scheduling.tell(try operations.call("schedules_update", arguments), call)
    }
    return .ok
  }
}

import JSON
import Tasks

extension Command {
  static let scheduleAdd = Command(
    path: ["schedule", "add"], summary: "Have a task made again and again, or once later.",
    operands: [.optional("brief", "brief")],
    options: Scheduling.times + Scheduling.ofTask + Options.place + [
      Options.dryRun.spec, Options.json.spec, Options.quiet.spec,
    ],
    tool: "schedules_create",
    notes: """
      Give one of --cron, --every and --at. Each time that comes makes one task, made once even if
      the machine dies meanwhile. Where clocks are set, a fixed time comes once; what comes every few
      minutes or hours keeps its pace. A runner waits for the times; `errand schedule install` has
      it started again after a restart of the machine.
      """,
    examples: [
      Example("errand schedule add --cron \"0 9 * * mon-fri\" \"triage new issues\"", "Workdays."),
      Example("errand schedule add --every 2h --profile shell \"make test\"", "Every two hours."),
      Example("errand schedule add --at 2026-12-01T09:00 \"write the report\"", "Once."),
      Example("errand schedule add --cron @daily --zone Europe/Berlin --dry-run \"…\"", "When?"),
    ],
    run: Scheduling.add)

  static let scheduleList = Command(
    path: ["schedule", "list"], summary: "List schedules: when each comes next, and how it went.",
    options: [Options.team.spec, Options.json.spec, Options.quiet.spec],
    tool: "schedules_list",
    examples: [
      Example("errand schedule list", "As a table."),
      Example("errand schedule list --json | jq '.items[].nextDueAt'", "As JSON."),
      Example("errand list --created-by \"schedule nightly-tests\"", "The tasks one has made."),
    ],
    run: Scheduling.list)

  static let scheduleRemove = Command(
    path: ["schedule", "remove"], summary: "Remove schedules; tasks they have made go on.",
    operands: [.schedules],
    options: [Options.team.spec, Options.json.spec],
    tool: "schedules_delete",
    examples: [Example("errand schedule remove nightly-tests", "By name or by id.")],
    run: Scheduling.remove)
}

/// Makes, shows and removes standing orders.
enum Scheduling {
  /// Say when.
  static let times: [OptionSpec] = [
    Options.cron.spec, Options.every.spec, Options.at.spec, Options.zone.spec, Options.name.spec,
    Options.overlap.spec, Options.missed.spec, Options.starts.spec, Options.ends.spec,
  ]

  /// Say what is made each time.
  static let ofTask = Options.newTask.filter { option in
    let ofOneCall = [Options.name.spec, Options.key.spec, Options.parent.spec] + Options.place
    return !ofOneCall.contains(option)
  }

  static func add(_ call: Invocation) throws(Complaint) -> ExitCode {
    var (arguments, task) = try said(call)
    task = try NewTask.filled(task, from: call)
    arguments["task"] = .object(task)
    let made = try Operations.open(for: call.command).call("schedules_create", arguments)
    return try tell(made, call)
  }

  /// Parts what the line says of the schedule from what it says of its task.
  static func said(
    _ call: Invocation
  ) throws(Complaint) -> (schedule: JSONObject, task: JSONObject) {
    let own = Set((times + [Options.dryRun.spec]).compactMap(\.argument))
    var (schedule, task) = (JSONObject(), JSONObject())
    for (key, value) in call.arguments() {
      if own.contains(key) { schedule[key] = value } else { task[key] = value }
    }
    if let every = call[Options.every] { schedule["every_sec"] = .integer(try seconds(every)) }
    return (schedule, task)
  }

  /// Shows a schedule that was made or changed, with what comes of it.
  static func tell(_ made: JSONValue, _ call: Invocation) throws(Complaint) -> ExitCode {
    if call[Options.json] {
      try call.terminal.print(made.text)
    } else if call[Options.quiet] {
      try call.terminal.print(TaskText.id(of: made))
    } else {
      let times = (made["upcoming"]?.arrayValue ?? []).compactMap(\.stringValue)
      try call.terminal.print(call.terminal.styled(TaskText.name(of: made), .bold))
      call.terminal.note(
        made["pausedAt"] == nil
          ? "Next: \(times.joined(separator: ", ")) (\(text(made, "timeZone")))"
          : "Paused: errand schedule resume \(TaskText.name(of: made))")
      if call[Options.dryRun] { call.terminal.note("Nothing was stored.") }
    }
    return .ok
  }

  static func list(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    var arguments = call.arguments()
    arguments["limit"] = 1000
    var items: [JSONValue] = []
    repeat {
      let page = try operations.call("schedules_list", arguments)
      items += page["items"]?.arrayValue ?? []
      arguments["cursor"] = page["nextCursor"]
    } while arguments["cursor"] != nil
    if call[Options.json] {
      let list: JSONValue = ["items": .array(items)]
      try call.terminal.print(list.text)
    } else if call[Options.quiet] {
      for item in items { try call.terminal.print(TaskText.id(of: item)) }
    } else if items.isEmpty {
      call.terminal.note("No schedules. Make one: errand schedule add --cron @daily \"…\"")
    } else {
      try call.terminal.print(table(items).text(for: call.terminal))
    }
    return .ok
  }

  static func remove(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    for schedule in call.operands {
      var arguments = call.arguments()
      arguments["schedule_id"] = .string(schedule)
      let gone = try operations.call("schedules_delete", arguments)
      try call.terminal.print(
        call[Options.json] ? gone.text : "\(TaskText.name(of: gone)): removed")
    }
    return .ok
  }

  private static func table(_ items: [JSONValue]) -> Table {
    var table = Table([
      .init("SCHEDULE", atLeast: 12), .init("WHEN", atLeast: 10), .init("NEXT", atLeast: 16),
      .init("LAST", atLeast: 8), .init("TASK", atLeast: 12, leaves: 1),
    ])
    for item in items {
      let last = item["lastRun"].map { "\(text($0, "outcome")) \(text($0, "dueAt").prefix(16))Z" }
      let next =
        item["pausedAt"] == nil
        ? item["upcoming"]?.arrayValue?.first?.stringValue ?? "never" : "paused"
      let what = item["task"]?["title"] ?? item["task"]?["brief"] ?? item["task"]?["taskType"]
      table.add([
        .init(TaskText.name(of: item), .bold), .init(rhythm(item)), .init(next),
        .init(last ?? "-"), .init(what?.stringValue ?? ""),
      ])
    }
    return table
  }

  private static func rhythm(_ item: JSONValue) -> String {
    if let cron = item["cron"]?.stringValue { return cron }
    if let seconds = item["everySec"]?.intValue { return "every \(spelled(seconds))" }
    return "once"
  }

  private static func text(_ value: JSONValue, _ key: String) -> String {
    value[key]?.stringValue ?? ""
  }

  private static let units: [(letter: Character, seconds: Int)] = [
    ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]

  private static func spelled(_ seconds: Int) -> String {
    let unit = units.first { seconds % $0.seconds == 0 } ?? ("s", 1)
    return "\(seconds / unit.seconds)\(unit.letter)"
  }

  /// Reads `15m`; a day is 24 hours.
  private static func seconds(_ text: String) throws(Complaint) -> Int {
    if let unit = units.first(where: { $0.letter == text.last }), let number = Int(text.dropLast()),
      case (let seconds, let isTooMuch) = number.multipliedReportingOverflow(by: unit.seconds),
      !isTooMuch, Rhythm.paces.contains(seconds)
    {
      return seconds
    }
    throw Complaint(
      "--every takes a number and s, m, h or d, of at least a minute, not `\(text)`.",
      next: "Give it like 90s, 15m, 2h or 1d; --cron for times of the day.", code: .usage)
  }
}

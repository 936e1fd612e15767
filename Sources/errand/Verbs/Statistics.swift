import JSON

extension Command {
  static let stats = Command(
    path: ["stats"], summary: "Count how tasks ended, and what they used.",
    options: [Options.groupBy.spec, Options.madeSince.spec] + Options.place + [Options.json.spec],
    tool: "tasks_stats",
    examples: [
      Example("errand stats", "The last 30 days."),
      Example("errand stats --by profile --since 2026-11-01T00:00:00Z", "For each profile."),
      Example("errand stats --by day --json | jq '.groups[].usage.costUsd'", "As JSON."),
    ],
    run: Statistics.show)
}

/// Shows figures of many tasks.
enum Statistics {
  static func show(_ call: Invocation) throws(Complaint) -> ExitCode {
    let answer = try Operations.open(for: call.command).call("tasks_stats", call.arguments())
    if call[Options.json] {
      try call.terminal.print(answer.text)
      return .ok
    }
    var table = Table([
      Table.Column(call[Options.groupBy]?.uppercased() ?? "", atLeast: 8),
      Table.Column("TASKS", alignsRight: true), Table.Column("COMPLETED", alignsRight: true),
      Table.Column("FAILED", alignsRight: true),
      Table.Column("OTHER", alignsRight: true, leaves: 1),
      Table.Column("ATTEMPTS", alignsRight: true, leaves: 3),
      Table.Column("TIME", alignsRight: true, leaves: 4),
      Table.Column("COST", alignsRight: true, leaves: 5),
    ])
    for group in answer["groups"]?.arrayValue ?? [] { table.add(row(group)) }
    if let all = answer["all"] { table.add(row(all)) }
    try call.terminal.print(table.text(for: call.terminal))
    call.terminal.note("Tasks created since \(TaskText.line(answer["since"])).")
    return .ok
  }

  private static func row(_ figures: JSONValue) -> [Table.Cell] {
    func count(_ key: String) -> Int { figures[key]?.intValue ?? 0 }
    func ended(_ status: String) -> Int { figures["counts"]?[status]?.intValue ?? 0 }
    let (total, completed, failed) = (count("total"), ended("completed"), ended("failed"))
    let cost = figures["usage"]?["costUsd"]?.doubleValue
    return [
      Table.Cell(figures["key"] == nil ? "all" : TaskText.line(figures["key"]), .bold),
      "\(total)", "\(completed)", "\(failed)", "\(total - completed - failed)",
      "\(count("attempts"))", "\(count("runningSec")) s",
      Table.Cell(cost.map(Figures.money) ?? ""),
    ]
  }
}

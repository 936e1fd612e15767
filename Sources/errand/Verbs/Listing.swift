import JSON
import MCP
import Posix
import TaskStore
import Tools

extension Command {
  static let list = Command(
    path: ["list"], summary: "List tasks, newest first.",
    options: [Options.inbox.spec, Options.seen.spec] + Options.filters + [
      Options.team.spec, Options.order.spec, Options.limit.spec, Options.cursor.spec,
      Options.json.spec, Options.quiet.spec,
    ],
    tool: "tasks_list",
    examples: [
      Example("errand list", "The newest tasks, as a table."),
      Example("errand list --inbox", "What needs you, what finished, what runs."),
      Example("errand list --status running --status queued -q", "Ids for a script."),
      Example("errand list --completed-after 2026-11-27T18:00:00Z", "What ended since then."),
      Example("errand list --tag release --json | jq '.items[].name'", "As JSON."),
    ],
    run: Listing.list)

  static let get = Command(
    path: ["get"], summary: "Show one task: status, times, the whole result.",
    operands: [.task],
    options: Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_get", otherTools: ["tasks_attempts_list"],
    examples: [
      Example("errand get fix-login-test-k3f9", "By name or by id."),
      Example("errand get fix-login-test-k3f9 --json | jq .status", "As JSON."),
    ],
    run: Listing.get)
}

/// Shows tasks.
enum Listing {
  /// How many tasks are shown unless somebody says.
  private static let usualLimit = 20
  /// The longest page an operation gives.
  private static let page = 100

  static func list(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    let narrowing = (Options.filters + [Options.cursor.spec, Options.order.spec]).filter(call.has)
    if call[Options.inbox], let first = narrowing.first {
      throw Complaint(
        "--inbox and --\(first.name) do not go together: the inbox is never narrowed.",
        next: "Keep one of them.", code: .usage)
    }
    arguments["view"] = call[Options.inbox] ? "inbox" : "all"
    arguments["has_attempts"] = call[Options.tried].map { .bool($0 == "yes") }
    let (items, last) = try pages(arguments, limit: call[Options.limit] ?? usualLimit)
    if call[Options.json] {
      var whole = last.objectValue ?? [:]
      whole["items"] = .array(items)
      try call.terminal.print(JSONValue.object(whole).text)
    } else if call[Options.quiet] {
      for item in items { try call.terminal.print(TaskText.id(of: item)) }
    } else if items.isEmpty {
      call.terminal.note(try narrowing.isEmpty ? emptiness() : "No task is like that.")
    } else {
      try call.terminal.print(table(items).text(for: call.terminal))
      more(last, shown: items.count, call)
    }
    return .ok
  }

  /// Says that there is nothing, unless there are signs of what there was.
  private static func emptiness() throws(Complaint) -> String {
    let lost: Int
    do {
      lost = try Workshop(Operations.setting()).store().lostTasks().count
    } catch let error as ToolFailure {
      throw Complaint(error, in: .list)
    } catch {
      lost = 0  // The list itself has said what can be read.
    }
    guard lost > 0 else { return "No tasks. Make one: errand run \"…\" --watch" }
    return "No tasks, but \(lost) that the journal has lost. Next: errand doctor"
  }

  /// Collects pages until there are enough; gives the tasks and the last page.
  private static func pages(
    _ arguments: JSONObject, limit: Int
  ) throws(Complaint) -> ([JSONValue], JSONValue) {
    let operations = try Operations.open(for: .list)
    var arguments = arguments
    var items: [JSONValue] = []
    while true {
      arguments["limit"] = .integer(min(page, limit - items.count))
      let answer = try operations.call("tasks_list", arguments)
      items += answer["items"]?.arrayValue ?? []
      guard items.count < limit, let cursor = answer["nextCursor"] else { return (items, answer) }
      arguments["cursor"] = cursor
    }
  }

  private static func table(_ items: [JSONValue]) -> Table {
    let now = WallClock.nowMilliseconds()
    var table = Table([
      Table.Column("NAME", atLeast: 16), Table.Column("STATUS", atLeast: 9),
      Table.Column("AGE", alignsRight: true, leaves: 3),
      Table.Column("PROFILE", atLeast: 6, leaves: 1),
      Table.Column("TITLE, RESULT", atLeast: 20, leaves: 2),
    ])
    for item in items {
      let result = TaskText.line(item["resultSummary"])
      let title = TaskText.line(item["title"])
      table.add([
        Table.Cell(TaskText.name(of: item), .bold),
        Table.Cell(TaskText.standing(of: item), TaskText.style(of: item)),
        Table.Cell(Figures.age(of: item["queuedAt"]?.stringValue, now: now)),
        Table.Cell(TaskText.line(item["profile"])),
        Table.Cell(result.isEmpty || result == title ? title : "\(title): \(result)"),
      ])
    }
    return table
  }

  private static func more(_ page: JSONValue, shown: Int, _ call: Invocation) {
    let total = page["total"]?.intValue ?? shown
    if let number = page["seen"]?.intValue {
      if shown < total {
        let more =
          shown < Self.page ? "--inbox --limit \(min(total, Self.page))" : "--status STATUS"
        call.terminal.note("\(shown) of \(total) shown. More: errand list \(more)")
      }
      call.terminal.note("Mark as read: errand list --inbox --seen \(number)")
    }
    guard let cursor = page["nextCursor"]?.stringValue else { return }
    let again = call.spelled(without: Options.cursor.spec)
    call.terminal.note("\(shown) of \(total) shown. More: \(again) --cursor \(cursor)")
  }

  static func get(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    let task = try operations.call(
      "tasks_get", call.naming(call.operand(0) ?? ""))
    if call[Options.quiet] {
      try call.terminal.print(TaskText.id(of: task))
      return .ok
    }
    let attempts = try operations.call("tasks_attempts_list", call.naming(TaskText.id(of: task)))
    let items = attempts["items"]?.arrayValue ?? []
    if call[Options.json] {
      var whole = task.objectValue ?? [:]
      whole["attempts"] = .array(items)
      try call.terminal.print(JSONValue.object(whole).text)
    } else {
      try call.terminal.print(TaskPage.text(of: task, items, call.terminal))
    }
    return .ok
  }
}

import JSON
import MCP
import Posix
import Runner
import Tools

extension Command {
  static let worktreesList = Command(
    path: ["worktrees", "list"],
    summary: "List the worktrees and copies that tasks worked in, and why each is kept.",
    options: [Options.json.spec],
    examples: [
      Example("errand worktrees list", "Each with its size and what keeps it."),
      Example("errand worktrees list --json | jq '.worktrees[].path'", "As JSON."),
    ],
    run: Worktrees.list)

  static let worktreesPrune = Command(
    path: ["worktrees", "prune"],
    summary: "Take away worktrees in which nothing would be lost; their branches stay.",
    options: [Options.whatWouldGo.spec, Options.json.spec],
    notes: """
      One goes only if every file in it is committed, also those that git ignores (but for what the
      profile calls `disposable`), nothing is stashed on its branch, and a branch leads to its
      commit. A task that goes on with it later gets it made again.
      """,
    examples: [
      Example("errand worktrees prune --dry-run", "What would go, what stays, and why."),
      Example("errand worktrees prune", "Take it away."),
    ],
    run: Worktrees.prune)
}

/// Shows the worktrees beside the store, and takes away those that hold nothing of their own.
enum Worktrees {
  static func list(_ call: Invocation) throws(Complaint) -> ExitCode {
    let entries = try inventory(toChange: false) { (inventory) throws(RunnerError) in
      try inventory.look()
    }
    if call[Options.json] {
      let list: JSONValue = ["worktrees": .array(entries.map { json($0) })]
      try call.terminal.print(list.text)
    } else if entries.isEmpty {
      call.terminal.note("No worktrees. Make one: errand run --workspace dedicated_worktree \"…\"")
    } else {
      try call.terminal.print(table(entries).text(for: call.terminal))
    }
    return .ok
  }

  static func prune(_ call: Invocation) throws(Complaint) -> ExitCode {
    let isRehearsal = call[Options.whatWouldGo]
    let entries = try inventory(toChange: !isRehearsal) { (inventory) throws(RunnerError) in
      isRehearsal ? try inventory.look() : try inventory.prune()
    }
    let gone = entries.filter(\.reasons.isEmpty)
    let kept = entries.filter { !$0.reasons.isEmpty }
    if call[Options.json] {
      let answer: JSONValue = [
        "dryRun": .bool(isRehearsal), "gone": .array(gone.map { json($0) }),
        "kept": .array(kept.map { json($0) }),
      ]
      try call.terminal.print(answer.text)
      return .ok
    }
    var lines = gone.isEmpty ? ["Nothing can go."] : [isRehearsal ? "Would go:" : "Gone:"]
    lines += gone.map { "  \($0.path), \(Figures.bytes($0.bytes))" }
    if !kept.isEmpty { lines.append("Kept:") }
    lines += kept.map {
      "  \($0.path), \(Figures.bytes($0.bytes)): \($0.reasons.joined(separator: "; "))"
    }
    try call.terminal.print(lines.joined(separator: "\n"))
    return .ok
  }

  private static func inventory(
    toChange: Bool, _ body: (WorktreeInventory) throws(RunnerError) -> [WorktreeInventory.Entry]
  ) throws(Complaint) -> [WorktreeInventory.Entry] {
    let setting = try Operations.setting()
    let workshop = Workshop(setting)
    let inventory: WorktreeInventory
    do throws(ToolFailure) {
      if toChange { try workshop.mayChange() }
      inventory = WorktreeInventory(
        store: try workshop.store(), configuration: try workshop.configuration(),
        environment: setting.environment)
    } catch {
      throw Complaint(error, in: toChange ? .worktreesPrune : .worktreesList)
    }
    do throws(RunnerError) {
      return try body(inventory)
    } catch {
      throw Complaint(
        "The worktrees could not be looked at.", why: [error.description], next: error.nextStep,
        code: .tryLater)
    }
  }

  private static func table(_ entries: [WorktreeInventory.Entry]) -> Table {
    var table = Table([
      .init("TASK", atLeast: 12), .init("SIZE", alignsRight: true),
      .init("KEPT BECAUSE", atLeast: 20), .init("PATH", atLeast: 20),
    ])
    for entry in entries {
      let why = entry.reasons.isEmpty ? "may go" : entry.reasons.joined(separator: "; ")
      table.add([
        .init(entry.task ?? "?", .bold), .init(Figures.bytes(entry.bytes)), .init(why),
        .init(entry.path),
      ])
    }
    return table
  }

  private static func json(_ entry: WorktreeInventory.Entry) -> JSONValue {
    var object: JSONObject = ["path": .string(entry.path)]
    object["task"] = entry.task.map(JSONValue.string)
    object["branch"] = entry.branch.map(JSONValue.string)
    object["bytes"] = .integer(entry.bytes)
    object["reasons"] = .array(entry.reasons.map(JSONValue.string))
    return .object(object)
  }
}

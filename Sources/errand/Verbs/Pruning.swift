import JSON
import MCP
import Posix
import TaskStore
import Tasks
import Tools

extension Command {
  static let prune = Command(
    path: ["prune"], summary: "Take away what has had its time, by the configured retention.",
    options: [Options.whatWouldGo.spec, Options.json.spec],
    notes: """
      Ended tasks stay for ever unless `retention.tasksDays` is set; then they are forgotten, and
      their folders deleted after `retention.binDays` in the store's bin (`errand restore` brings
      back only what `errand delete` put there). A task that one that stays was made by, or that is
      waited for, stays. Content bound to no task goes after `retention.stagedHours`. The
      journal's history gives way to a sealed base that says what is. Others who write wait meanwhile.
      """,
    examples: [
      Example("errand prune --dry-run", "What would go, and how much that frees."),
      Example("errand prune", "Take it away."),
      Example("errand prune --dry-run --json | jq .content.bytes", "As JSON."),
    ],
    run: Pruning.prune)
}

/// Prunes the store, or says what pruning would do.
enum Pruning {
  static func prune(_ call: Invocation) throws(Complaint) -> ExitCode {
    let isRehearsal = call[Options.whatWouldGo]
    let workshop = Workshop(try Operations.setting())
    let (store, retention) = try opened(workshop, toChange: !isRehearsal)
    let actor = Caller.terminal(user: Environment.userName).actor
    let plan: PrunePlan
    do throws(StoreError) {
      plan = isRehearsal ? try store.prunePlan(retention) : try store.prune(retention, by: actor)
    } catch {
      throw Complaint(
        "The store could not be pruned.", why: ["\(error)"], next: error.nextStep,
        code: .tryLater)
    }
    if call[Options.json] {
      try call.terminal.print(json(plan, isRehearsal).text)
    } else {
      try call.terminal.print(lines(plan, isRehearsal).joined(separator: "\n"))
    }
    return .ok
  }

  private static func opened(
    _ workshop: Workshop, toChange: Bool
  ) throws(Complaint) -> (TaskStore, Retention) {
    do throws(ToolFailure) {
      if toChange { try workshop.mayChange() }
      return (try workshop.store(), try workshop.configuration().retention)
    } catch {
      throw Complaint(error, in: .prune)
    }
  }

  private static func lines(_ plan: PrunePlan, _ isRehearsal: Bool) -> [String] {
    let kept =
      plan.referenced > 0
      ? ["\(plan.referenced) ended tasks stay, since a task that stays or a wait names them."] : []
    guard !plan.isEmpty else { return kept + ["Nothing has had its time."] }
    func amount(_ what: String, _ amount: PrunePlan.Amount) -> String? {
      amount.count == 0 ? nil : "\(amount.count) \(what), \(Figures.bytes(amount.bytes))"
    }
    func count(_ what: String, _ count: Int) -> String? { count == 0 ? nil : "\(count) \(what)" }
    let parts = [
      count("ended tasks", plan.tasks.count),
      count("deleted tasks, for good", plan.deleted.count),
      amount("folders of tasks, to the bin", plan.folders),
      amount("folders in the bin, for good", plan.bin),
      amount("pieces of content bound to no task", plan.content),
      amount("segments of the journal, for a base", plan.segments),
      amount("half-written files", plan.drafts),
      count("keys that are free again", plan.keys),
      count("waits that are over", plan.handles),
      count("schedules that are over", plan.schedules),
    ].compactMap(\.self)
    return [isRehearsal ? "Would go:" : "Gone:"] + parts.map { "  \($0)" } + kept
  }

  private static func json(_ plan: PrunePlan, _ isRehearsal: Bool) -> JSONValue {
    func amount(_ amount: PrunePlan.Amount) -> JSONValue {
      ["count": .integer(amount.count), "bytes": .integer(amount.bytes)]
    }
    return [
      "dryRun": .bool(isRehearsal),
      "tasks": .array(plan.tasks.map { .string($0.description) }),
      "deleted": .array(plan.deleted.map { .string($0.description) }),
      "referenced": .integer(plan.referenced), "folders": amount(plan.folders),
      "bin": amount(plan.bin), "content": amount(plan.content),
      "segments": amount(plan.segments), "drafts": amount(plan.drafts),
      "keys": .integer(plan.keys), "handles": .integer(plan.handles),
      "schedules": .integer(plan.schedules),
    ]
  }
}

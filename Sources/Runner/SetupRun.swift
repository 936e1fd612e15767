import Agents
import Posix
import TaskStore
import Tasks

/// Runs a profile's setup command in a workspace that was just made.
struct SetupRun {
  let run: CommandRun

  /// Runs it, which must go well; `look` is asked whenever the journal or a signal stirs.
  func carryOut(
    signals: SignalPipe, journal: borrowing FileWatch, limits: Limits, files: any FileSystem,
    telling: (String) -> Void, look: () throws(Unfit) -> CommandRun.Wish
  ) throws(Unfit) {
    let outcome = try run.run(
      signals: signals, journal: journal, bytes: limits.errors, files: files, telling: telling,
      look: look)
    if outcome.status?.isSuccess == true { return }
    let name = CleanText.line(run.command.joined(separator: " "), limit: 100)
    switch (outcome.status, outcome.wish) {
    case (let status?, _):
      let last =
        outcome.lastLine.isEmpty
        ? "" : " It said last: \(CleanText.line(outcome.lastLine, limit: 300))"
      throw Unfit(.workspaceError, "The setup `\(name)` failed: \(status).\(last)")
    case (nil, .none):
      throw Unfit(
        .workspaceError,
        "The setup `\(name)` took longer than \(run.limit.components.seconds) s.")
    case (nil, .unwanted), (nil, .asked):
      throw Unfit(.interrupted, "The setup `\(name)` was stopped.")
    }
  }
}

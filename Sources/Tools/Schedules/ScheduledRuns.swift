import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Makes the tasks of schedules as tasks_create would have at the place where each was given.
package struct ScheduledRuns: ScheduledWork {
  private let setting: Workshop.Setting
  private let store: TaskStore

  /// Takes the runner's own setting for what a schedule does not say.
  package init(_ setting: Workshop.Setting, store: TaskStore) {
    self.setting = setting
    self.store = store
  }

  package func make(
    _ run: ScheduledRun, of schedule: Schedule, after: TaskID?
  ) throws(ScheduledWorkError) {
    do throws(ToolFailure) {
      try create(run, schedule, after)
    } catch {
      switch error.kind {
      case .runDecided: throw .decided
      case .storeNotWritable, .storeUnavailable, .storeRemoved, .storeStopped, .busy:
        throw .unavailable(error.summary)
      default: throw .refused(Self.words(of: error))
      }
    }
  }

  private func create(
    _ run: ScheduledRun, _ schedule: Schedule, _ after: TaskID?
  ) throws(ToolFailure) {
    var setting = setting
    let given = try naming { () throws(StoreError) in try store.environment(of: schedule) }
    setting.environment.merge(given) { $1 }
    setting.startDirectory = schedule.making.startDirectory
    setting.allowsCommands = schedule.making.mayRunCommands
    setting.storeRoot = store.layout.root
    // Whoever makes a run is the runner itself.
    setting.startRunner = { _ in }
    let workshop = Workshop(setting, store: store)
    let creating = TasksCreate(
      workshop: workshop, waits: DurableWaits(workshop: workshop), mayRunCommands: true)
    var caller = Caller.chat(name: "schedule")
    caller.actor = Actor(kind: .runner, name: "schedule \(schedule.name)")

    var input: TasksCreate.Input
    do throws(Mismatch) {
      input = try TasksCreate.Input.json.decode(.object(schedule.order))
    } catch {
      throw .invalidArguments(error.faults, tool: creating.name)
    }
    input.key = run.key
    let order = try creating.ordered(input, within: nil)
    var draft = try creating.drafted(order, caller, within: nil)
    draft.spec.scheduled = run
    if let after {
      let ended = ClaimCondition.taskStatus(after, TaskStatus.allCases.filter(\.isTerminal))
      draft.spec.claimCondition = draft.spec.claimCondition.map { .all([$0, ended]) } ?? ended
    }
    // The line that makes it also notes it at its schedule: nothing can come between.
    _ = try creating.keep(draft, caller)
  }

  private static func words(of failure: ToolFailure) -> String {
    let faults = failure.faults.prefix(3).map { "\($0.pointer): \($0.message)" }
    let words = ["[\(failure.code)] \(failure.summary)"] + faults
    return CleanText.line(words.joined(separator: "; "), limit: 400)
  }
}

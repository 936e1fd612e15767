import JSON
import TaskStore
import Tasks

/// Sees the queue as the runner would, for telling people where a task stands; never stored.
package struct QueueView: Sendable {
  private let hasRunner: Bool
  private var standings: [TaskID: QueueStanding] = [:]

  /// Looks once; a whole page of tasks can be placed with one view.
  package init(store: TaskStore, configuration: Configuration) throws(RunnerError) {
    let (tasks, lineage) = try fromStore { () throws(StoreError) in
      let tasks = try store.activeTasks()
      return (tasks, try store.lineage(of: tasks))
    }
    let hasRunner = tasks.isEmpty ? false : try RunnerLauncher.isRunning(store: store)
    self.init(
      tasks, limits: DispatchPlan.Limits(configuration), hasRunner: hasRunner, lineage: lineage)
  }

  init(
    _ tasks: [TaskRecord], limits: DispatchPlan.Limits, hasRunner: Bool, now: Timestamp = .now,
    lineage: Lineage = Lineage()
  ) {
    self.hasRunner = hasRunner
    var plan = DispatchPlan(tasks, limits: limits, now: now, lineage: lineage)
    let queued = plan.candidates.filter { $0.status == .queued && !$0.isForWorkers }
    for (index, task) in queued.enumerated() {
      // Those before it start first, and then stand in the way. A busy directory is no standing:
      // once there is room for the task, the runner holds it for that reason.
      if plan.limit(for: task) != nil {
        standings[task.id] = QueueStanding(reason: .parallelLimit, position: index + 1)
      } else if plan.obstacle(for: task) == nil {
        plan.occupy(task)
      }
    }
  }

  /// Says what a queued task waits for; nil if it is not queued, or about to start.
  package func standing(of task: TaskRecord) -> QueueStanding? {
    guard task.status == .queued else { return nil }
    if task.isForWorkers { return QueueStanding(reason: .workerUnavailable) }
    return hasRunner ? standings[task.id] : QueueStanding(reason: .runnerUnavailable)
  }
}

extension QueueStanding {
  /// Places one task; for several make one `QueueView`.
  package static func of(
    _ task: TaskRecord, store: TaskStore, configuration: Configuration
  ) throws(RunnerError) -> QueueStanding? {
    guard task.status == .queued else { return nil }
    return try QueueView(store: store, configuration: configuration).standing(of: task)
  }
}

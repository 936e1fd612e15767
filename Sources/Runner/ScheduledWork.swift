import TaskStore
import Tasks

/// Makes the task of a run: who offers tasks_create does it, since that is what a run is.
package protocol ScheduledWork: Sendable {
  /// Makes it; with `after`, it waits until that task has ended.
  func make(
    _ run: ScheduledRun, of schedule: Schedule, after: TaskID?
  ) throws(ScheduledWorkError)
}

/// Says why a run's task was not made.
package enum ScheduledWorkError: Error, Sendable {
  /// It was made by somebody faster, or the schedule is gone.
  case decided
  /// What the order asks for cannot be done now; the words are for whoever gave it.
  case refused(String)
  /// The store cannot be written now: the run stays due.
  case unavailable(String)
}

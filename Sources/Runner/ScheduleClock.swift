import JSON
import Posix
import TaskStore
import Tasks

/// Has the runs of schedules made when their time comes.
struct ScheduleClock {
  private let store: TaskStore
  private let work: any ScheduledWork
  private var zones: ZoneMemory
  private let actor: Actor
  /// When each schedule comes next, which it takes some counting to know.
  private var times: [TaskID: Time] = [:]
  /// Until then nothing is tried, since the store could not be written.
  private var pausedUntil: MonotonicTime?

  private struct Time {
    /// How the schedule stood when it was reckoned.
    var schedule: Schedule
    var next: Timestamp?
  }

  init(
    store: TaskStore, work: any ScheduledWork, environment: [String: String], actor: Actor
  ) {
    self.store = store
    self.work = work
    self.actor = actor
    zones = ZoneMemory(ZoneFolder(environment: environment))
  }

  /// Decides what has come due, given all tasks that have not ended; true if anything changed.
  mutating func strike(_ now: Timestamp, _ tasks: [TaskRecord]) throws(RunnerError) -> Bool {
    if let pausedUntil, pausedUntil > .now { return false }
    pausedUntil = nil
    var changed = false
    for (schedule, next) in try pending() where next <= now {
      let open = tasks.filter { $0.spec.scheduled?.schedule == schedule.id }
      guard let zone = zones.rules(of: schedule.zone),
        let step = ScheduleStep.due(of: schedule, now: now, in: zone, open: open)
      else { continue }
      switch step {
      case .note(let decision): try note(decision, schedule)
      case .make(let dueAt, let before):
        try make(ScheduledRun(schedule: schedule.id, dueAt: dueAt), schedule, after: before)
      }
      changed = true
    }
    if changed { try fromStore { () throws(StoreError) in try store.sync() } }
    return changed
  }

  /// Gives how long to sleep at most; nil if nothing is to come.
  mutating func patience(_ now: Timestamp) throws(RunnerError) -> Duration? {
    if let pausedUntil { return max(.zero, pausedUntil - .now) }
    guard let due = try pending().map(\.next).min() else { return nil }
    // The clock that is slept by stands still while the machine sleeps: look again soon.
    return .milliseconds(min(max(0, due.milliseconds - now.milliseconds), 60_000))
  }

  /// Tells whether anything is still to come, for which the runner stays.
  mutating func isSet() throws(RunnerError) -> Bool { try !pending().isEmpty }

  /// Gives the schedules of which something is to come, and when; where the zone is not known, that
  /// cannot be told.
  private mutating func pending() throws(RunnerError) -> [(schedule: Schedule, next: Timestamp)] {
    let all = try fromStore { () throws(StoreError) in try store.schedules() }
    var pending: [(schedule: Schedule, next: Timestamp)] = []
    let known = zones.forget() ? [:] : self.times
    var times: [TaskID: Time] = [:]
    for schedule in all {
      var time = known[schedule.id]
      if time?.schedule != schedule {
        let next = zones.rules(of: schedule.zone).flatMap { schedule.nextDue(in: $0) }
        time = Time(schedule: schedule, next: next)
      }
      times[schedule.id] = time
      if let next = time?.next { pending.append((schedule, next)) }
    }
    self.times = times
    return pending
  }

  private mutating func make(
    _ run: ScheduledRun, _ schedule: Schedule, after before: TaskID?
  ) throws(RunnerError) {
    do throws(ScheduledWorkError) {
      try work.make(run, of: schedule, after: before)
    } catch {
      switch error {
      case .decided: return
      case .unavailable(let why):
        StandardError.write("errand runner: schedule \(schedule.name) must wait: \(why)\n")
        pausedUntil = .after(.seconds(60))
      case .refused(let why):
        StandardError.write("errand runner: schedule \(schedule.name): \(why)\n")
        try note(Schedule.Decision(dueAt: run.dueAt, outcome: .failed, message: why), schedule)
      }
    }
  }

  private func note(
    _ decision: Schedule.Decision, _ schedule: Schedule
  ) throws(RunnerError) {
    try fromStore { () throws(StoreError) in
      _ = try store.decide(decision, of: schedule.id, by: actor)
    }
  }
}
